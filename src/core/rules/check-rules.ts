import type { Policy } from '../connection.js';
import { foldCase } from '../fold-case.js';
import { isStrongEnough } from '../liveness-policy.js';
import { orderRules } from './evaluate.js';
import { conditionsOf, type SignInRule } from './rule.js';
import { findSeenConditions, type SeenFacts } from './seen-conditions.js';

/** A hook whose sign-ins the rules decide. */
export interface RuleHook {
  /** Name in warnings. */
  readonly name: string;
  readonly sees: SeenFacts;
}

export interface RuleCallers {
  readonly hooks: readonly RuleHook[];
  /** OpenID clients. They know all facts, those about the person at the latest after the face check. */
  readonly clientIds: readonly string[];
  /** True if functions at the provider decide its own sign-ins. */
  readonly isDecidedAtProvider: boolean;
}

export interface RuleWarning {
  /** Name of the rule. `null` if the warning is about none. */
  readonly rule: string | null;
  readonly problem: string;
}

/** Describes a warning, with the name of the rule. */
export const describeRuleWarning = ({ rule, problem }: RuleWarning): string =>
  rule === null ? problem : `rule "${rule}": ${problem}`;

/** Finds rules that cannot do what they say. */
export function checkRules(
  policy: Pick<Policy, 'rules' | 'networks' | 'liveness'>,
  { hooks, clientIds, isDecidedAtProvider }: RuleCallers,
): readonly RuleWarning[] {
  const { rules } = policy;
  const ordered = orderRules(rules);
  const ofRules = ordered.flatMap((rule, index) =>
    [
      ...findUnreachable(rule, ordered.slice(0, index)),
      ...findUnseen(rule, hooks, clientIds),
      ...findLateLiveness(rule, policy, clientIds),
    ].map((problem) => ({ rule: rule.name, problem })),
  );
  const named = new Set(rules.flatMap(({ when }) => when.networks ?? []));
  const unnamed = Object.keys(policy.networks).filter((name) => !named.has(name));
  const problems = unnamed.map((name) => `no rule names the network "${name}"`);
  if (isDecidedAtProvider && rules.length > 0)
    problems.push(
      'the functions at the provider decide its own sign-ins without rules; only OpenID clients follow them',
    );
  return [...ofRules, ...problems.map((problem) => ({ rule: null, problem }))];
}

type Entries = readonly string[] | undefined;

const includesList = (wider: Entries, narrower: Entries): boolean =>
  wider === undefined || narrower?.every((entry) => wider.includes(entry)) === true;

const folded = (names: Entries): Entries => names?.map(foldCase);

/** Returns true if the first rule matches every sign-in that the second matches. */
const includesRule = ({ when: wider }: SignInRule, { when: narrower }: SignInRule): boolean =>
  includesList(folded(wider.groups), folded(narrower.groups)) &&
  includesList(wider.applications, narrower.applications) &&
  includesList(wider.networks, narrower.networks) &&
  includesList(wider.devices, narrower.devices) &&
  (wider.newNetwork ?? narrower.newNetwork) === narrower.newNetwork &&
  (wider.newBrowser ?? narrower.newBrowser) === narrower.newBrowser &&
  (wider.lastCheckHours ?? 0) <= (narrower.lastCheckHours ?? 0);

/** Finds an earlier rule that leaves nothing to a rule. A rule in shadow mode leaves nothing to others in that mode. */
function findUnreachable(rule: SignInRule, earlier: readonly SignInRule[]): readonly string[] {
  const first = earlier.find((each) => (each.mode === 'enforce' || rule.mode === 'shadow') && includesRule(each, rule));
  if (first === undefined) return [];
  if (first.mode === rule.mode && first.outcome !== rule.outcome && includesRule(rule, first))
    return [
      `contradicts the rule "${first.name}", which has the same conditions, comes first and decides "${first.outcome}"`,
    ];
  return [`never matches, because the rule "${first.name}" comes first and has the same or wider conditions`];
}

/** Finds conditions that a hook does not know. */
function findUnseen(rule: SignInRule, hooks: readonly RuleHook[], clientIds: readonly string[]): readonly string[] {
  const asking = hooks.filter((hook) => concerns(rule, hook, clientIds));
  const denied = `the sign-in ${rule.mode === 'enforce' ? 'is' : 'would be'} refused`;
  const consequence = rule.whenUnknown === 'policy' ? 'the policy decides' : denied;
  return conditionsOf(rule).flatMap((name) => {
    const unseeing = asking.filter(({ sees }) => !findSeenConditions(sees).has(name));
    if (unseeing.length === 0) return [];
    const names = unseeing.map((hook) => hook.name).join(', ');
    return [
      `the condition "${name}" is unknown to ${names}: if no other condition is false, ${consequence} (whenUnknown)`,
    ];
  });
}

/** Returns false if a rule is only for OpenID clients, and the hook would know them. */
const concerns = ({ when: { applications } }: SignInRule, { sees }: RuleHook, clientIds: readonly string[]): boolean =>
  applications === undefined || !sees.application || applications.some((id) => !clientIds.includes(id));

/** Finds a liveness that applies only at the hook, after the face check. */
function findLateLiveness(
  { when: { applications = [] }, liveness }: SignInRule,
  policy: Pick<Policy, 'liveness'>,
  clientIds: readonly string[],
): readonly string[] {
  const others = applications.filter((id) => !clientIds.includes(id));
  if (liveness === undefined || others.length === 0 || isStrongEnough(policy.liveness, liveness)) return [];
  return [
    `only hooks know the application ${others.map((id) => `"${id}"`).join(', ')}: the face check before is judged by policy.liveness, and is then too weak for the liveness of this rule`,
  ];
}
