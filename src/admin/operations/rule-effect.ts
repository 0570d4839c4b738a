import { readEvents } from '../../audit/events.js';
import type { Ports } from '../../core/deps.js';
import { evaluateRules, matchRule, orderRules, type SignInFacts } from '../../core/rules/evaluate.js';
import { createReadGroups, type NamedGroups, type ReadNamedGroups } from '../../core/rules/read-groups.js';
import type { RuledPolicy } from '../../core/rules/rule.js';
import { toTerms } from '../../core/rules/sign-in-terms.js';
import { addSec, type EpochMs } from '../../core/units.js';
import { stepUpEvents } from '../../step-up/events.js';

/** Sign-ins for which a rule decided, or would have decided in enforce mode. */
export interface RuleEffect {
  readonly signIns: number;
  readonly people: number;
  /** Sign-ins that were refused or would have been, and the people. */
  readonly refused: number;
  readonly peopleRefused: number;
}

interface Counted {
  signIns: number;
  refused: number;
  readonly people: Set<string>;
  readonly peopleRefused: Set<string>;
}

function createCounts() {
  const counts = new Map<string, Counted>();
  return {
    add(rule: string, { subject, signIns = 1, refused }: { subject: string; signIns?: number; refused: number }): void {
      const found = counts.get(rule) ?? { signIns: 0, refused: 0, people: new Set(), peopleRefused: new Set() };
      counts.set(rule, found);
      found.signIns += signIns;
      found.refused += refused;
      found.people.add(subject);
      if (refused > 0) found.peopleRefused.add(subject);
    },
    list: (): ReadonlyMap<string, RuleEffect> =>
      new Map(
        [...counts].map(([rule, { signIns, refused, people, peopleRefused }]) => [
          rule,
          { signIns, refused, people: people.size, peopleRefused: peopleRefused.size },
        ]),
      ),
  };
}

interface Period {
  readonly connection: string;
  readonly since: EpochMs;
}

/** Counts what the rules of a connection decided since a time, and what rules in shadow mode would have decided. */
export async function countRuleEffects(
  file: string,
  { connection, since }: Period,
): Promise<ReadonlyMap<string, RuleEffect>> {
  const counts = createCounts();
  const count = (rule: string, subject: string, isRefused: boolean): void =>
    counts.add(rule, { subject, refused: isRefused ? 1 : 0 });
  for await (const event of readEvents(file, ['hook_decided', 'step_up_started'], stepUpEvents, { since })) {
    const { subject, detail } = event;
    if (event.connection !== connection || !('rule' in detail || 'watched' in detail)) continue;
    const isUnverified = event.action === 'hook_decided' && event.detail.outcome === 'unverified';
    const isDenied = isUnverified && 'fallback' in detail && detail.fallback === 'deny';
    if (detail.rule !== undefined) count(detail.rule, subject, isDenied);
    if (detail.watched === undefined) continue;
    const { rule, outcome, fallback } = detail.watched;
    const isFaceDenied = outcome === 'face' && isUnverified && fallback !== 'omit_claim';
    count(rule, subject, outcome === 'deny' || outcome === 'unknown' || isFaceDenied);
  }
  return counts.list();
}

/** Sign-ins of one user at one application. */
interface SignIns {
  readonly subject: string;
  readonly application: string | null;
  count: number;
  /** Number of these without a recent face check. */
  unverified: number;
}

/** Maximum number of users whose groups are read, so that the provider's rate limits are kept. */
const mostPeople = 300;

const readWithinSec = 20;

/** Maximum number of pairs of a user and an application. Further ones are not counted. */
const mostPairs = 100_000;

export interface PreviewedEffects {
  readonly effects: ReadonlyMap<string, RuleEffect & { readonly unknown: number }>;
  readonly signIns: number;
  readonly people: number;
  /** Number of users whose groups were read. `null` if no rule has groups. */
  readonly peopleRead: number | null;
}

/**
 * Evaluates rules of a draft for the sign-ins since a time that hooks decided: with the application, if it was
 * recorded, and with the groups of today. Networks, devices and earlier checks of these sign-ins are not known.
 */
export async function previewRuleEffects(
  file: string,
  policy: RuledPolicy,
  { connection, since, ...directory }: Period & Pick<ReadNamedGroups, 'profile' | 'findGroupIds'>,
  { clock }: Ports<'clock'>,
): Promise<PreviewedEffects> {
  const pairs = new Map<string, SignIns>();
  for await (const { subject, detail, ...event } of readEvents(file, ['hook_decided'], stepUpEvents, { since })) {
    if (event.connection !== connection || subject === '' || detail.outcome === 'refused') continue;
    const application = detail.application ?? null;
    const key = JSON.stringify([subject, application]);
    const found = pairs.get(key) ?? { subject, application, count: 0, unverified: 0 };
    if (pairs.size < mostPairs) pairs.set(key, found);
    found.count += 1;
    if (detail.outcome === 'unverified') found.unverified += 1;
  }
  const signIns = [...pairs.values()];
  const people = [...new Set(signIns.map(({ subject }) => subject))];
  const rules = orderRules(policy.rules);
  const hasGroups = rules.some(({ when }) => when.groups !== undefined);
  const names = rules.flatMap(({ when }) => when.groups ?? []);
  const readGroups = createReadGroups({ ...directory, names }, { clock });
  const groups = new Map<string, NamedGroups>();
  const until = addSec(clock.now(), readWithinSec);
  for (const subject of hasGroups ? people.slice(0, mostPeople) : []) {
    if (clock.now() > until) break;
    const read = await readGroups(subject).catch(() => null);
    if (read !== null) groups.set(subject, read);
  }
  const counts = createCounts();
  const unknown = new Map<string, number>();
  for (const { subject, application, count, unverified } of signIns) {
    const { groups: known, absentGroups } = groups.get(subject) ?? notRead;
    const facts = { ...noFacts, application, groups: known, absentGroups };
    const { outcome, policy: own, rule, watched } = toTerms(policy, evaluateRules(rules, facts), facts);
    const decided = watched ?? (rule === null ? null : { rule: rule.name, outcome, fallback: own.whenUnverified });
    for (const each of rules)
      if (matchRule(each, facts) === 'unknown') unknown.set(each.name, (unknown.get(each.name) ?? 0) + count);
    if (decided === null || decided.outcome === 'unknown') continue;
    const isRefused = decided.outcome === 'deny' || (decided.outcome === 'face' && decided.fallback === 'deny');
    const refused = !isRefused ? 0 : decided.outcome === 'deny' ? count : unverified;
    counts.add(decided.rule, { subject, signIns: count, refused });
  }
  const counted = counts.list();
  return {
    effects: new Map(
      rules.map(({ name }) => [name, { ...(counted.get(name) ?? noEffect), unknown: unknown.get(name) ?? 0 }]),
    ),
    signIns: signIns.reduce((sum, { count }) => sum + count, 0),
    people: people.length,
    peopleRead: hasGroups ? groups.size : null,
  };
}

const notRead = { groups: null, absentGroups: new Set<string>() };

const noFacts: SignInFacts = {
  application: null,
  networks: null,
  groups: null,
  isNewNetwork: null,
  isNewBrowser: null,
  hoursSinceCheck: null,
  device: null,
};

/** Effect of a rule that decided nothing. */
export const noEffect: RuleEffect = { signIns: 0, people: 0, refused: 0, peopleRefused: 0 };
