import { matchesFilter, readFiltered } from '../../audit/ledger/log.js';
import { timeOfId } from '../../audit/ledger/places.js';
import type { RuleEffect } from '../../audit/ledger/sign-ins.js';
import type { Ports } from '../../core/deps.js';
import { evaluateRules, matchRule, noFacts, orderRules } from '../../core/rules/evaluate.js';
import { createReadGroups, type NamedGroups, type ReadNamedGroups } from '../../core/rules/read-groups.js';
import { needsCheck, type RuledPolicy } from '../../core/rules/rule.js';
import { toTerms } from '../../core/rules/sign-in-terms.js';
import { addSec, type EpochMs } from '../../core/units.js';

function createCounts() {
  const counts = new Map<string, { signIns: number; refused: number; readonly peopleRefused: Set<string> }>();
  return {
    add(rule: string, { subject, signIns, refused }: { subject: string; signIns: number; refused: number }): void {
      const found = counts.get(rule) ?? { signIns: 0, refused: 0, peopleRefused: new Set() };
      counts.set(rule, found);
      found.signIns += signIns;
      found.refused += refused;
      if (refused > 0) found.peopleRefused.add(subject);
    },
    list: (): ReadonlyMap<string, RuleEffect> =>
      new Map(
        [...counts].map(([rule, { signIns, refused, peopleRefused }]) => [
          rule,
          { signIns, refused, peopleRefused: peopleRefused.size },
        ]),
      ),
  };
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

/** Maximum number of lines of the log. Earlier ones are not read. */
const mostLines = 100_000;

interface Period {
  readonly connection: string;
  readonly since: EpochMs;
}

/** Reads the sign-ins that hooks of all replicas decided, the newest first. */
async function readSignIns({ connection, since }: Period, { ledger }: Ports<'ledger'>) {
  const pairs = new Map<string, SignIns>();
  const hookDecided = { connection, actions: ['hook_decided'], since };
  let lines = 0;
  for await (const batch of readFiltered(hookDecided, null, ledger)) {
    for (const line of batch) {
      const { subject, application, outcome, code, enforced } = line;
      if (!matchesFilter(line, hookDecided) || subject === null || enforced === 'undecided') continue;
      const key = JSON.stringify([subject, application]);
      const found = pairs.get(key) ?? { subject, application, count: 0, unverified: 0 };
      pairs.set(key, found);
      found.count += 1;
      if (outcome !== 'passed' && code !== 'another_way') found.unverified += 1;
    }
    lines += batch.length;
    const oldest = batch.at(-1);
    if (lines >= mostLines && oldest !== undefined) return { signIns: [...pairs.values()], since: timeOfId(oldest.id) };
  }
  return { signIns: [...pairs.values()], since };
}

/**
 * Evaluates rules of a draft for the sign-ins since a time that hooks decided: with the application, if it was
 * recorded, and with the groups of today. Networks, devices and earlier checks of these sign-ins are not known.
 */
export async function previewRuleEffects(
  policy: RuledPolicy,
  { connection, since: asked, ...directory }: Period & Pick<ReadNamedGroups, 'profile' | 'findGroupIds'>,
  deps: Ports<'ledger' | 'clock'>,
) {
  const { clock } = deps;
  const { signIns, since } = await readSignIns({ connection, since: asked }, deps);
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
    const isRefused = decided.outcome === 'deny' || (needsCheck(decided.outcome) && decided.fallback === 'deny');
    const refused = !isRefused ? 0 : decided.outcome === 'deny' ? count : unverified;
    counts.add(decided.rule, { subject, signIns: count, refused });
  }
  const counted = counts.list();
  return {
    /** Start of the time of which all sign-ins were read. */
    since,
    effects: new Map(
      rules.map(({ name }) => [name, { ...(counted.get(name) ?? noEffect), unknown: unknown.get(name) ?? 0 }]),
    ),
    signIns: signIns.reduce((sum, { count }) => sum + count, 0),
    people: people.length,
    /** Number of users whose groups were read. `null` if no rule has groups. */
    peopleRead: hasGroups ? groups.size : null,
  };
}

const notRead = { groups: null, absentGroups: new Set<string>() };

/** Effect of a rule that decided nothing. */
export const noEffect: RuleEffect = { signIns: 0, refused: 0, peopleRefused: 0 };
