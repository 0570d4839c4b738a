import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { addSec, epochMsGuard, secondsPerDay } from '../core/units.js';
import { securityEventGuard } from './event.js';

/*
 * Events that a stopped replica had not delivered are in the state store, where another replica takes them over. They
 * are stored in pages, because stores limit the size of a record. The index of a stream lists its pages.
 */

const eventsOfPage = 50;

/** Maximum of pages per stream, of all replicas. Further events stay in the audit log of the stopped replica. */
const mostPages = 100;

export const mostHandedOver = mostPages * eventsOfPage;

/** Maximum of pages of a stream that one replica delivers at a time. */
const mostTaken = 10;

/** Time after which another replica takes over the pages of a replica that crashed, in seconds. */
const takenForSec = 60;

const keptSec = 90 * secondsPerDay;

const pageGuard = z.array(z.object({ event: securityEventGuard, attempts: z.int().min(0) }));
export type UndeliveredEvent = z.output<typeof pageGuard>[number];

const indexGuard = z.array(
  z.object({
    page: z.string(),
    /** Replica that delivers the page; `null` if none does. */
    taken: z.object({ holder: z.string(), until: epochMsGuard }).nullable(),
  }),
);
type ListedPage = z.output<typeof indexGuard>[number];

/** @param holder - id of this replica */
type HandoverDeps = Ports<'state' | 'clock'> & { readonly holder: string };

const indexKeyOf = (stream: string): string => `security-events-handover:${stream}`;
const pageKeyOf = (page: string): string => `security-events-handover-page:${page}`;

const indexOf = (stream: string, { clock }: Ports<'clock'>) => ({
  key: indexKeyOf(stream),
  guard: indexGuard,
  expiresAt: () => addSec(clock.now(), keptSec),
});

const pageOf = (page: string, { clock }: Ports<'clock'>) => ({
  key: pageKeyOf(page),
  guard: pageGuard,
  expiresAt: () => addSec(clock.now(), keptSec),
});

/**
 * Stores events for another replica, and releases the pages that this replica took over.
 * @returns the number of events that are stored, counted from the first
 */
export async function handOver(
  stream: string,
  events: readonly UndeliveredEvent[],
  deps: HandoverDeps & Ports<'random'>,
): Promise<number> {
  const { state, random, holder } = deps;
  const index = indexOf(stream, deps);
  const listed = (await readStored(index, deps))?.record ?? [];
  const stored = events.slice(0, Math.max(mostPages - listed.length, 0) * eventsOfPage);
  const added: ListedPage[] = [];
  for (let at = 0; at < stored.length; at += eventsOfPage) {
    const page = Buffer.from(random(16)).toString('hex');
    const { key, expiresAt } = pageOf(page, deps);
    await state.write(key, stored.slice(at, at + eventsOfPage), { when: 'absent', expiresAt: expiresAt() });
    added.push({ page, taken: null });
  }
  const release = (each: ListedPage): ListedPage =>
    each.taken?.holder === holder ? { page: each.page, taken: null } : each;
  await changeStored(
    index,
    (former) => (former === null && added.length === 0 ? former : [...(former ?? []).map(release), ...added]),
    deps,
  );
  return stored.length;
}

/**
 * Claims pages that no other replica delivers, and renews earlier claims.
 * @returns all pages that this replica delivers
 */
export async function takeOver(stream: string, deps: HandoverDeps): Promise<readonly string[]> {
  const { clock, holder } = deps;
  const isOwn = ({ taken }: ListedPage): boolean => taken?.holder === holder;
  const { changed } = await changeStored(
    indexOf(stream, deps),
    (former) => {
      const now = clock.now();
      let room = mostTaken - (former ?? []).filter(isOwn).length;
      const claim = (each: ListedPage): ListedPage => {
        const isFresh = each.taken !== null && each.taken.until > (isOwn(each) ? addSec(now, takenForSec / 2) : now);
        if (isFresh || (!isOwn(each) && room <= 0)) return each;
        if (!isOwn(each)) room -= 1;
        return { page: each.page, taken: { holder, until: addSec(now, takenForSec) } };
      };
      const claimed = former?.map(claim) ?? null;
      return claimed?.every((each, at) => each === former?.[at]) ? former : claimed;
    },
    deps,
  );
  return (changed ?? []).filter(isOwn).map(({ page }) => page);
}

export async function readPage(page: string, deps: Ports<'state' | 'clock'>): Promise<readonly UndeliveredEvent[]> {
  return (await readStored(pageOf(page, deps), deps))?.record ?? [];
}

/** Removes an event that was delivered or given up, and its page after the last one. */
export async function removeHandedOver(
  stream: string,
  { page, jti }: { readonly page: string; readonly jti: string },
  deps: Ports<'state' | 'clock'>,
): Promise<void> {
  const { changed } = await changeStored(
    pageOf(page, deps),
    (former) => former?.filter(({ event }) => event.jti !== jti) ?? null,
    deps,
  );
  if (changed === null || changed.length === 0) await removePage(stream, page, deps);
}

/** Removes a page from the index of its stream, and from the store. */
export async function removePage(stream: string, page: string, deps: Ports<'state' | 'clock'>): Promise<void> {
  const index = indexOf(stream, deps);
  await changeStored(index, (former) => former?.filter((each) => each.page !== page) ?? null, deps);
  await deps.state.delete(pageKeyOf(page));
}

/** Deletes all events of a stream. */
export async function deleteHandedOver(stream: string, { state }: Ports<'state'>): Promise<void> {
  const index = await readStored({ key: indexKeyOf(stream), guard: indexGuard }, { state });
  for (const { page } of index?.record ?? []) await state.delete(pageKeyOf(page));
  await state.delete(indexKeyOf(stream));
}
