import type { Credential } from '../secrets.js';
import type { MatchedRule, RuleDecision, SignInFacts } from './evaluate.js';
import {
  type DeviceKind,
  policyUnder,
  type RuledPolicy,
  type SignInRule,
  type TermsOutcome,
  type UnverifiedPolicy,
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

/** Requirements for a sign-in, from its rule or from the policy. */
export interface SignInTerms<Given extends RuledPolicy = RuledPolicy> {
  readonly outcome: TermsOutcome;
  /** Policy with the settings of the rule. */
  readonly policy: Given;
  /** Rule that decides. `null`: the policy. */
  readonly rule: SignInRule | null;
  /** Rule in shadow mode that would decide, and its fallback for a sign-in without a passed check. */
  readonly watched: {
    readonly rule: string;
    readonly outcome: TermsOutcome;
    readonly fallback: UnverifiedPolicy;
  } | null;
  /** Facts on which it rests. `null` without rules. */
  readonly facts: SignInFacts | null;
}

const outcomeOf = ({ rule, isKnown }: MatchedRule): TermsOutcome => (isKnown ? rule.outcome : 'unknown');

/** Returns what a sign-in needs by the rule that matches it. */
export function toTerms<Given extends RuledPolicy>(
  policy: Given,
  { applied, watched }: RuleDecision,
  facts: SignInFacts,
): SignInTerms<Given> {
  const terms = { ...termsWithoutRules(policy), watched: watched === null ? null : toWatched(watched, policy), facts };
  if (applied === null) return terms;
  const { rule } = applied;
  return { ...terms, outcome: outcomeOf(applied), policy: policyUnder(policy, rule), rule };
}

function toWatched(watched: MatchedRule, policy: RuledPolicy): SignInTerms['watched'] {
  const { name, whenUnverified = policy.whenUnverified } = watched.rule;
  return { rule: name, outcome: outcomeOf(watched), fallback: whenUnverified };
}

/** Returns what every sign-in needs without rules. */
export const termsWithoutRules = <Given extends RuledPolicy>(policy: Given): SignInTerms<Given> => ({
  outcome: 'face',
  policy,
  rule: null,
  watched: null,
  facts: null,
});
