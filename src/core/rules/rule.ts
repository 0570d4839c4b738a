import type { LivenessPolicy } from '../liveness-policy.js';
import type { NamedNetworks } from './named-networks.js';

export const policyModes = ['shadow', 'enforce'] as const;
/** In `shadow` mode, a policy or a rule refuses no sign-in. Rules in `enforce` mode decide in either mode of the policy. */
export type PolicyMode = (typeof policyModes)[number];

export const unverifiedPolicies = ['deny', 'omit_claim'] as const;
/** `omit_claim` allows the sign-in, but without the claim. */
export type UnverifiedPolicy = (typeof unverifiedPolicies)[number];

export const notEnrolledPolicies = ['refuse', 'link', 'enrol'] as const;

export const ruleOutcomes = ['none', 'face', 'passkey_or_face', 'face_and_passkey', 'deny'] as const;
/**
 * `none`: no face check is needed. `passkey_or_face`: the person's own passkey can take the place of the face.
 * `face_and_passkey`: both are needed. `deny`: refused, also with a face check.
 */
export type RuleOutcome = (typeof ruleOutcomes)[number];

export const termsOutcomes = [...ruleOutcomes, 'unknown'] as const;
/** `unknown`: a condition of the rule is not known, and the rule then refuses. */
export type TermsOutcome = (typeof termsOutcomes)[number];

type PasskeyOutcome = 'passkey_or_face' | 'face_and_passkey';

/** Returns true if a passkey can be shown, in place of the face or with it. */
export const asksPasskey = (outcome: TermsOutcome): outcome is PasskeyOutcome =>
  outcome === 'passkey_or_face' || outcome === 'face_and_passkey';

/** Returns true if a check has to be shown. */
export const needsCheck = (outcome: TermsOutcome): outcome is PasskeyOutcome | 'face' =>
  outcome === 'face' || asksPasskey(outcome);

export const unknownSides = ['deny', 'policy'] as const;

export const deviceKinds = ['phone', 'computer'] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** Conditions of a rule. All of them must be true. A list is true if one of its entries is. */
export interface RuleConditions {
  /** Groups at the provider, by id or name, in any case. */
  readonly groups?: readonly string[] | undefined;
  /** Ids of applications in the provider's hook calls, or of OpenID clients. */
  readonly applications?: readonly string[] | undefined;
  /** Names in `policy.networks`. */
  readonly networks?: readonly string[] | undefined;
  /** True if the person has not passed a check from this network. */
  readonly newNetwork?: boolean | undefined;
  /** True if the person has not passed a check in this browser. */
  readonly newBrowser?: boolean | undefined;
  /** True if the last passed check is at least that many hours old, or if there was none. */
  readonly lastCheckHours?: number | undefined;
  readonly devices?: readonly DeviceKind[] | undefined;
}

export type ConditionName = keyof RuleConditions;

/** A rule for sign-ins. A setting that is absent is the one of the policy. */
export interface SignInRule {
  readonly name: string;
  readonly when: RuleConditions;
  readonly outcome: RuleOutcome;
  /** In `shadow` mode, a rule decides nothing. What it would decide is recorded. In `enforce` mode, it decides. */
  readonly mode: PolicyMode;
  /** Decision if a condition cannot be evaluated: refuse, or decide as without rules. Absent without conditions. */
  readonly whenUnknown?: (typeof unknownSides)[number] | undefined;
  readonly freshnessSec?: number | undefined;
  readonly liveness?: LivenessPolicy | undefined;
  readonly whenUnverified?: UnverifiedPolicy | undefined;
  readonly whenUnavailable?: UnverifiedPolicy | undefined;
}

/** Rules of a policy, and the settings that a rule can replace. */
export interface RuledPolicy {
  readonly mode: PolicyMode;
  /** How long hooks accept a passed check, in seconds. */
  readonly freshnessSec: number;
  readonly liveness: LivenessPolicy;
  readonly whenUnverified: UnverifiedPolicy;
  readonly whenUnavailable: UnverifiedPolicy;
  /** Rules for sign-ins, in the order of the configuration. The policy decides the others. */
  readonly rules: readonly SignInRule[];
  readonly networks: NamedNetworks;
}

/** Returns the names of a rule's conditions. */
export const conditionsOf = ({ when }: Pick<SignInRule, 'when'>): readonly ConditionName[] =>
  conditionNames.filter((name) => when[name] !== undefined);

export const conditionNames = [
  'groups',
  'applications',
  'networks',
  'newNetwork',
  'newBrowser',
  'lastCheckHours',
  'devices',
] as const satisfies readonly ConditionName[];

/** Returns the conditions that some rule has. */
export const findNeededConditions = (rules: readonly SignInRule[]): ReadonlySet<ConditionName> =>
  new Set(rules.flatMap(conditionsOf));

/** Returns true if a rule compares sign-ins with earlier checks of the person. */
export function needsPlaces(rules: readonly SignInRule[]): boolean {
  const needed = findNeededConditions(rules);
  return needed.has('newNetwork') || needed.has('newBrowser') || needed.has('lastCheckHours');
}

/** Returns true if devices and networks of passed checks are remembered. */
export const remembersPlaces = ({
  notices,
  glance,
  rules,
}: Pick<RuledPolicy, 'rules'> & { readonly notices: boolean; readonly glance: object | null }): boolean =>
  notices || glance !== null || needsPlaces(rules);

/** Returns how long a passed check must be kept, in seconds: as long as the policy or any rule accepts it. */
export const longestFreshnessSec = ({ freshnessSec, rules }: Pick<RuledPolicy, 'freshnessSec' | 'rules'>): number =>
  Math.max(freshnessSec, ...rules.map((rule) => rule.freshnessSec ?? 0));

/** Names of the rules in enforce mode. */
export interface RulesInForce {
  /** Rules that refuse sign-ins. */
  readonly refusing: readonly string[];
  /** Rules that allow sign-ins without a check. */
  readonly allowing: readonly string[];
}

/** Names the rules that refuse sign-ins, and those that allow them without a check although the policy asks for one. */
export function findRulesInForce({
  rules,
  whenUnverified,
}: Pick<RuledPolicy, 'rules' | 'whenUnverified'>): RulesInForce {
  const enforced = rules.filter(({ mode }) => mode === 'enforce');
  const allows = (rule: SignInRule): boolean =>
    rule.outcome === 'none' ||
    (needsCheck(rule.outcome) && whenUnverified === 'deny' && rule.whenUnverified === 'omit_claim');
  return {
    refusing: enforced.filter(refuses).map(({ name }) => name),
    allowing: enforced.filter(allows).map(({ name }) => name),
  };
}

const refuses = ({ outcome, whenUnknown }: SignInRule): boolean => outcome !== 'none' || whenUnknown === 'deny';

/** Returns true if the policy, or a rule without conditions, refuses every sign-in without a check. */
export const refusesEveryone = ({ mode, rules }: Pick<RuledPolicy, 'mode' | 'rules'>): boolean =>
  mode === 'enforce' ||
  rules.some((rule) => rule.mode === 'enforce' && refuses(rule) && conditionsOf(rule).length === 0);

/** Returns true if this server refuses some sign-ins of the connection. */
export const isRefusing = ({ mode, rules }: Pick<RuledPolicy, 'mode' | 'rules'>): boolean =>
  mode === 'enforce' || rules.some((rule) => rule.mode === 'enforce' && refuses(rule));

/** Returns the policy after a manual switch of the mode. In shadow mode, no rule refuses either. */
export const switchPolicy = <Given extends RuledPolicy>(policy: Given, mode: PolicyMode): Given => ({
  ...policy,
  mode,
  rules: mode === 'enforce' ? policy.rules : policy.rules.map((rule) => ({ ...rule, mode })),
});

/** Returns true if a manual switch to a mode would change nothing. */
export const isInMode = (policy: Pick<RuledPolicy, 'mode' | 'rules'>, mode: PolicyMode): boolean =>
  policy.mode === mode && (mode === 'enforce' || !isRefusing(policy));

/** Returns the policy for a sign-in to which a rule applies. */
export function policyUnder<Given extends RuledPolicy>(policy: Given, rule: SignInRule): Given {
  const { mode, freshnessSec, liveness, whenUnverified, whenUnavailable } = rule;
  return {
    ...policy,
    mode,
    freshnessSec: freshnessSec ?? policy.freshnessSec,
    liveness: liveness ?? policy.liveness,
    whenUnverified: whenUnverified ?? policy.whenUnverified,
    whenUnavailable: whenUnavailable ?? policy.whenUnavailable,
  };
}
