import { z } from 'zod';
import {
  blocked,
  createObjectStep,
  type ProvisionStep,
  publishedKeysTitle,
} from '../../src/connections/provisioning.js';
import { parseAnswer } from '../../src/connections/rest-call.js';
import type { Json } from '../../src/errors.js';
import { listAll, type OktaProvisionDeps } from './client.js';
import { revokingEvents } from './flow-events.js';
import { channelGuard, channelTo, differencesOf, nameOf, toFields, uriOf } from './provision-hooks.js';

const eventHookGuard = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  verificationStatus: z.string(),
  description: z.string().nullish(),
  events: z.looseObject({ items: z.array(z.string()) }),
  channel: channelGuard,
});

export type EventHook = z.infer<typeof eventHookGuard>;

export async function findEventHook(deps: OktaProvisionDeps): Promise<EventHook | null> {
  const hooks = await listAll(eventHookGuard, '/api/v1/eventHooks', deps.send);
  const atOurs = hooks.find(({ channel }) => channel.config.uri === uriOf(deps, 'events'));
  return atOurs ?? hooks.find(({ name }) => name === nameOf(deps, 'events')) ?? null;
}

/** @returns our hook if Okta delivers events to this server, or the reason why not */
export async function findDeliveredHook(deps: OktaProvisionDeps): Promise<EventHook | string> {
  const ours = await findEventHook(deps);
  if (ours === null) return 'It is not registered: tokens of users who leave stay valid';
  const isDelivered = ours.status === 'ACTIVE' && ours.verificationStatus === 'VERIFIED';
  return isDelivered && ours.channel.config.uri === uriOf(deps, 'events')
    ? ours
    : `"${ours.name}" is not active, not verified or calls another address`;
}

export const missingEvents = ({ events }: EventHook): string[] =>
  revokingEvents.filter((type) => !events.items.includes(type));

const secretIsNeeded = 'Set okta.hooks.secret; it can be used together with okta.hooks.oauth';

function toEventHookByHand(deps: OktaProvisionDeps): readonly string[] {
  const { secret } = deps.settings.okta.hooks;
  if (secret === undefined) return [secretIsNeeded];
  return [
    'Workflow > Event Hooks > Create Event Hook',
    ...toFields(deps, 'events', secret.header),
    `Subscribe to events: ${revokingEvents.join(', ')}`,
    'Verify the hook while this server is running: Actions > Verify',
  ];
}

/** Creates or adopts our event hook. Okta calls this server to verify it, so the server must be running. */
export function createEventHookStep(deps: OktaProvisionDeps): ProvisionStep {
  const name = nameOf(deps, 'events');
  const verify = (id: string) => deps.send('POST', `/api/v1/eventHooks/${id}/lifecycle/verify`);
  const replace = (ours: EventHook) =>
    deps.send('PUT', `/api/v1/eventHooks/${ours.id}`, toChangedEventHook(ours, deps));
  const changesTo = (hook: EventHook): string[] => [
    ...differencesOf(deps, 'events', hook.channel),
    ...missingEvents(hook).map((type) => `Subscribe it to ${type}`),
  ];
  const step = createObjectStep<EventHook>('Event hook: deactivated users', {
    byHand: toEventHookByHand(deps),
    find: () => findEventHook(deps),
    creation: [
      `Create the event hook "${name}" (${revokingEvents.join(', ')}) that calls ${uriOf(deps, 'events')}`,
      'Have Okta verify it',
    ],
    async create() {
      const events = { type: 'EVENT_TYPE', items: revokingEvents };
      const hook = { name, events, channel: channelTo(deps, 'events') };
      const { body } = await deps.send('POST', '/api/v1/eventHooks', hook);
      await verify(parseAnswer(eventHookGuard, body).id);
    },
    changesTo: (ours) =>
      [
        ...changesTo(ours),
        ...(ours.status === 'ACTIVE' ? [] : ['Activate it']),
        ...(ours.verificationStatus === 'VERIFIED' ? [] : ['Have Okta verify it']),
      ].map((change) => `Event hook "${ours.name}": ${change}`),
    async change(ours) {
      const isChanged = changesTo(ours).length > 0;
      if (isChanged) await replace(ours);
      if (ours.status !== 'ACTIVE') await deps.send('POST', `/api/v1/eventHooks/${ours.id}/lifecycle/activate`);
      if (isChanged || ours.verificationStatus !== 'VERIFIED') await verify(ours.id);
    },
  });
  return {
    ...step,
    check: { title: 'Event hook', needs: [publishedKeysTitle] },
    async inspect() {
      if (deps.settings.okta.hooks.secret !== undefined) return step.inspect();
      return blocked('An event hook authenticates with a header secret, but none is configured', secretIsNeeded);
    },
    async pushSecret() {
      const ours = await findEventHook(deps);
      if (ours === null) return;
      await replace(ours);
      await verify(ours.id);
    },
  };
}

const toChangedEventHook = (ours: EventHook, deps: OktaProvisionDeps): Json => ({
  name: ours.name,
  ...(ours.description ? { description: ours.description } : {}),
  events: {
    ...z.record(z.string(), z.json()).parse(ours.events),
    items: [...ours.events.items, ...missingEvents(ours)],
  },
  channel: channelTo(deps, 'events', ours.channel.config.headers),
});
