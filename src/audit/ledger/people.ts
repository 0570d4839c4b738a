import type { PersonChange } from '../../core/audit-events.js';
import type { SubjectRef } from '../../core/connection.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { KeyVersion, LedgerRange, LedgerStore } from '../../core/ports.js';
import { addSec, type EpochMs, secondsPerDay, toIso } from '../../core/units.js';
import { collectPage, fromCursor, type Page, readNewestFirst } from './newest-first.js';
import {
  atTime,
  checksOf,
  dayOf,
  type IndexedPerson,
  idAt,
  type ListedStatus,
  listedGuard,
  lockedPartition,
  parseEnrolment,
  peoplePartition,
  personRanges,
  readPeople,
  refusalsOf,
  startOfDay,
  timesOf,
  toIndexed,
  unknownPerson,
} from './places.js';
import { previewChange } from './record.js';

export interface PeopleFilter {
  readonly connections: readonly string[];
  /** `locked` lists locked-out people whether enrolled or not. `any` lists people who are or were enrolled. */
  readonly status: 'enrolled' | 'expired' | 'ended' | 'locked' | 'any';
  /** Earliest start of the status, or `null` for any. */
  readonly since: EpochMs | null;
  readonly before: EpochMs | null;
  readonly checkedSince: EpochMs | null;
  /** Includes people who were never checked. */
  readonly checkedBefore: EpochMs | null;
}

const maxScannedPeople = 2000;

/** People read from the index at once. */
const readAtOnce = 500;

/** Reads one person. The status of unknown people is `none`. */
export async function readPerson(
  who: SubjectRef,
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<IndexedPerson> {
  const [stored] = await readPeople([who], ledger);
  return toIndexed(who, stored, clock.now());
}

/** Reads one person as they are after a change, which may not be written yet. */
export async function readPersonAfter(
  who: SubjectRef,
  change: PersonChange,
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<IndexedPerson> {
  const now = clock.now();
  const [stored = unknownPerson] = await readPeople([who], ledger);
  return toIndexed(who, previewChange(stored, who, change, now), now);
}

export async function readPersons(
  people: readonly SubjectRef[],
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<IndexedPerson[]> {
  const found: IndexedPerson[] = [];
  for (let from = 0; from < people.length; from += readAtOnce) {
    const some = people.slice(from, from + readAtOnce);
    const stored = await readPeople(some, ledger);
    found.push(...some.map((who, index) => toIndexed(who, stored[index], clock.now())));
  }
  return found;
}

/** Returns the ids of users with a valid enrolment. */
export async function findEnrolled(
  people: readonly SubjectRef[],
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<ReadonlySet<string>> {
  const found = await readPersons(people, { ledger, clock });
  return new Set(found.filter(({ status }) => status === 'enrolled').map(({ subject }) => subject));
}

/** People with a valid enrolment, by the version of the key that seals their token. */
export interface SealedCount {
  readonly byVersion: ReadonlyMap<KeyVersion, number>;
  /** Enrolments of earlier versions, and tokens that another service seals. */
  readonly ofUnknownVersion: number;
}

/** Counts the enrolled people of all connections and replicas. */
export async function countSealed({ ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>): Promise<SealedCount> {
  const byVersion = new Map<KeyVersion, number>();
  let ofUnknownVersion = 0;
  for (const range of personRanges)
    for await (const rows of readNewestFirst([range], (sort) => sort, ledger))
      for (const { place, value } of rows) {
        const enrolment = parseEnrolment(place, value);
        if (enrolment?.status !== 'enrolled') continue;
        const { expiresAt, keyVersion } = enrolment;
        if (expiresAt !== null && expiresAt <= clock.now()) continue;
        if (keyVersion === null) ofUnknownVersion += 1;
        else byVersion.set(keyVersion, (byVersion.get(keyVersion) ?? 0) + 1);
      }
  return { byVersion, ofUnknownVersion };
}

/**
 * Lists people by time of enrolment, of its end, or of lockout, latest first. A page may be shorter than `limit`
 * without being the last.
 * @throws `request_malformed` for the cursor
 */
export async function listPeople(
  filter: PeopleFilter,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<Page<IndexedPerson>> {
  const { connections, status, since } = filter;
  const before = cursor === null ? filter.before : fromCursor(cursor);
  const partitions = new Set(
    status === 'locked'
      ? [lockedPartition]
      : connections.flatMap((id) => listedAs(status).map((each) => peoplePartition(each, id))),
  );
  const ranges = [...partitions].map((partition) => timesOf(partition, { since, before }));
  const page = { limit, mostCost: maxScannedPeople, placeOf: ({ place }: ListedPerson) => place };
  return collectPage<ListedPerson, IndexedPerson>(readListed(ranges, { ledger, clock }), page, (row, items) => {
    const { place, person } = row;
    // If two servers wrote two rows of a list for one person, only the row with the current time counts.
    const isThere = placeOf(person, status) === place;
    if (isThere && connections.includes(person.connection) && isAsked(person, filter)) items.push(person);
    return 1;
  });
}

interface ListedPerson {
  readonly place: string;
  readonly person: IndexedPerson;
}

async function* readListed(
  ranges: readonly LedgerRange[],
  deps: Pick<LedgerDeps, 'ledger' | 'clock'>,
): AsyncGenerator<readonly ListedPerson[]> {
  for await (const rows of readNewestFirst(ranges, (sort) => sort, deps.ledger)) {
    const people = await readPersons(
      rows.map(({ value }) => listedGuard.parse(JSON.parse(value))),
      deps,
    );
    yield people.map((person, index) => ({ place: rows[index]?.place ?? '', person }));
  }
}

const listedAs = (status: 'enrolled' | 'expired' | 'ended' | 'any'): readonly ListedStatus[] =>
  status === 'any' ? ['enrolled', 'ended'] : [status === 'ended' ? status : 'enrolled'];

function placeOf(person: IndexedPerson, status: PeopleFilter['status']): string | null {
  const { enrolledAt, endedAt, lockedUntil } = person;
  const asked = status === 'any' ? person.status : status;
  const time = asked === 'locked' ? lockedUntil : asked === 'ended' ? endedAt : enrolledAt;
  return time === null ? null : atTime(time, person);
}

function isAsked(person: IndexedPerson, { status, checkedSince, checkedBefore }: PeopleFilter): boolean {
  const checkedAt = person.lastCheck?.at ?? null;
  return (
    (status === 'locked' || status === 'any' || person.status === status) &&
    (checkedSince === null || (checkedAt !== null && checkedAt >= checkedSince)) &&
    (checkedBefore === null || checkedAt === null || checkedAt < checkedBefore)
  );
}

const countedDays = 7;

/** Maximum number of checks per connection and day from which the median is computed. */
const mostTimed = 50;

/** Maximum number of refusal codes read per connection, in case the store has unexpected data. */
const mostCodes = 100;

async function countRefusals(connection: string, since: EpochMs, ledger: LedgerStore) {
  const { partition, before } = refusalsOf(connection);
  const refusals: { readonly code: string; readonly count: number }[] = [];
  for (let after = ''; refusals.length < mostCodes; ) {
    const [first] = await ledger.range({ partition, after, before }, 1, 'oldest first');
    const code = first?.sort.split('|', 1)[0];
    if (code === undefined) break;
    after = `${code}|~`;
    const count = await ledger.count({ partition, after: `${code}|${idAt(since)}`, before: after });
    refusals.push({ code, count });
  }
  return refusals.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
}

/** Returns the median duration in seconds of the latest passed checks of these days, or `null` if none is recorded. */
async function findMedianSeconds(connection: string, days: readonly EpochMs[], ledger: LedgerStore) {
  const rows = await Promise.all(
    days.map((time) => ledger.range(checksOf(dayOf(time), connection, 'passed'), mostTimed, 'newest first')),
  );
  const seconds = rows
    .flat()
    .flatMap(({ value }) => (value === '' ? [] : [Number(value)]))
    .toSorted((a, b) => a - b);
  return seconds[Math.floor((seconds.length - 1) / 2)] ?? null;
}

export async function countByConnection(
  connections: readonly string[],
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
) {
  const now = clock.now();
  const locked = await ledger.range(timesOf(lockedPartition, { since: now, before: null }), 10_000, 'newest first');
  const lockedAt = locked.map(({ value }) => listedGuard.parse(JSON.parse(value)).connection);
  const days = Array.from({ length: countedDays }, (_, ago) => addSec(now, -ago * secondsPerDay));
  return Promise.all(
    connections.map(async (connection) => ({
      connection,
      /** Number of enrolments, including expired ones. */
      enrolled: await ledger.count(timesOf(peoplePartition('enrolled', connection), { since: null, before: null })),
      lockedOut: lockedAt.filter((each) => each === connection).length,
      days: await Promise.all(
        days.map(async (time) => ({
          day: toIso(time).slice(0, 10),
          passed: await ledger.count(checksOf(dayOf(time), connection, 'passed')),
          refused: await ledger.count(checksOf(dayOf(time), connection, 'refused')),
        })),
      ),
      refusals: await countRefusals(
        connection,
        startOfDay(dayOf(addSec(now, (1 - countedDays) * secondsPerDay))),
        ledger,
      ),
      medianSeconds: await findMedianSeconds(connection, days, ledger),
    })),
  );
}
