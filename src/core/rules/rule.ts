import type { LivenessPolicy } from '../liveness-policy.js';
import type { NamedNetworks } from './named-networks.js';

/** In `shadow` mode, sign-ins are never blocked. */
export type PolicyMode = 'enforce' | 'shadow';

/** `omit_claim` allows the sign-in, but without the claim. */
export type UnverifiedPolicy = 'deny' | 'omit_claim';

export const ruleOutcomes = ['none', 'face', 'deny'] as const;
/** `none`: no face check is needed. `deny`: refused, also with a face check. */
export type RuleOutcome = (typeof ruleOutcomes)[number];

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
  /** In `shadow` mode, a rule decides nothing. What it would decide is recorded. */
  readonly mode: PolicyMode;
  /** Decision if a condition cannot be evaluated: refuse, or decide as without rules. Absent without conditions. */
  readonly whenUnknown?: 'deny' | 'policy' | undefined;
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

/** Returns how long a passed check must be kept, in seconds: as long as the policy or any rule accepts it. */
export const longestFreshnessSec = ({ freshnessSec, rules }: Pick<RuledPolicy, 'freshnessSec' | 'rules'>): number =>
  Math.max(freshnessSec, ...rules.map((rule) => rule.freshnessSec ?? 0));

/** Names the rules that refuse sign-ins. */
export const enforcedRulesOf = ({ rules }: Pick<RuledPolicy, 'rules'>): readonly string[] =>
  rules.filter(({ mode }) => mode === 'enforce').map(({ name }) => name);

/** Returns true if this server refuses some sign-ins of the connection. */
export const isRefusing = (policy: Pick<RuledPolicy, 'mode' | 'rules'>): boolean =>
  policy.mode === 'enforce' || enforcedRulesOf(policy).length > 0;

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
