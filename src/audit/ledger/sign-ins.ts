import type { SubjectRef } from '../../core/connection.js';
import { createKeptValues } from '../../core/kept-values.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerRange, LedgerStore } from '../../core/ports.js';
import { type PolicyMode, policyModes } from '../../core/rules/rule.js';
import { addSec, type EpochMs, epochMs, secondsPerDay, toIso } from '../../core/units.js';
import { readNewestFirst } from './newest-first.js';
import {
  type CountedDecision,
  dayOf,
  daysPartition,
  decidedOf,
  rangeOf,
  refusedIns,
  signedInPartition,
  signInGuard,
  signInsOf,
  startOfDay,
  timeOfId,
  timesOf,
  toPart,
} from './places.js';

/* Figures about decisions of hooks. All replicas write the rows, so every replica reads the same. */

/** A person whose last sign-in was refused, or would have been in enforce mode. */
export type RefusedPerson = SubjectRef & { readonly at: EpochMs; readonly hook: string };

/** Decisions of one kind. */
export interface CountedDecisions {
  readonly hook: string;
  readonly decision: CountedDecision;
  /** Error code of an `undecided` call; empty for the others. */
  readonly code: string;
  readonly count: number;
  readonly first: EpochMs;
  readonly last: EpochMs;
}

export interface CountedDay {
  /** In UTC. */
  readonly day: string;
  readonly decisions: readonly CountedDecisions[];
  /** People of whom hooks decided, and those whom each mode refuses. */
  readonly people: Readonly<Record<'all' | PolicyMode, number>>;
}

interface Period {
  readonly connection: string;
  /** Start of the first day. */
  readonly from: EpochMs;
}

/**
 * Finds what the log knows from a time on.
 * @returns the start of the first day, because older entries are removed, and the number of replicas whose decisions
 * before this version are not yet counted
 */
export async function readFirstDay(
  since: EpochMs,
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<{ readonly from: EpochMs; readonly replicasCounting: number }> {
  // The range excludes its start.
  const range = { ...rangeOf(daysPartition), after: dayOf(epochMs(Math.max(0, since - 1000 * secondsPerDay))) };
  const [[first], trails] = await Promise.all([
    ledger.range(range, 1, 'oldest first'),
    ledger.range(rangeOf(countedTrailsPartition), 10_000, 'oldest first'),
  ]);
  const from = startOfDay(first?.sort ?? dayOf(clock.now()));
  return { from, replicasCounting: trails.filter(({ value }) => value !== isCountedTrail).length };
}

const countedTrailsPartition = 'counted-trails';
const isCountedTrail = 'counted';

/** Counts the decisions that a replica recorded before this version, once. */
export async function countEarlier(
  { chain }: { readonly chain: string },
  count: () => Promise<unknown>,
  { ledger }: Pick<LedgerDeps, 'ledger'>,
): Promise<void> {
  const key = { partition: countedTrailsPartition, sort: toPart(chain) };
  const put = (value: string) => ledger.put([{ ...key, value, version: null, expiresAt: null }]);
  const [known] = await ledger.get([key]);
  if (known === isCountedTrail) return;
  await put('counting');
  await count();
  await put(isCountedTrail);
}

/** Days for which entries may still arrive, from a server whose store was unavailable. */
const openDays = 2;

const keptDays = { lifeSec: 3600, most: 2000 } as const;

/** Creates a function that counts a connection's days, oldest first. Past days are kept, because counting reads every row. */
export function createDayCounter(deps: Pick<LedgerDeps, 'ledger' | 'clock'>) {
  const { ledger, clock } = deps;
  const kept = createKeptValues<CountedDay>(keptDays, deps);
  const countDay = async (connection: string, day: string): Promise<CountedDay> => {
    const key = JSON.stringify([connection, day]);
    const known = kept.read(key);
    if (known !== undefined) return known;
    const count = (what: 'all' | PolicyMode) => ledger.count(signInsOf(day, connection, what));
    const [decisions, all, enforce, shadow] = await Promise.all([
      countKinds(decidedOf(day, connection), ledger),
      count('all'),
      count('enforce'),
      count('shadow'),
    ]);
    const counted = { day: toIso(startOfDay(day)).slice(0, 10), decisions, people: { all, enforce, shadow } };
    if (day < dayOf(addSec(clock.now(), -openDays * secondsPerDay))) kept.write(key, counted);
    return counted;
  };
  return ({ connection, from }: Period): Promise<readonly CountedDay[]> => {
    const days: string[] = [];
    for (let time = from; time <= clock.now(); time = addSec(time, secondsPerDay)) days.push(dayOf(time));
    return Promise.all(days.map((day) => countDay(connection, day)));
  };
}

const lastSignIns = ({ connection, from }: Period, refusedIn: PolicyMode | null): LedgerRange =>
  timesOf(signedInPartition(toPart(connection), refusedIn), { since: from, before: null });

/** Counts the people of whom a connection's hooks decided, by their last sign-in. */
export async function countPeople(period: Period, { ledger }: Pick<LedgerDeps, 'ledger'>): Promise<number> {
  const counts = await Promise.all(refusedIns.map((each) => ledger.count(lastSignIns(period, each))));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Lists the people whom a connection refuses in a mode, by their last sign-in, latest first. */
export async function listRefused(
  { mode, ...period }: Period & { readonly mode: PolicyMode },
  { ledger }: Pick<LedgerDeps, 'ledger'>,
): Promise<readonly RefusedPerson[]> {
  // A sign-in that was refused would be refused in enforce mode, too.
  const ranges = (mode === 'enforce' ? (['enforce'] as const) : policyModes).map((each) => lastSignIns(period, each));
  const refused: RefusedPerson[] = [];
  for await (const rows of readNewestFirst(ranges, (sort) => sort, ledger))
    refused.push(...rows.map(({ value }) => signInGuard.parse(JSON.parse(value))));
  return refused;
}

async function countKinds({ partition, after, before }: LedgerRange, ledger: LedgerStore): Promise<CountedDecisions[]> {
  const counted: CountedDecisions[] = [];
  for (let place = after; ; ) {
    const [first] = await ledger.range({ partition, after: place, before }, 1, 'oldest first');
    if (first === undefined) return counted;
    const group = first.sort.slice(0, first.sort.lastIndexOf('|') + 1);
    const range = { partition, after: group, before: `${group}~` };
    const [count, [last = first]] = await Promise.all([ledger.count(range), ledger.range(range, 1, 'newest first')]);
    const [hook = '', decision = '', code = ''] = group.slice(after.length).split('|').map(decodeURIComponent);
    const timeOf = ({ sort }: { readonly sort: string }): EpochMs => timeOfId(sort.slice(group.length));
    if (isCounted(decision)) counted.push({ hook, decision, code, count, first: timeOf(first), last: timeOf(last) });
    place = range.before;
  }
}

const decisions: ReadonlySet<string> = new Set([
  'verified',
  'denied',
  'claimOmitted',
  'notNeeded',
  'deny',
  'omit_claim',
  'undecided',
] satisfies CountedDecision[]);

const isCounted = (text: string): text is CountedDecision => decisions.has(text);
