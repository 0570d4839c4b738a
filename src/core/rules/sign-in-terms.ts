import type { Credential } from '../secrets.js';
import type { MatchedRule, RuleDecision, SignInFacts } from './evaluate.js';
import {
  type DeviceKind,
  isRefusing,
  policyUnder,
  type RuledPolicy,
  type RuleOutcome,
  type SignInRule,
} from './rule.js';

/** A sign-in, as a hook or an OpenID client sees it. */
export interface SignIn {
  readonly subject: string;
  readonly application: string | null;
  /** Address as `toSource` returns it. */
  readonly address: string | null;
  /** Nothing is looked up about a person who has not passed the first factor. */
  readonly isAfterFirstFactor: boolean;
  /** Only the browser's own requests tell its kind. */
  readonly device: DeviceKind | null;
  /** Cookie of the browser, if it has one. `null` if the caller is not the browser. */
  readonly browser: { readonly cookie: Credential | null } | null;
}

/** `unknown`: a condition of the rule is not known, and the rule then refuses. */
export type TermsOutcome = RuleOutcome | 'unknown';

/** What a sign-in needs. */
export interface SignInTerms<Given extends RuledPolicy = RuledPolicy> {
  readonly outcome: TermsOutcome;
  /** Policy with the settings of the rule. */
  readonly policy: Given;
  /** Rule that decides. `null`: the policy. */
  readonly rule: SignInRule | null;
  /** Rule in shadow mode that would decide. */
  readonly watched: { readonly rule: string; readonly outcome: TermsOutcome } | null;
  /** Facts on which it rests. `null` without rules. */
  readonly facts: SignInFacts | null;
}

const outcomeOf = ({ rule, isKnown }: MatchedRule): TermsOutcome | null =>
  isKnown ? rule.outcome : rule.whenUnknown === 'policy' ? null : 'unknown';

/** Returns what a sign-in needs by the rule that matches it. */
export function toTerms<Given extends RuledPolicy>(
  policy: Given,
  { applied, watched }: RuleDecision,
  facts: SignInFacts,
): SignInTerms<Given> {
  const seen = watched === null ? null : { rule: watched.rule.name, outcome: outcomeOf(watched) ?? 'face' };
  const outcome = applied === null ? null : outcomeOf(applied);
  if (applied === null || outcome === null) return { outcome: 'face', policy, rule: null, watched: seen, facts };
  return { outcome, policy: policyUnder(policy, applied.rule), rule: applied.rule, watched: seen, facts };
}

/** Returns what every sign-in needs without rules. */
export const termsWithoutRules = <Given extends RuledPolicy>(policy: Given): SignInTerms<Given> => ({
  outcome: 'face',
  policy,
  rule: null,
  watched: null,
  facts: null,
});

/** Returns the terms while the facts cannot be read. They refuse if some rule may refuse. */
export function termsInOutage<Given extends RuledPolicy>(policy: Given): SignInTerms<Given> {
  if (!isRefusing(policy)) return termsWithoutRules(policy);
  const mayDeny = policy.rules.some(
    ({ mode, outcome, whenUnknown, whenUnavailable = policy.whenUnavailable }) =>
      mode === 'enforce' && (outcome === 'deny' || whenUnknown === 'deny' || whenUnavailable === 'deny'),
  );
  const whenUnavailable = mayDeny ? 'deny' : policy.whenUnavailable;
  return termsWithoutRules({ ...policy, mode: 'enforce', whenUnavailable });
}
