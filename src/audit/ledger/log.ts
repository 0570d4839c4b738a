import type { Outcome } from '../../core/audit-events.js';
import type { SubjectRef } from '../../core/connection.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerRange, LedgerStore } from '../../core/ports.js';
import { addSec, type EpochMs, epochMs } from '../../core/units.js';
import { collectPage, fromCursor, type Page, readNewestFirst, toCursor } from './newest-first.js';
import {
  activityRange,
  activitySinceKey,
  dayOf,
  daysPartition,
  idAt,
  type LogLine,
  lineKeyOf,
  logPartition,
  ofNetwork,
  ofPerson,
  ofRequest,
  parseLine,
  rangeOf,
  timeOfId,
} from './places.js';

/** Conditions for lines. A missing or `null` condition matches all. */
export interface LogFilter {
  readonly connection?: string | null | undefined;
  readonly people?: readonly SubjectRef[] | null | undefined;
  readonly actions?: readonly string[] | null | undefined;
  readonly outcome?: Outcome | null | undefined;
  /** Reasons, of which a line has one. */
  readonly code?: readonly string[] | null | undefined;
  /** True to leave out checks of which only the start is logged. */
  readonly hasResult?: boolean | undefined;
  readonly application?: string | null | undefined;
  readonly network?: string | null | undefined;
  readonly requestId?: string | null | undefined;
  /** Administrator or client. */
  readonly by?: string | null | undefined;
  /** True for the lines of administrators and clients only. */
  readonly isActivity?: boolean | undefined;
  readonly since?: EpochMs | null | undefined;
  /** Lines at or after this time are excluded. */
  readonly until?: EpochMs | null | undefined;
}

const maxScannedLines = 8000;

/**
 * Maximum delay, in seconds, with which a server writes a log line. Lines younger than this are therefore returned
 * again.
 */
const lateSec = 3;

/** Longest time between two calls, in seconds, after which a follower still gets all lines. */
const longestAwaySec = 3600;

/**
 * Lists lines, newest first. A page may be shorter than `limit`, or empty, without being the last.
 * @throws `request_malformed` for the cursor
 */
export async function listLines(
  filter: LogFilter,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  deps: Pick<LedgerDeps, 'ledger'>,
): Promise<Page<LogLine>> {
  return collectPage<LogLine, LogLine>(readFiltered(filter, cursor, deps.ledger), linePage(limit), (line, items) => {
    if (matchesFilter(line, filter)) items.push(line);
    return 1;
  });
}

/** Returns the bounds of a page. At most 8000 lines are read for it; the cursor continues after them. */
export const linePage = (limit: number) => ({ limit, mostCost: maxScannedLines, placeOf: ({ id }: LogLine) => id });

/**
 * Lists lines since a position, oldest first, for live displays. The newest lines are repeated, because other servers
 * may still add lines between them, so callers must drop duplicate ids.
 * @param after - end of the previous reply, or `null` for now
 * @throws `request_malformed`
 */
export async function followLines(
  filter: LogFilter,
  after: string | null,
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<{ readonly items: readonly LogLine[]; readonly cursor: string }> {
  const settled = idAt(addSec(clock.now(), -lateSec));
  if (after === null) return { items: [], cursor: toCursor(settled) };
  const earliest = idAt(addSec(clock.now(), -longestAwaySec));
  const place = laterOf(fromCursor(after), earliest);
  const items: LogLine[] = [];
  let lookedAt = 0;
  for (let day = dayOf(timeOfId(place)); day <= dayOf(clock.now()); day = nextDay(day)) {
    for (let from = place; ; ) {
      const rows = await ledger.range({ ...rangeOf(logPartition(day)), after: from }, rowsFollowed, 'oldest first');
      for (const { sort, value } of rows) {
        const line = parseLine(sort, value);
        if (matchesFilter(line, filter)) items.push(line);
      }
      lookedAt += rows.length;
      const last = rows.at(-1)?.sort;
      if (last !== undefined && lookedAt >= maxScannedLines) return { items, cursor: toCursor(last) };
      if (last === undefined || rows.length < rowsFollowed) break;
      from = last;
    }
  }
  return { items, cursor: toCursor(laterOf(place, settled)) };
}

const laterOf = (a: string, b: string): string => [a, b].toSorted().at(-1) ?? a;

const rowsFollowed = 500;

const nextDay = (day: string): string => String(Number(day) + 1).padStart(5, '0');

/** Reads the oldest lines to which a range refers. */
export async function readReferences(
  range: LedgerRange,
  limit: number,
  ledger: LedgerStore,
): Promise<readonly LogLine[]> {
  const rows = await ledger.range(range, limit, 'oldest first');
  const references = rows.map(({ sort }) => sort);
  return readReferred(references, ledger);
}

type Between = Pick<LedgerRange, 'after' | 'before'>;

/** Counts the lines that `readFiltered` reads without a cursor. */
export async function countScanned(filter: LogFilter, ledger: LedgerStore): Promise<number> {
  const between = toBetween(filter, '~');
  const ranges = toRanges(filter)?.map((range) => within(range, between)) ?? (await dayRanges(between, ledger));
  let lines = 0;
  for (const range of ranges) lines += await ledger.count(range);
  return lines;
}

function toBetween({ since, until }: LogFilter, start: string): Between {
  const end = until === null || until === undefined ? '~' : idAt(until);
  const [before = start] = [start, end].toSorted();
  return { after: idAt(since ?? epochMs(0)), before };
}

/** Returns the ranges of the index that matches the fewest lines, or `null` if only the whole log does. */
function toRanges({ requestId, network, people, isActivity }: LogFilter): readonly LedgerRange[] | null {
  if (isActivity) return [activityRange];
  if (typeof requestId === 'string') return [ofRequest(requestId)];
  if (people !== null && people !== undefined) return people.map(ofPerson);
  return typeof network === 'string' ? [ofNetwork(network)] : null;
}

const within = (range: LedgerRange, { after, before }: Between): LedgerRange => ({
  partition: range.partition,
  after: `${range.after}${after}`,
  before: `${range.after}${before}`,
});

/**
 * Reads lines that may match a filter, newest first, through the index that matches the fewest lines.
 * @throws `request_malformed` for the cursor
 */
export async function* readFiltered(
  filter: LogFilter,
  cursor: string | null,
  ledger: LedgerStore,
): AsyncGenerator<readonly LogLine[]> {
  const between = toBetween(filter, cursor === null ? '~' : fromCursor(cursor));
  const ranges = toRanges(filter);
  if (ranges === null) yield* readDays(between, ledger);
  else yield* readRanges(ranges, between, ledger);
}

async function* readRanges(
  ranges: readonly LedgerRange[],
  between: Between,
  ledger: LedgerStore,
): AsyncGenerator<readonly LogLine[]> {
  const read = ranges.map((range) => within(range, between));
  for await (const rows of readNewestFirst(read, (sort) => lineKeyOf(sort).sort, ledger)) {
    const references = rows.map(({ place }) => place);
    yield await readReferred(references, ledger);
  }
}

async function readReferred(references: readonly string[], ledger: LedgerStore): Promise<readonly LogLine[]> {
  const keys = references.map(lineKeyOf);
  const found = await ledger.get(keys);
  return found.flatMap((text, index) => {
    const id = keys[index]?.sort;
    return text === null || id === undefined ? [] : [parseLine(id, text)];
  });
}

async function dayRanges({ after, before }: Between, ledger: LedgerStore): Promise<readonly LedgerRange[]> {
  const days = await ledger.range(rangeOf(daysPartition), 100_000, 'newest first');
  return days.flatMap(({ sort: day }) => {
    if (day < dayOf(timeOfId(after)) || (before !== '~' && day > dayOf(timeOfId(before)))) return [];
    return [{ partition: logPartition(day), after, before }];
  });
}

async function* readDays(between: Between, ledger: LedgerStore): AsyncGenerator<readonly LogLine[]> {
  for (const range of await dayRanges(between, ledger)) {
    for await (const rows of readNewestFirst([range], (sort) => sort, ledger)) {
      yield rows.map(({ place, value }) => parseLine(place, value));
    }
  }
}

export function matchesFilter(line: LogLine, filter: LogFilter): boolean {
  const { connection, people, actions, outcome, code, application, network, requestId, by } = filter;
  const fits = <Value>(asked: Value | null | undefined, is: Value | null): boolean =>
    asked === null || asked === undefined || asked === is;
  return (
    fits(connection, line.connection) &&
    fits(outcome, line.outcome) &&
    isAmong(line.code, code) &&
    fits(application, line.application) &&
    fits(network, line.network) &&
    fits(requestId, line.requestId) &&
    fits(by, line.by) &&
    isAmong(line.action, actions) &&
    (people === null ||
      people === undefined ||
      people.some((who) => who.connection === line.connection && who.subject === line.subject))
  );
}

/** Returns true if the value is one of those asked for, or if none are. */
export const isAmong = (value: string | null, asked: readonly string[] | null | undefined): boolean =>
  asked === null || asked === undefined || (value !== null && asked.includes(value));

/** Notes that all replicas log the acts of administrators and clients from now on, unless it is noted already. */
export async function beginActivity({ ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>): Promise<void> {
  const [known] = await ledger.get([activitySinceKey]);
  if (known === null || known === undefined)
    await ledger.put([{ ...activitySinceKey, value: idAt(clock.now()), version: null, expiresAt: null }]);
}

/**
 * Returns the time from which the log has all acts of all replicas, except those that were erased with a person. Older
 * lines may have been removed, so it is not before the oldest line. `null` if it is unknown.
 */
export async function readActivitySince({ ledger }: Pick<LedgerDeps, 'ledger'>): Promise<EpochMs | null> {
  const [noted] = await ledger.get([activitySinceKey]);
  if (noted === null || noted === undefined) return null;
  const [first] = await ledger.range(rangeOf(daysPartition), 1, 'oldest first');
  const oldest = first && (await ledger.range(rangeOf(logPartition(first.sort)), 1, 'oldest first'));
  return timeOfId(laterOf(noted, oldest?.[0]?.sort ?? ''));
}
