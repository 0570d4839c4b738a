import { z } from 'zod';
import type { Json } from '../../src/json.js';
import type { ProvisionDeps, ProvisionStep, StepStatus } from '../provisioning.js';
import { parseAnswer, type SendToOkta } from './client.js';
import { endingEvents } from './flow-events.js';
import type { OktaConnection } from './schema-connection.js';

/** What the parts of provisioning work with. */
export interface OktaProvisionDeps extends ProvisionDeps<OktaConnection> {
  readonly send: SendToOkta;
}

/** The inline hooks there can be, by the last part of our address. */
const inlineHookTypes = {
  token: 'com.okta.oauth2.tokens.transform',
  registration: 'com.okta.user.pre-registration',
  saml: 'com.okta.saml.tokens.transform',
  'password-import': 'com.okta.user.credential.password.import',
} as const;

/** The name of an inline hook of ours. */
export type InlineHookName = keyof typeof inlineHookTypes;

/** Okta's channels as far as they are used; an administrator's further headers stay as they are. */
const channelGuard = z.object({
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

const inlineHookGuard = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  channel: channelGuard,
});
const inlineHooksGuard = z.array(inlineHookGuard);

/** An inline hook as the org has it. */
export type InlineHook = z.infer<typeof inlineHookGuard>;

/** Where Okta is to call. */
export const uriOf = ({ publicUrl, settings }: OktaProvisionDeps, hook: InlineHookName | 'events'): string =>
  `${publicUrl}/hooks/${settings.id}/${hook}`;

const nameOf = ({ settings }: OktaProvisionDeps, hook: InlineHookName | 'events'): string =>
  `Face step-up (${settings.id}, ${hook})`;

/**
 * Our inline hook, by its address or else by its name, and others of its type.
 * @throws FaceError `provider_refused`, `profile_unavailable`
 */
export async function findInlineHook(
  hook: InlineHookName,
  deps: OktaProvisionDeps,
): Promise<{ ours: InlineHook | null; others: readonly InlineHook[] }> {
  const { body } = await deps.send('GET', `/api/v1/inlineHooks?type=${inlineHookTypes[hook]}`);
  const hooks = parseAnswer(inlineHooksGuard, body);
  const atOurs = hooks.filter(({ channel }) => channel.config.uri === uriOf(deps, hook));
  const named = hooks.filter(({ name }) => name === nameOf(deps, hook));
  const ours = atOurs.find(({ status }) => status === 'ACTIVE') ?? atOurs[0] ?? named[0] ?? null;
  return { ours, others: hooks.filter(({ id }) => id !== ours?.id) };
}

const channelTo = (deps: OktaProvisionDeps, hook: InlineHookName | 'events', headers: readonly Json[] = []): Json => ({
  type: 'HTTP',
  version: '1.0.0',
  config: {
    ...{ uri: uriOf(deps, hook), method: 'POST', headers },
    authScheme: toAuthScheme(deps),
  },
});

function toAuthScheme({ settings }: OktaProvisionDeps): Json {
  const { secret } = settings.okta.hooks;
  return secret === undefined ? null : { type: 'HEADER', key: secret.header, value: secret.value.use((text) => text) };
}

/** What is not as it should be about a channel, one line each. The secret is never shown by Okta. */
function differencesOf(
  deps: OktaProvisionDeps,
  hook: InlineHookName | 'events',
  channel: InlineHook['channel'],
): string[] {
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

/** Creates our inline hook, or adopts one at our address. @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/ */
export function createInlineHookStep(hook: InlineHookName, deps: OktaProvisionDeps): ProvisionStep {
  const type = inlineHookTypes[hook];
  const name = nameOf(deps, hook);
  const { secret } = deps.settings.okta.hooks;
  const inspect = async (): Promise<StepStatus> => {
    const { ours, others } = await findInlineHook(hook, deps);
    if (ours === null && hook === 'password-import' && others[0] !== undefined) {
      return {
        state: 'blocked',
        reason: `An org has one password import hook, and there is one: ${others[0].name}`,
        remedy: 'Delete it in Workflow > Inline Hooks if it is no longer needed',
      };
    }
    if (ours === null ? secret === undefined : isByConsole(deps, hook, ours)) return byOAuth(deps, hook, type);
    if (ours === null) {
      return {
        state: 'missing',
        changes: [`Create the inline hook "${name}" (${type}) that calls ${uriOf(deps, hook)}`],
      };
    }
    const changes = [
      ...differencesOf(deps, hook, ours.channel),
      ...(ours.status === 'ACTIVE' ? [] : ['Activate it']),
    ].map((change) => `Inline hook "${ours.name}": ${change}`);
    return changes.length === 0 ? { state: 'ready' } : { state: 'different', changes };
  };
  return {
    title: `Inline hook: ${hook}`,
    inspect,
    async apply() {
      const { ours } = await findInlineHook(hook, deps);
      if (ours === null) {
        await deps.send('POST', '/api/v1/inlineHooks', {
          ...{ name, type, version: '1.0.0', channel: channelTo(deps, hook) },
        });
        return;
      }
      if (differencesOf(deps, hook, ours.channel).length > 0) {
        const channel = channelTo(deps, hook, ours.channel.config.headers);
        await deps.send('PUT', `/api/v1/inlineHooks/${ours.id}`, { name: ours.name, type, version: '1.0.0', channel });
      }
      if (ours.status !== 'ACTIVE') await deps.send('POST', `/api/v1/inlineHooks/${ours.id}/lifecycle/activate`);
    },
  };
}

/**
 * Whether a hook of ours has an address or a channel to change that the API would take its credentials away with: a PUT
 * replaces the channel, and of the OAuth one Okta tells no secret.
 */
const isByConsole = (deps: OktaProvisionDeps, hook: InlineHookName, { channel }: InlineHook): boolean =>
  deps.settings.okta.hooks.secret === undefined
    ? channel.type === 'HTTP' || channel.config.uri !== uriOf(deps, hook)
    : channel.type !== 'HTTP' && channel.config.uri !== uriOf(deps, hook);

/** A hook that brings an access token needs a client and a key of the org, which are chosen in the console. */
const byOAuth = (deps: OktaProvisionDeps, hook: InlineHookName, type: string): StepStatus => ({
  state: 'manual',
  instructions: [
    `Workflow > Inline Hooks: add or change the hook of type ${type}, with the authentication OAuth 2.0.`,
    `URL: ${uriOf(deps, hook)}`,
    'Client: the one in the configuration under okta.hooks.oauth.clientId.',
  ],
});

const eventHookGuard = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  verificationStatus: z.string(),
  description: z.string().nullish(),
  events: z.looseObject({ items: z.array(z.string()) }),
  channel: channelGuard,
});
const eventHooksGuard = z.array(eventHookGuard);

/** An event hook as the org has it. */
export type EventHook = z.infer<typeof eventHookGuard>;

/**
 * Our event hook, by its address or else by its name; `null` where there is none.
 * @throws FaceError `provider_refused`, `profile_unavailable`
 */
export async function findEventHook(deps: OktaProvisionDeps): Promise<EventHook | null> {
  const { body } = await deps.send('GET', '/api/v1/eventHooks');
  const hooks = parseAnswer(eventHooksGuard, body);
  const atOurs = hooks.find(({ channel }) => channel.config.uri === uriOf(deps, 'events'));
  return atOurs ?? hooks.find(({ name }) => name === nameOf(deps, 'events')) ?? null;
}

/** The events an event hook of ours is not told of, and should be. */
const missingEvents = ({ events }: EventHook): string[] => endingEvents.filter((type) => !events.items.includes(type));

/** Creates our event hook, or adopts one at our address, and has Okta verify it: this server must answer meanwhile. */
export function createEventHookStep(deps: OktaProvisionDeps): ProvisionStep {
  const name = nameOf(deps, 'events');
  const verify = (id: string) => deps.send('POST', `/api/v1/eventHooks/${id}/lifecycle/verify`);
  const changesTo = (hook: EventHook): string[] => [
    ...differencesOf(deps, 'events', hook.channel),
    ...missingEvents(hook).map((type) => `Subscribe it to ${type}`),
  ];
  return {
    title: 'Event hook: users who leave',
    async inspect(): Promise<StepStatus> {
      if (deps.settings.okta.hooks.secret === undefined) {
        return {
          state: 'blocked',
          reason: 'An event hook authenticates itself by a header secret, and none is configured',
          remedy: 'Set okta.hooks.secret; it may stand beside okta.hooks.oauth',
        };
      }
      const ours = await findEventHook(deps);
      if (ours === null) {
        const events = endingEvents.join(', ');
        return {
          state: 'missing',
          changes: [
            `Create the event hook "${name}" (${events}) that calls ${uriOf(deps, 'events')}`,
            'Have Okta verify it',
          ],
        };
      }
      const changes = [
        ...changesTo(ours),
        ...(ours.status === 'ACTIVE' ? [] : ['Activate it']),
        ...(ours.verificationStatus === 'VERIFIED' ? [] : ['Have Okta verify it']),
      ].map((change) => `Event hook "${ours.name}": ${change}`);
      return changes.length === 0 ? { state: 'ready' } : { state: 'different', changes };
    },
    async apply() {
      const ours = await findEventHook(deps);
      if (ours === null) {
        const events = { type: 'EVENT_TYPE', items: endingEvents };
        const { body } = await deps.send('POST', '/api/v1/eventHooks', {
          name,
          events,
          channel: channelTo(deps, 'events'),
        });
        await verify(parseAnswer(eventHookGuard, body).id);
        return;
      }
      const isChanged = changesTo(ours).length > 0;
      if (isChanged) await deps.send('PUT', `/api/v1/eventHooks/${ours.id}`, toChangedEventHook(ours, deps));
      if (ours.status !== 'ACTIVE') await deps.send('POST', `/api/v1/eventHooks/${ours.id}/lifecycle/activate`);
      if (isChanged || ours.verificationStatus !== 'VERIFIED') await verify(ours.id);
    },
  };
}

/** What it was told of beside stays, and its filters. */
const toChangedEventHook = (ours: EventHook, deps: OktaProvisionDeps): Json => ({
  name: ours.name,
  ...(ours.description ? { description: ours.description } : {}),
  events: {
    ...z.record(z.string(), z.json()).parse(ours.events),
    items: [...ours.events.items, ...missingEvents(ours)],
  },
  channel: channelTo(deps, 'events', ours.channel.config.headers),
});
