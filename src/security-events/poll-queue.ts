import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Clock, State } from '../core/ports.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { type SecurityEvent, securityEventGuard } from './event.js';
import type { Verification } from './set.js';

/** Events of one stream that wait here at most; the others wait in the trails of their replicas. */
const mostQueued = 100;

const entryGuard = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: securityEventGuard }),
  z.object({ kind: z.literal('verification'), jti: z.string(), state: z.string().nullable() }),
]);

/** What waits to be polled. No e-mail address is in it: a user is named when the event is told. */
export type QueuedEvent = z.output<typeof entryGuard>;

export const jtiOf = (entry: QueuedEvent): string => (entry.kind === 'event' ? entry.event.jti : entry.jti);

/** A queue that nothing goes into and nothing out of for so long is nobody's any more. */
const keptSec = 90 * secondsPerDay;

type StateDeps = { readonly state: State; readonly clock: Clock };

const keyOf = (stream: string): string => `security-events-queue:${stream}`;

/** In the store that replicas share: whichever is polled answers for all. */
const queueOf = (stream: string, { clock }: StateDeps) => ({
  key: keyOf(stream),
  guard: z.array(entryGuard),
  expiresAt: () => addSec(clock.now(), keptSec),
});

/** @returns whether there was room. One that waits already takes no second place. @throws FaceError `state_unavailable` */
export async function enqueueEvent(stream: string, event: SecurityEvent, deps: StateDeps): Promise<boolean> {
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

/** The last one asked for is the one that is sent. @throws FaceError `state_unavailable` */
export async function enqueueVerification(stream: string, verification: Verification, deps: StateDeps): Promise<void> {
  await changeStored(
    queueOf(stream, deps),
    (former) => [
      ...(former ?? []).filter(({ kind }) => kind !== 'verification'),
      { kind: 'verification' as const, ...verification },
    ],
    deps,
  );
}

/** In the order they came. @throws FaceError `state_unavailable` */
export async function readQueue(stream: string, deps: StateDeps): Promise<readonly QueuedEvent[]> {
  return (await readStored(queueOf(stream, deps), deps))?.record ?? [];
}

/** Takes off what the receiver has. @returns what was there of it @throws FaceError `state_unavailable` */
export async function dequeue(
  stream: string,
  jtis: ReadonlySet<string>,
  deps: StateDeps,
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

/** With its stream. @throws FaceError `state_unavailable` */
export const deleteQueue = (stream: string, { state }: Pick<StateDeps, 'state'>): Promise<void> =>
  state.delete(keyOf(stream));
