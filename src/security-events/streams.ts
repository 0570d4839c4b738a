import { z } from 'zod';
import { defaultSecurityEvents, type SecurityEventName, securityEventNames } from '../config/security-events.js';
import { changeStored, readStored } from '../core/change-stored.js';
import { standardTenant } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { openText, type SealedText, sealedTextGuard, sealText } from '../core/sealed-text.js';
import type { Credential } from '../core/secrets.js';
import { addSec, epochMsGuard } from '../core/units.js';
import { FaceError } from '../errors.js';
import { eventTypes } from './event.js';
import { deleteHandedOver } from './handover.js';
import { deleteQueue } from './poll-queue.js';
import { type EventStream, streamStatuses } from './stream.js';

/** Maximum of streams. Limited, because one record contains all of them. */
const mostStreams = 50;

const mostOfOne = 5;

/**
 * Events that are up to this many seconds older than a stream are sent too, because an additional event is safer than a
 * missing one.
 */
const clockSkewSec = 5;

const recordGuard = z.object({
  id: z.string(),
  application: z.string(),
  /** Tenant to which the application's API keys belong. */
  tenant: z.string(),
  /** Time at which the stream was created or enabled. Earlier events are omitted. */
  toldSince: epochMsGuard,
  /** Time at which the stream was resumed or changed to push. */
  toldOnAt: epochMsGuard.nullable(),
  status: z.enum(streamStatuses),
  reason: z.string().nullable(),
  description: z.string().nullable(),
  /** Types that the receiver requested, including unknown ones. */
  eventsRequested: z.array(z.string()).nullable(),
  delivery: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('push'), url: z.string(), header: sealedTextGuard.nullable() }),
    z.object({ kind: z.literal('poll') }),
  ]),
});

export type StreamRecord = z.output<typeof recordGuard>;

export type StreamTerms = Pick<StreamRecord, 'description' | 'eventsRequested' | 'delivery'>;

const all = { key: 'security-event-streams', guard: z.array(recordGuard), expiresAt: () => null };

export async function createStream(
  terms: StreamTerms,
  { id: application, tenant }: { readonly id: string; readonly tenant: string },
  { state, random, clock }: Ports<'state' | 'random' | 'clock'>,
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

export const listStreams = async (deps: Ports<'state'>): Promise<readonly StreamRecord[]> =>
  (await readStored(all, deps))?.record ?? [];

/** @throws `not_found`, `state_unavailable`; errors of `change` */
export async function changeStream(
  id: string,
  change: (former: StreamRecord) => StreamRecord,
  deps: Ports<'state'>,
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

export async function deleteStream(id: string, deps: Ports<'state'>): Promise<void> {
  await changeStored(all, (former) => former?.filter((each) => each.id !== id) ?? null, deps);
  await deleteQueue(id, deps);
  await deleteHandedOver(id, deps);
}

/** Returns the supported events that a stream delivers. */
const deliveredOf = ({ eventsRequested }: Pick<StreamRecord, 'eventsRequested'>): readonly SecurityEventName[] =>
  eventsRequested === null
    ? defaultSecurityEvents
    : securityEventNames.filter((name) => eventsRequested.includes(eventTypes[name]));

export const audienceOf = (application: string, issuer: string): string => `${issuer}/applications/${application}`;

/** Converts a record for the transmitter. Users are identified as in ID tokens. */
export function toEventStream(record: StreamRecord, deps: Ports<'issuer' | 'keys'>): EventStream {
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

const label = 'facestep/security-events/the key that seals what pushes carry';

/** Encrypts the `Authorization` header of pushes. */
export const sealHeader = (header: Credential, deps: Ports<'keys' | 'random'>): Promise<SealedText> =>
  sealText(header, label, deps);

/** @throws as `openText` */
export const openHeader = (sealed: SealedText, deps: Ports<'keys'>): Promise<Credential> =>
  openText(sealed, label, deps);
