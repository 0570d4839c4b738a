import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { type Lease, takeLease } from '../core/lease.js';
import { addSec, secondsPerDay } from '../core/units.js';
import { FaceError } from '../errors.js';
import { securityEventGuard } from './event.js';

/*
 * Events that a stopped replica had not delivered are in the state store. They are stored in pages, because stores limit
 * the size of a record. The index of a stream lists its pages, and a lease decides which replica delivers them.
 */

/** Maximum of events of a page. */
export const eventsOfPage = 50;

/** Number of pages of a stream from which no more are added, by any replica. */
const mostPages = 100;

/** Number of events from which a replica reads no more of its audit log. The others stay there. */
export const mostHandedOver = mostPages * eventsOfPage;

const keptSec = 90 * secondsPerDay;

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

/**
 * Stores events for another replica.
 * @throws `limit_reached` if too many are stored
 */
export async function handOver(
  stream: string,
  events: readonly UndeliveredEvent[],
  { state, clock, random }: Ports<'state' | 'clock' | 'random'>,
): Promise<void> {
  const index = indexOf(stream, { clock });
  const listed = (await readStored(index, { state }))?.record ?? [];
  if (listed.length >= mostPages) throw new FaceError('limit_reached');
  const added: string[] = [];
  for (let at = 0; at < events.length; at += eventsOfPage) {
    const page = Buffer.from(random(16)).toString('hex');
    const stored = events.slice(at, at + eventsOfPage);
    await state.write(pageKeyOf(page), stored, { when: 'absent', expiresAt: index.expiresAt() });
    added.push(page);
  }
  await changeStored(index, (former) => [...(former ?? []), ...added], { state });
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

/** Removes an event that was delivered or given up, and its page after the last one. */
export async function removeHandedOver(
  stream: string,
  { page, jti }: FinishedEvent,
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  const index = indexOf(stream, deps);
  const { changed } = await changeStored(
    { key: pageKeyOf(page), guard: pageGuard, expiresAt: index.expiresAt },
    (former) => former?.filter(({ event }) => event.jti !== jti) ?? null,
    deps,
  );
  if (changed !== null && changed.length > 0) return;
  await changeStored(index, (former) => former?.filter((each) => each !== page) ?? null, deps);
  await deps.state.delete(pageKeyOf(page));
}

/** Deletes all events of a stream. */
export async function deleteHandedOver(stream: string, { state }: Ports<'state'>): Promise<void> {
  const index = await readStored({ key: indexKeyOf(stream), guard: indexGuard }, { state });
  for (const page of index?.record ?? []) await state.delete(pageKeyOf(page));
  await state.delete(indexKeyOf(stream));
}
