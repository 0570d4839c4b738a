import { z } from 'zod';
import { defaultSecurityEvents, type SecurityEventName, securityEventNames } from '../config/security-events.js';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Clock, Keys, Random, State } from '../core/ports.js';
import { sealedTextGuard } from '../core/sealed-text.js';
import { standardTenant } from '../core/tenant.js';
import { addSec, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { eventTypes } from './event.js';
import { deleteQueue } from './poll-queue.js';
import { openHeader } from './sealed-header.js';
import { type EventStream, streamStatuses } from './stream.js';

/** How many a server keeps of those made over the API: one record holds all. */
const mostStreams = 50;

/** Of one application. */
const mostOfOne = 5;

/** How far the clocks of replicas may differ: one event too many is the safer mistake. */
const clockSkewSec = 5;

const recordGuard = z.object({
  id: z.string(),
  /** The id of the application whose key made it. */
  application: z.string(),
  /** Which connections it is told about, as the application's keys see them. */
  tenant: z.string(),
  /** When it was made, or enabled anew after it was disabled: what happened before is not told. */
  toldSince: epochMsGuard,
  /** When it was enabled anew after it was paused, or pushed to after it was polled. Earlier versions did not keep it. */
  toldOnAt: epochMsGuard.nullable().default(null),
  status: z.enum(streamStatuses),
  reason: z.string().nullable(),
  description: z.string().nullable(),
  /** Full names, also of events that are not known here; `null`: it asked for none. */
  eventsRequested: z.array(z.string()).nullable(),
  delivery: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('push'), url: z.string(), header: sealedTextGuard.nullable() }),
    z.object({ kind: z.literal('poll') }),
  ]),
});

/** A stream that a receiver made over the API. */
export type StreamRecord = z.output<typeof recordGuard>;

/** What its receiver says of it. */
export type StreamTerms = Pick<StreamRecord, 'description' | 'eventsRequested' | 'delivery'>;

const all = { key: 'security-event-streams', guard: z.array(recordGuard), expiresAt: () => null };

type StateDeps = { readonly state: State };

/** @throws FaceError `limit_reached`, `state_unavailable` */
export async function createStream(
  terms: StreamTerms,
  { id: application, tenant }: { readonly id: string; readonly tenant: string },
  { state, random, clock }: StateDeps & { readonly random: Random; readonly clock: Clock },
): Promise<StreamRecord> {
  const id = Buffer.from(random(16)).toString('hex');
  const toldSince = clock.now();
  const told = { toldSince, toldOnAt: null, status: 'enabled' } as const;
  const record: StreamRecord = { ...terms, id, application, tenant, ...told, reason: null };
  await changeStored(
    all,
    (former) => {
      const streams = former ?? [];
      const own = streams.filter((each) => each.application === application);
      if (streams.length >= mostStreams || own.length >= mostOfOne) throw new FaceError('limit_reached');
      return [...streams, record];
    },
    { state },
  );
  return record;
}

/** All that were made, oldest first. @throws FaceError `state_unavailable` */
export const listStreams = async (deps: StateDeps): Promise<readonly StreamRecord[]> =>
  (await readStored(all, deps))?.record ?? [];

/** @throws FaceError `not_found`, `state_unavailable`, and whatever `change` throws */
export async function changeStream(
  id: string,
  change: (former: StreamRecord) => StreamRecord,
  deps: StateDeps,
): Promise<StreamRecord> {
  const { changed } = await changeStored(
    all,
    (former) => {
      if (!former?.some((each) => each.id === id)) throw new FaceError('not_found');
      return former.map((each) => (each.id === id ? change(each) : each));
    },
    deps,
  );
  const found = changed.find((each) => each.id === id);
  if (found === undefined) throw new FaceError('not_found');
  return found;
}

/** With what waits in it. @throws FaceError `state_unavailable` */
export async function deleteStream(id: string, deps: StateDeps): Promise<void> {
  await changeStored(all, (former) => former?.filter((each) => each.id !== id) ?? null, deps);
  await deleteQueue(id, deps);
}

/** Which of the known events a stream carries. */
export const deliveredOf = ({
  eventsRequested,
}: Pick<StreamRecord, 'eventsRequested'>): readonly SecurityEventName[] =>
  eventsRequested === null
    ? defaultSecurityEvents
    : securityEventNames.filter((name) => eventsRequested.includes(eventTypes[name]));

/** Who the events of an application's streams are for. */
export const audienceOf = (application: string, issuer: string): string => `${issuer}/applications/${application}`;

/** The stream as the transmitter tells it. Users are named as ID tokens name them: every receiver must take that. */
export function toEventStream(
  record: StreamRecord,
  deps: { readonly issuer: string; readonly keys: Keys },
): EventStream {
  const { id, application, tenant, toldSince, toldOnAt, status, delivery } = record;
  return {
    id,
    audience: audienceOf(application, deps.issuer),
    events: deliveredOf(record),
    subject: 'iss_sub',
    connections: tenant === standardTenant ? null : [tenant],
    status,
    since: addSec(toldSince, -clockSkewSec),
    toldOnAt,
    delivery:
      delivery.kind === 'poll'
        ? delivery
        : {
            kind: 'push',
            url: delivery.url,
            authorization: async () => (delivery.header === null ? null : openHeader(delivery.header, deps)),
          },
  };
}
