import { z } from 'zod';
import type { Json } from '../../src/base/json.js';
import type { AdapterDeps } from '../deps.js';

import type { SendToOkta } from './client.js';
import type { OktaConnection } from './config.js';

/** What the parts of provisioning work with. */
export interface OktaProvisionDeps extends AdapterDeps<OktaConnection> {
  readonly send: SendToOkta;
}

/** The hooks of ours, by the last part of their address. */
export type HookName = 'token' | 'registration' | 'saml' | 'password-import' | 'events';

/** Okta's channels as far as they are used; an administrator's further headers stay as they are. */
export const channelGuard = z.object({
  type: z.string(),
  config: z.looseObject({
    uri: z.string(),
    headers: z
      .array(z.json())
      .nullish()
      .transform((headers) => headers ?? []),
    authScheme: z.object({ key: z.string().nullish() }).nullish(),
  }),
});

/** A channel as the org has it. */
export type Channel = z.infer<typeof channelGuard>;

/** Where Okta is to call. */
export const uriOf = ({ publicUrl, settings }: OktaProvisionDeps, hook: HookName): string =>
  `${publicUrl}/hooks/${settings.id}/${hook}`;

/** What our hooks are called. */
export const nameOf = ({ settings }: OktaProvisionDeps, hook: HookName): string =>
  `Face step-up (${settings.id}, ${hook})`;

/** A channel with the configured secret, as Okta takes it. */
export const channelTo = (deps: OktaProvisionDeps, hook: HookName, headers: readonly Json[] = []): Json => ({
  type: 'HTTP',
  version: '1.0.0',
  config: {
    uri: uriOf(deps, hook),
    // Of an event hook Okta sets it.
    ...(hook === 'events' ? {} : { method: 'POST' }),
    headers,
    authScheme: toAuthScheme(deps),
  },
});

function toAuthScheme({ settings }: OktaProvisionDeps): Json {
  const { secret } = settings.okta.hooks;
  return secret === undefined ? null : { type: 'HEADER', key: secret.header, value: secret.value.use((text) => text) };
}

/** What is not as it should be about a channel, one line each. The secret is never shown by Okta. */
export function differencesOf(deps: OktaProvisionDeps, hook: HookName, channel: Channel): string[] {
  const { config } = channel;
  const header = deps.settings.okta.hooks.secret?.header;
  const uri = uriOf(deps, hook);
  const isOtherHeader = header !== undefined && (config.authScheme?.key ?? '').toLowerCase() !== header;
  return [
    ...(config.uri === uri ? [] : [`Change its address from ${config.uri} to ${uri}`]),
    // A channel of the other kind brings an access token in place of the header.
    ...(channel.type === 'HTTP' && isOtherHeader ? [`Set its secret in the header ${header}`] : []),
  ];
}
