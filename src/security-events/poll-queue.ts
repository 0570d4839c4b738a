import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { type SecurityEvent, securityEventGuard } from './event.js';
import type { Verification } from './set.js';

/** Maximum per stream. Further events wait in the replicas' audit logs. */
const mostQueued = 100;

const entryGuard = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: securityEventGuard }),
  z.object({ kind: z.literal('verification'), jti: z.string(), state: z.string().nullable() }),
]);

/** An event to poll. The user's e-mail address is added on delivery. */
export type QueuedEvent = z.output<typeof entryGuard>;

export const jtiOf = (entry: QueuedEvent): string => (entry.kind === 'event' ? entry.event.jti : entry.jti);

const keptSec = 90 * secondsPerDay;

const keyOf = (stream: string): string => `security-events-queue:${stream}`;

/** Queues are in the state store, so that any replica can answer polls. */
const queueOf = (stream: string, { clock }: Ports<'clock'>) => ({
  key: keyOf(stream),
  guard: z.array(entryGuard),
  expiresAt: () => addSec(clock.now(), keptSec),
});

/**
 * Queues an event, unless it is queued already.
 * @returns true unless the queue was full
 */
export async function enqueueEvent(
  stream: string,
  event: SecurityEvent,
  deps: Ports<'state' | 'clock'>,
): Promise<boolean> {
  const { changed } = await changeStored(
    queueOf(stream, deps),
    (former) => {
      const queued = former ?? [];
      const isThere = queued.some((entry) => jtiOf(entry) === event.jti);
      if (isThere || queued.length >= mostQueued) return queued;
      return [...queued, { kind: 'event' as const, event }];
    },
    deps,
  );
  return changed.some((entry) => jtiOf(entry) === event.jti);
}

/** Queues a verification event in place of an earlier one. */
export async function enqueueVerification(
  stream: string,
  verification: Verification,
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  await changeStored(
    queueOf(stream, deps),
    (former) => [
      ...(former ?? []).filter(({ kind }) => kind !== 'verification'),
      { kind: 'verification' as const, ...verification },
    ],
    deps,
  );
}

export async function readQueue(stream: string, deps: Ports<'state' | 'clock'>): Promise<readonly QueuedEvent[]> {
  return (await readStored(queueOf(stream, deps), deps))?.record ?? [];
}

/** Removes acknowledged events. @returns the acknowledged events that were in the queue */
export async function dequeue(
  stream: string,
  jtis: ReadonlySet<string>,
  deps: Ports<'state' | 'clock'>,
): Promise<readonly QueuedEvent[]> {
  const { former } = await changeStored(
    queueOf(stream, deps),
    (queued) => {
      const kept = queued?.filter((entry) => !jtis.has(jtiOf(entry))) ?? null;
      return kept?.length === queued?.length ? queued : kept;
    },
    deps,
  );
  return former?.filter((entry) => jtis.has(jtiOf(entry))) ?? [];
}

export const deleteQueue = (stream: string, { state }: Ports<'state'>): Promise<void> => state.delete(keyOf(stream));
