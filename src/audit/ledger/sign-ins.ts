import { z } from 'zod';
import type { SubjectRef } from '../../core/connection.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerKey, LedgerRange, LedgerStore } from '../../core/ports.js';
import { type PolicyMode, policyModes } from '../../core/rules/rule.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toIso } from '../../core/units.js';
import { removeRange } from './erase.js';
import { readNewestFirst } from './newest-first.js';
import {
  type CountedDecision,
  countedDecisions,
  countsPartition,
  dayOf,
  daysPartition,
  decidedOf,
  rangeOf,
  refusedIns,
  ruledOf,
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
export type RefusedPerson = SubjectRef & {
  readonly at: EpochMs;
  readonly hook: string;
  readonly refusedIn: PolicyMode | null;
};

const countedDayGuard = z.object({
  /** In UTC. */
  day: z.string(),
  decisions: z.array(
    z.object({
      hook: z.string(),
      decision: z.enum(countedDecisions),
      /** Error code of an `undecided` call; empty for the others. */
      code: z.string(),
      count: z.int(),
      first: epochMsGuard,
      last: epochMsGuard,
    }),
  ),
  /** People of whom hooks decided, and those whom each mode refuses. */
  people: z.object({ all: z.int(), enforce: z.int(), shadow: z.int() }),
});
export type CountedDay = z.output<typeof countedDayGuard>;
export type CountedDecisions = CountedDay['decisions'][number];

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
  return { from, replicasCounting: trails.filter(({ value }) => isCounting(value)).length };
}

const countedTrailsPartition = 'counted-trails';
/** Value of a counted audit log. Until then, the value is the time at which counting began. */
const isCountedTrail = 'counted with rules';

const isCounting = (value: string): boolean => !value.startsWith('counted');

/** Counts the decisions that a replica recorded before this version, once. */
export async function countEarlier(
  { chain }: { readonly chain: string },
  count: () => Promise<unknown>,
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<void> {
  const key = { partition: countedTrailsPartition, sort: toPart(chain) };
  const put = (value: string) => ledger.put([{ ...key, value, version: null, expiresAt: null }]);
  const [known] = await ledger.get([key]);
  if (known === isCountedTrail) return;
  await put(toIso(clock.now()));
  await count();
  await put(isCountedTrail);
}

/** Misses no decisions of replicas that never returned after they began to count, when the log would have removed them. */
export async function endCounting(oldest: EpochMs, { ledger }: Pick<LedgerDeps, 'ledger'>): Promise<void> {
  const trails = await ledger.range(rangeOf(countedTrailsPartition), 10_000, 'oldest first');
  const ended = trails.filter(({ value }) => isCounting(value) && value < toIso(oldest));
  const partition = countedTrailsPartition;
  await ledger.put(
    ended.map(({ sort }) => ({ partition, sort, value: isCountedTrail, version: null, expiresAt: null })),
  );
}

/** Days for which entries may still arrive, from a server whose store was unavailable. */
const openDays = 2;

/**
 * Counts a connection's days, oldest first. The counts of past days are stored, because counting reads every row. They
 * have no personal data, so they stay if a person is erased.
 */
export async function countDays(
  { connection, from }: Period,
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<readonly CountedDay[]> {
  const days: string[] = [];
  for (let time = from; time <= clock.now(); time = addSec(time, secondsPerDay)) days.push(dayOf(time));
  const keyOf = (day: string): LedgerKey => ({ partition: countsPartition(day), sort: toPart(connection) });
  const known = await ledger.get(days.map(keyOf));
  const firstOpen = dayOf(addSec(clock.now(), -openDays * secondsPerDay));
  const countDay = async (day: string, at: number): Promise<CountedDay> => {
    const stored = known[at] ?? null;
    if (stored !== null) return countedDayGuard.parse(JSON.parse(stored));
    const count = (what: 'all' | PolicyMode) => ledger.count(signInsOf(day, connection, what));
    const [decisions, all, enforce, shadow] = await Promise.all([
      countKinds(decidedOf(day, connection), ledger),
      count('all'),
      count('enforce'),
      count('shadow'),
    ]);
    const counted = { day: toIso(startOfDay(day)).slice(0, 10), decisions, people: { all, enforce, shadow } };
    const row = { ...keyOf(day), value: JSON.stringify(counted), version: null, expiresAt: null };
    if (day < firstOpen) await ledger.put([row]);
    return counted;
  };
  return Promise.all(days.map(countDay));
}

/** Deletes the counts of past days, after entries were added to these. */
export async function forgetCounts({ ledger }: Pick<LedgerDeps, 'ledger'>): Promise<void> {
  for (const { sort: day } of await ledger.range(rangeOf(daysPartition), 100_000, 'oldest first'))
    await removeRange(rangeOf(countsPartition(day)), () => [], { ledger });
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

/** Sign-ins that a rule decided or would have decided in enforce mode, and those that it refused or would have. */
export interface RuleEffect {
  readonly signIns: number;
  readonly refused: number;
  readonly peopleRefused: number;
}

/** Counts what a rule of a connection decided. */
export async function countRuled(
  { connection, rule, from }: Period & { readonly rule: string },
  { ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<RuleEffect> {
  const people = new Set<string>();
  let signIns = 0;
  let refused = 0;
  for (let time = from; time <= clock.now(); time = addSec(time, secondsPerDay)) {
    const day = dayOf(time);
    signIns += await ledger.count(ruledOf(day, connection, { rule, isRefused: false }));
    for await (const rows of readNewestFirst(
      [ruledOf(day, connection, { rule, isRefused: true })],
      (sort) => sort,
      ledger,
    )) {
      refused += rows.length;
      for (const { value } of rows) if (value !== '') people.add(value);
    }
  }
  return { signIns: signIns + refused, refused, peopleRefused: people.size };
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

const isCounted = (text: string): text is CountedDecision => countedDecisions.some((each) => each === text);
