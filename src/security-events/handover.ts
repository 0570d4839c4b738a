import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { type Lease, takeLease } from '../core/lease.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { FaceError } from '../errors.js';
import { triedForSec } from './deliver.js';
import { securityEventGuard } from './event.js';
import type { EventStream } from './stream.js';

/*
 * Events that a stopped replica had not delivered are in the state store. They are stored in pages, because stores limit
 * the size of a record. The index of a stream lists its pages, and a lease decides which replica delivers them.
 */

/** Maximum of events of a page. */
export const eventsOfPage = 50;

/** Number of pages of a stream from which no more are added, by any replica. */
const mostPages = 100;

/** Time for which the index is stored, and pages of streams that deliver without a time limit, in seconds. */
const keptSec = 90 * secondsPerDay;

/** Time for which other pages are stored, in seconds: after it, their events would be dead letters. */
const triedSec = triedForSec + secondsPerDay;

const indexGuard = z.array(z.string());
const pageGuard = z.array(z.object({ event: securityEventGuard, attempts: z.int().min(0) }));
export type UndeliveredEvent = z.output<typeof pageGuard>[number];

/** An event in the state store that this replica has delivered or given up. */
export interface FinishedEvent {
  readonly page: string;
  readonly jti: string;
}

const indexKeyOf = (stream: string): string => `security-events-handover:${stream}`;
const pageKeyOf = (page: string): string => `security-events-handover-page:${page}`;

/** Lease of the replica that delivers a stream's pages. Released at the stop, so that another one begins at once. */
export const leaseOf = (stream: string): Lease => ({ key: `security-events-handover-lease:${stream}`, lifeSec: 60 });

const indexOf = (stream: string, { clock }: Ports<'clock'>) => ({
  key: indexKeyOf(stream),
  guard: indexGuard,
  expiresAt: () => addSec(clock.now(), keptSec),
});

/** Polls have no time limit, and the application of a stream created over the API can pause it. */
const pageOf = (page: string, { delivery, since }: EventStream, { clock }: Ports<'clock'>) => ({
  key: pageKeyOf(page),
  guard: pageGuard,
  expiresAt: () => addSec(clock.now(), delivery.kind === 'poll' || since !== null ? keptSec : triedSec),
});

/**
 * Stores events as a page for another replica. The index is written first, so that an interruption leaves no page that
 * no replica knows of.
 * @param events - at most `eventsOfPage`
 * @throws `limit_reached` if too many pages are stored; `state_unavailable` if another replica removed the page
 */
export async function handOver(
  stream: EventStream,
  events: readonly UndeliveredEvent[],
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<void> {
  const page = Buffer.from(deps.random(16)).toString('hex');
  const addPage = (former: readonly string[] | null): string[] => {
    if (former !== null && former.length >= mostPages) throw new FaceError('limit_reached');
    return [...(former ?? []), page];
  };
  await changeStored(indexOf(stream.id, deps), addPage, deps);
  const { key, expiresAt } = pageOf(page, stream, deps);
  const isStored = await deps.state.write(key, [...events], { when: 'absent', expiresAt: expiresAt() });
  if (!isStored) throw new FaceError('state_unavailable', { reason: 'contended' });
}

/**
 * Lists the stored pages if this replica delivers them. Renews its lease.
 * @param holder - id of this replica
 */
export async function listPages(
  stream: string,
  holder: string,
  deps: Ports<'state' | 'clock'>,
): Promise<readonly string[]> {
  const pages = (await readStored(indexOf(stream, deps), deps))?.record ?? [];
  if (pages.length === 0 || !(await takeLease(leaseOf(stream), holder, deps))) return [];
  return pages;
}

export async function readPage(page: string, deps: Ports<'state'>): Promise<readonly UndeliveredEvent[]> {
  return (await readStored({ key: pageKeyOf(page), guard: pageGuard }, deps))?.record ?? [];
}

/**
 * Removes an event that was delivered or given up, and its page after the last one. An absent page is replaced by an
 * empty one, so that a replica that is still storing it notices the removal.
 */
export async function removeHandedOver(
  stream: EventStream,
  { page, jti }: FinishedEvent,
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  const { former, changed } = await changeStored(
    pageOf(page, stream, deps),
    (events) => events?.filter(({ event }) => event.jti !== jti) ?? [],
    deps,
  );
  if (changed.length > 0) return;
  await changeStored(indexOf(stream.id, deps), (pages) => pages?.filter((each) => each !== page) ?? null, deps);
  if (former !== null) await deps.state.delete(pageKeyOf(page));
}

/** Deletes all events of a stream. */
export async function deleteHandedOver(stream: string, { state }: Ports<'state'>): Promise<void> {
  const index = await readStored({ key: indexKeyOf(stream), guard: indexGuard }, { state });
  for (const page of index?.record ?? []) await state.delete(pageKeyOf(page));
  await state.delete(indexKeyOf(stream));
}
