import type { LedgerRange, LedgerStore } from '../../core/ports.js';
import { FaceError } from '../../errors.js';

export interface FoundRow {
  readonly place: string;
  readonly value: string;
}

const rowsAtOnce = 200;

/** Reads the rows of several ranges, merged by place, newest first. */
export async function* readNewestFirst(
  ranges: readonly LedgerRange[],
  placeOf: (sort: string) => string,
  ledger: LedgerStore,
): AsyncGenerator<readonly FoundRow[]> {
  let sources = ranges.map((range): Source => ({ batches: readRange(range, placeOf, ledger), rows: [] }));
  for (;;) {
    await Promise.all(sources.filter(({ rows }) => rows.length === 0).map(refill));
    sources = sources.filter(({ rows }) => rows.length > 0);
    // Older rows wait, because a source may have unread rows that are newer.
    const [safeFrom] = sources
      .map(({ rows }) => rows.at(-1)?.place ?? '')
      .toSorted()
      .toReversed();
    if (safeFrom === undefined) return;
    yield sources.flatMap(({ rows }) => rows.filter(({ place }) => place >= safeFrom)).toSorted(byPlace);
    for (const source of sources) source.rows = source.rows.filter(({ place }) => place < safeFrom);
  }
}

interface Source {
  readonly batches: AsyncGenerator<readonly FoundRow[]>;
  rows: readonly FoundRow[];
}

async function refill(source: Source): Promise<void> {
  const next = await source.batches.next();
  source.rows = next.done === true ? [] : next.value;
}

const byPlace = (a: FoundRow, b: FoundRow): number => (a.place < b.place ? 1 : -1);

async function* readRange(
  range: LedgerRange,
  placeOf: (sort: string) => string,
  ledger: LedgerStore,
): AsyncGenerator<readonly FoundRow[]> {
  for (let { before } = range; ; ) {
    const rows = await ledger.range({ ...range, before }, rowsAtOnce, 'newest first');
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ sort, value }) => ({ place: placeOf(sort), value }));
    if (rows.length < rowsAtOnce) return;
    before = last.sort;
  }
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
}

/**
 * Collects the items of a page. It ends when it has `limit` items, or when the rows read have cost `mostCost`.
 * @param take - adds the items of a row, and returns what reading them cost, in rows
 */
export async function collectPage<Row, Item>(
  batches: AsyncIterable<readonly Row[]>,
  { limit, mostCost, placeOf }: { readonly limit: number; readonly mostCost: number; placeOf(row: Row): string },
  take: (row: Row, items: Item[]) => number | Promise<number>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let cost = 0;
  for await (const batch of batches) {
    for (const row of batch) {
      cost += await take(row, items);
      if (items.length >= limit || cost >= mostCost) return { items, cursor: toCursor(placeOf(row)) };
    }
  }
  return { items, cursor: null };
}

export const toCursor = (place: string): string => Buffer.from(place).toString('base64url');

/** Returns the place that a cursor names. @throws `request_malformed` */
export function fromCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{13}[!-~]{0,900}$/.test(place)) throw new FaceError('request_malformed', { field: 'cursor' });
  return place;
}
