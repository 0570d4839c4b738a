import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { listOf } from '../../src/connections/rest-call.js';
import type { Json } from '../../src/core/base/json.js';
import type { SendToOkta } from './client.js';
import type { OktaConnection } from './config.js';

export interface OktaProvisionDeps extends AdapterDeps<OktaConnection> {
  readonly send: SendToOkta;
}

export type HookName = 'token' | 'registration' | 'saml' | 'password-import' | 'events';

export const channelGuard = z.object({
  type: z.string(),
  config: z.looseObject({
    uri: z.string(),
    headers: listOf(z.json()),
    authScheme: z.object({ key: z.string().nullish() }).nullish(),
  }),
});

export type Channel = z.infer<typeof channelGuard>;

export const uriOf = ({ publicUrl, settings }: OktaProvisionDeps, hook: HookName): string =>
  `${publicUrl}/hooks/${settings.id}/${hook}`;

export const nameOf = ({ settings }: OktaProvisionDeps, hook: HookName): string =>
  `Face step-up (${settings.id}, ${hook})`;

export const channelTo = (deps: OktaProvisionDeps, hook: HookName, headers: readonly Json[] = []): Json => ({
  type: 'HTTP',
  version: '1.0.0',
  config: {
    uri: uriOf(deps, hook),
    // Okta itself sets the method for event hooks.
    ...(hook === 'events' ? {} : { method: 'POST' }),
    headers,
    authScheme: toAuthScheme(deps),
  },
});

function toAuthScheme({ settings }: OktaProvisionDeps): Json {
  const { secret } = settings.okta.hooks;
  return secret === undefined ? null : { type: 'HEADER', key: secret.header, value: secret.value.use((text) => text) };
}

/** Returns the differences of a channel. The secret is not compared, because Okta never returns it. */
export function differencesOf(deps: OktaProvisionDeps, hook: HookName, channel: Channel): string[] {
  const { config } = channel;
  const header = deps.settings.okta.hooks.secret?.header;
  const uri = uriOf(deps, hook);
  const isOtherHeader = header !== undefined && (config.authScheme?.key ?? '').toLowerCase() !== header;
  return [
    ...(config.uri === uri ? [] : [`Change its address from ${config.uri} to ${uri}`]),
    ...(channel.type === 'HTTP' && isOtherHeader ? [`Set its secret in the header ${header}`] : []),
  ];
}
