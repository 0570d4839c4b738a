import { randomUUID } from 'node:crypto';
import { type EventHook, toHeaders } from './hooks.js';
import { isoNow, newId, note, type Org, type OrgEvent, type OrgUser } from './org.js';

const deliveries = new WeakMap<Org, Promise<void>>();

export function emitUserEvent(org: Org, eventType: string, user: OrgUser): void {
  org.pendingEvents.push(toEvent(org, eventType, user));
  deliveries.set(
    org,
    (deliveries.get(org) ?? Promise.resolve()).then(() => deliverPending(org)),
  );
}

/** Resolves once all queued events were delivered or failed. */
export const settleEvents = (org: Org): Promise<void> => deliveries.get(org) ?? Promise.resolve();

const toEvent = (org: Org, eventType: string, { id, profile }: OrgUser): OrgEvent => ({
  uuid: randomUUID(),
  published: isoNow(org),
  eventType,
  version: '0',
  displayMessage: eventType,
  severity: 'INFO',
  client: { userAgent: null, zone: 'null', device: 'Unknown', id: null, ipAddress: '127.0.0.1' },
  actor: {
    id: '00uadministrator0001',
    type: 'User',
    alternateId: 'admin@example.com',
    displayName: 'Admin',
    detailEntry: null,
  },
  outcome: { result: 'SUCCESS', reason: null },
  target: [
    {
      id,
      type: 'User',
      alternateId: String(profile.login),
      displayName: `${profile.firstName} ${profile.lastName}`,
      detailEntry: null,
    },
  ],
  transaction: { type: 'WEB', id: newId('', 27), detail: {} },
  debugContext: { debugData: { requestUri: `/api/v1/users/${id}` } },
  authenticationContext: { authenticationStep: 0, externalSessionId: newId('102', 25) },
});

async function deliverPending(org: Org): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const events = org.pendingEvents.splice(0);
  await Promise.all([...org.eventHooks.values()].map((hook) => deliver(org, hook, events)));
}

async function deliver(org: Org, hook: EventHook, events: readonly OrgEvent[]): Promise<void> {
  const wanted = events.filter(({ eventType }) => hook.events.items.some((item) => item === eventType));
  if (hook.status !== 'ACTIVE' || hook.verificationStatus !== 'VERIFIED' || wanted.length === 0) return;
  const payload = JSON.stringify({
    eventType: 'com.okta.event_hook',
    eventTypeVersion: '1.0',
    cloudEventsVersion: '0.1',
    source: `${org.url}/api/v1/eventHooks/${hook.id}`,
    eventId: randomUUID(),
    data: { events: wanted },
    eventTime: isoNow(org),
    contentType: 'application/json',
  });
  let status = await post(org, hook, payload);
  // Okta retries once at most, and never after a 4xx answer.
  if (status === null || status >= 500) status = await post(org, hook, payload);
  const isTaken = status === 200 || status === 204;
  note(org, 'event_hook.delivery', hook.id, isTaken ? null : String(status ?? 'timeout'));
}

async function post(org: Org, { channel }: EventHook, body: string): Promise<number | null> {
  const signal = AbortSignal.timeout(org.hookTimeoutMs);
  const request = { method: 'POST', headers: toHeaders(channel), body, redirect: 'manual', signal } as const;
  return fetch(channel.config.uri, request).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status;
    },
    () => null,
  );
}
