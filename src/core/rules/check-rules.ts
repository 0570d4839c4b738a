import { isStrongEnough, type Policy } from '../connection.js';
import { orderRules } from './evaluate.js';
import { type ConditionName, conditionsOf, type RuleConditions, type SignInRule } from './rule.js';
import { findSeenConditions, type SeenFacts } from './seen-conditions.js';

/** A hook or an OpenID client whose sign-ins the rules decide. */
export interface RuleCaller {
  /** Name in warnings. */
  readonly name: string;
  /** Id of the OpenID client. `null` for a hook. */
  readonly clientId: string | null;
  readonly sees: SeenFacts;
}

export interface RuleCallers {
  readonly callers: readonly RuleCaller[];
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
  { callers, isDecidedAtProvider }: RuleCallers,
): readonly RuleWarning[] {
  const { rules } = policy;
  const ordered = orderRules(rules);
  const clientIds = callers.flatMap(({ clientId }) => clientId ?? []);
  const ofRules = ordered.flatMap((rule, index) =>
    [
      findUnreachable(rule, ordered.slice(0, index)),
      ...findUnseen(rule, callers, clientIds),
      findLateLiveness(rule, policy, clientIds),
    ].flatMap((problem) => (problem === null ? [] : [{ rule: rule.name, problem }])),
  );
  const named = new Set(rules.flatMap(({ when }) => when.networks ?? []));
  const unnamed = Object.keys(policy.networks).filter((name) => !named.has(name));
  return [
    ...ofRules,
    ...unnamed.map((name) => ({ rule: null, problem: `no rule names the network "${name}"` })),
    ...(isDecidedAtProvider && rules.length > 0
      ? [
          {
            rule: null,
            problem:
              'the functions at the provider decide its own sign-ins without rules; only OpenID clients follow them',
          },
        ]
      : []),
  ];
}

type Includes<Name extends ConditionName> = (
  wider: NonNullable<RuleConditions[Name]>,
  narrower: NonNullable<RuleConditions[Name]>,
) => boolean;

const includesAll: Includes<'applications' | 'networks' | 'devices'> = (wider, narrower) => {
  const entries = new Set<string>(wider);
  return narrower.every((entry) => entries.has(entry));
};

/** Compares two conditions of the same name: true if the first is true wherever the second is. */
const inclusions: { readonly [Name in ConditionName]: Includes<Name> } = {
  groups: (wider, narrower) => {
    const names = new Set(wider.map((name) => name.toLowerCase()));
    return narrower.every((name) => names.has(name.toLowerCase()));
  },
  applications: includesAll,
  networks: includesAll,
  newNetwork: (wider, narrower) => wider === narrower,
  newBrowser: (wider, narrower) => wider === narrower,
  lastCheckHours: (wider, narrower) => wider <= narrower,
  devices: includesAll,
};

function includesCondition<Name extends ConditionName>(
  name: Name,
  wider: RuleConditions[Name],
  narrower: RuleConditions[Name],
): boolean {
  return wider === undefined || (narrower !== undefined && inclusions[name](wider, narrower));
}

/** Returns true if the first rule matches every sign-in that the second matches. */
const includesRule = (wider: SignInRule, narrower: SignInRule): boolean =>
  conditionsOf(wider).every((name) => includesCondition(name, wider.when[name], narrower.when[name]));

/** Finds an earlier rule that leaves nothing to a rule. A rule in shadow mode leaves nothing to others in that mode. */
function findUnreachable(rule: SignInRule, earlier: readonly SignInRule[]): string | null {
  const first = earlier.find((each) => (each.mode === 'enforce' || rule.mode === 'shadow') && includesRule(each, rule));
  if (first === undefined) return null;
  if (first.mode === rule.mode && first.outcome !== rule.outcome && includesRule(rule, first))
    return `contradicts the rule "${first.name}", which has the same conditions, comes first and decides "${first.outcome}"`;
  return `never matches, because the rule "${first.name}" comes first and has the same or wider conditions`;
}

/** Finds conditions that a hook or an OpenID client does not know. */
function findUnseen(rule: SignInRule, callers: readonly RuleCaller[], clientIds: readonly string[]): readonly string[] {
  const asking = callers.filter((caller) => concerns(rule, caller, clientIds));
  const isEnforced = rule.mode === 'enforce';
  const denied = `the sign-in ${isEnforced ? 'is' : 'would be'} refused`;
  const consequence = rule.whenUnknown === 'policy' ? 'the policy decides' : denied;
  return conditionsOf(rule).flatMap((name) => {
    const unseeing = asking.filter(({ sees, clientId }) => !findSeenConditions(sees, clientId !== null).has(name));
    if (unseeing.length === 0) return [];
    const names = unseeing.map((caller) => caller.name).join(', ');
    return [
      `the condition "${name}" is unknown to ${names}: if no other condition is false, ${consequence} (whenUnknown)`,
    ];
  });
}

/** Returns false if a rule is only for other applications than the caller's. */
function concerns({ when: { applications } }: SignInRule, caller: RuleCaller, clientIds: readonly string[]): boolean {
  if (applications === undefined) return true;
  if (caller.clientId !== null) return applications.includes(caller.clientId);
  return !caller.sees.application || applications.some((id) => !clientIds.includes(id));
}

/** Finds a liveness that applies only at the hook, after the face check. */
function findLateLiveness(
  { when: { applications = [] }, liveness }: SignInRule,
  policy: Pick<Policy, 'liveness'>,
  clientIds: readonly string[],
): string | null {
  const others = applications.filter((id) => !clientIds.includes(id));
  if (liveness === undefined || others.length === 0 || isStrongEnough(policy.liveness, liveness)) return null;
  return `only hooks know the application ${others.map((id) => `"${id}"`).join(', ')}: the face check before is judged by policy.liveness, and is then too weak for the liveness of this rule`;
}
