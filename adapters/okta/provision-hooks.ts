import { z } from 'zod';
import {
  blocked,
  createObjectStep,
  type ProvisionStep,
  publishedKeysTitle,
  withoutQuery,
  wrongInConsole,
} from '../../src/connections/provisioning.js';
import { listOf } from '../../src/connections/rest-call.js';
import type { Json } from '../../src/errors.js';
import { listAll, type OktaProvisionDeps } from './client.js';

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
    config.uri === uri ? null : `Change its address from ${withoutQuery(config.uri)} to ${uri}`,
    channel.type === 'HTTP' && isOtherHeader ? `Set its secret in the header ${header}` : null,
  ].filter((difference) => difference !== null);
}

const inlineHookTypes = {
  token: 'com.okta.oauth2.tokens.transform',
  registration: 'com.okta.user.pre-registration',
  saml: 'com.okta.saml.tokens.transform',
  'password-import': 'com.okta.user.credential.password.import',
} as const satisfies Record<Exclude<HookName, 'events'>, string>;

export type InlineHookName = keyof typeof inlineHookTypes;

/** Entries of the menu "Add Inline Hook" in the console. */
const menuEntries = {
  token: 'Token',
  registration: 'Registration',
  saml: 'SAML',
  'password-import': 'Password Import',
} as const satisfies Record<InlineHookName, string>;

/** Returns the fields of a hook with an HTTP channel in the console. */
export const toFields = (deps: OktaProvisionDeps, hook: HookName, header: string): readonly string[] => [
  `Name: ${nameOf(deps, hook)}`,
  `URL: ${uriOf(deps, hook)}`,
  `Authentication field: ${header}`,
  'Authentication secret: the value of okta.hooks.secret.value, as copied when it was made. For a new one: facestep’s console, Settings of the connection, Secrets',
];

function toInlineHookByHand(hook: InlineHookName, deps: OktaProvisionDeps): readonly string[] {
  const { secret } = deps.settings.okta.hooks;
  return secret === undefined
    ? byOAuth(deps, hook)
    : [`Workflow > Inline Hooks > Add Inline Hook > ${menuEntries[hook]}`, ...toFields(deps, hook, secret.header)];
}

const inlineHookGuard = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  version: z.string().nullish(),
  channel: channelGuard,
});

const firstVersion = '1.0.0';

export type InlineHook = z.infer<typeof inlineHookGuard>;

export const toHookName = ({ name, channel }: Pick<InlineHook, 'name' | 'channel'>): string =>
  `"${name}", which calls ${withoutQuery(channel.config.uri)}`;

export async function findInlineHook(
  hook: InlineHookName,
  deps: OktaProvisionDeps,
): Promise<{ ours: InlineHook | null; others: readonly InlineHook[] }> {
  const hooks = await listAll(inlineHookGuard, `/api/v1/inlineHooks?type=${inlineHookTypes[hook]}`, deps.send);
  const atOurs = hooks.filter(({ channel }) => channel.config.uri === uriOf(deps, hook));
  const named = hooks.filter(({ name }) => name === nameOf(deps, hook));
  const ours = atOurs.find(({ status }) => status === 'ACTIVE') ?? atOurs[0] ?? named[0] ?? null;
  return { ours, others: hooks.filter(({ id }) => id !== ours?.id) };
}

/** Our hook, if it is active and calls this server, or why Okta does not call it. */
type FoundInlineHook =
  | { readonly kind: 'active'; readonly hook: InlineHook }
  | { readonly kind: 'not_called'; readonly reason: string };

export async function findActiveHook(hook: InlineHookName, deps: OktaProvisionDeps): Promise<FoundInlineHook> {
  const { ours, others } = await findInlineHook(hook, deps);
  if (ours === null) {
    const found = others.map(toHookName).join(', ');
    return notCalled(`It is not registered${found === '' ? '' : `; others of its type are: ${found}`}`);
  }
  const { uri } = ours.channel.config;
  if (uri !== uriOf(deps, hook)) return notCalled(`It calls ${withoutQuery(uri)}, not ${uriOf(deps, hook)}`);
  return ours.status === 'ACTIVE' ? { kind: 'active', hook: ours } : notCalled(`"${ours.name}" is not active`);
}

const notCalled = (reason: string): FoundInlineHook => ({ kind: 'not_called', reason });

export const toHookTitle = (hook: InlineHookName): string => `Inline hook: ${hook}`;

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/ */
export function createInlineHookStep(hook: InlineHookName, deps: OktaProvisionDeps): ProvisionStep {
  const type = inlineHookTypes[hook];
  const name = nameOf(deps, hook);
  const { secret } = deps.settings.okta.hooks;
  const replace = async (ours: InlineHook): Promise<void> => {
    const channel = channelTo(deps, hook, ours.channel.config.headers);
    const version = ours.version ?? firstVersion;
    await deps.send('PUT', `/api/v1/inlineHooks/${ours.id}`, { name: ours.name, type, version, channel });
  };
  const step = createObjectStep<InlineHook>(toHookTitle(hook), {
    byHand: toInlineHookByHand(hook, deps),
    find: async () => (await findInlineHook(hook, deps)).ours,
    creation: [`Create the inline hook "${name}" (${type}) that calls ${uriOf(deps, hook)}`],
    create() {
      const definition = { name, type, version: firstVersion, channel: channelTo(deps, hook) };
      return deps.send('POST', '/api/v1/inlineHooks', definition);
    },
    changesTo: (ours) =>
      [...differencesOf(deps, hook, ours.channel), ...(ours.status === 'ACTIVE' ? [] : ['Activate it'])].map(
        (change) => `Inline hook "${ours.name}": ${change}`,
      ),
    async change(ours) {
      if (differencesOf(deps, hook, ours.channel).length > 0) await replace(ours);
      if (ours.status !== 'ACTIVE') await deps.send('POST', `/api/v1/inlineHooks/${ours.id}/lifecycle/activate`);
    },
  });
  const pushSecret = async (): Promise<void> => {
    const { ours } = await findInlineHook(hook, deps);
    if (ours?.channel.type === 'HTTP') await replace(ours);
  };
  return {
    ...step,
    async inspect() {
      const { ours, others } = await findInlineHook(hook, deps);
      if (ours === null && hook === 'password-import' && others[0] !== undefined) {
        return blocked(
          `An org can have only one password import hook, and already has: ${others[0].name}`,
          'Delete it in Workflow > Inline Hooks if it is no longer needed',
        );
      }
      if (ours === null ? secret !== undefined : !isByConsole(deps, hook, ours)) return step.inspect();
      const found = await findActiveHook(hook, deps);
      const fault = found.kind === 'active' ? `"${found.hook.name}" does not use OAuth 2.0` : found.reason;
      return wrongInConsole(fault, byOAuth(deps, hook));
    },
    check: { needs: [publishedKeysTitle] },
    pushSecret: secret === undefined ? undefined : pushSecret,
  };
}

/**
 * Returns true if the change must be made in the console, because a PUT would remove the credentials of an OAuth
 * channel.
 */
const isByConsole = (deps: OktaProvisionDeps, hook: InlineHookName, { channel }: InlineHook): boolean =>
  deps.settings.okta.hooks.secret === undefined
    ? channel.type === 'HTTP' || channel.config.uri !== uriOf(deps, hook)
    : channel.type !== 'HTTP' && channel.config.uri !== uriOf(deps, hook);

const byOAuth = (deps: OktaProvisionDeps, hook: InlineHookName): readonly string[] => [
  `Workflow > Inline Hooks > Add Inline Hook > ${menuEntries[hook]}, or the existing hook of the type ${inlineHookTypes[hook]}`,
  `Name: ${nameOf(deps, hook)}`,
  `URL: ${uriOf(deps, hook)}`,
  'Authentication: OAuth 2.0',
  'Client ID: the value of okta.hooks.oauth.clientId',
  'Token URL and scope: those of the authorization server okta.hooks.oauth.issuer',
];
