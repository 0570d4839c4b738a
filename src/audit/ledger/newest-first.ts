import type { LedgerRange, LedgerStore } from '../../core/ports.js';
import { FaceError } from '../../errors.js';

export interface FoundRow {
  readonly place: string;
  readonly value: string;
}

const rowsAtOnce = 200;

export async function* readNewestFirst(
  ranges: readonly LedgerRange[],
  placeOf: (sort: string) => string,
  ledger: LedgerStore,
): AsyncGenerator<readonly FoundRow[]> {
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined) {
    yield* readRange(only, placeOf, ledger);
    return;
  }
  const sources = ranges.map((range) => new Source(readRange(range, placeOf, ledger)));
  await Promise.all(sources.map((source) => source.begin()));
  for (;;) {
    const merged: FoundRow[] = [];
    while (merged.length < rowsAtOnce) {
      const [newest] = sources.filter(({ row }) => row !== null).toSorted(byPlace);
      if (newest === undefined || newest.row === null) break;
      merged.push(newest.row);
      await newest.next();
    }
    if (merged.length === 0) return;
    yield merged;
  }
}

const byPlace = (a: Source, b: Source): number => ((a.row?.place ?? '') < (b.row?.place ?? '') ? 1 : -1);

class Source {
  #batch: readonly FoundRow[] = [];
  #at = 0;
  constructor(private readonly batches: AsyncGenerator<readonly FoundRow[]>) {}

  get row(): FoundRow | null {
    return this.#batch[this.#at] ?? null;
  }

  begin(): Promise<void> {
    return this.#read();
  }

  async next(): Promise<void> {
    this.#at += 1;
    if (this.#at >= this.#batch.length) await this.#read();
  }

  async #read(): Promise<void> {
    const next = await this.batches.next();
    this.#batch = next.done === true ? [] : next.value;
    this.#at = 0;
  }
}

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

export const toCursor = (place: string): string => Buffer.from(place).toString('base64url');

export function fromCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{13}[!-~]{0,900}$/.test(place)) throw new FaceError('request_malformed', { field: 'cursor' });
  return place;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
}
