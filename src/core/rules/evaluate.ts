import { foldCase } from '../fold-case.js';
import type { Group } from '../ports.js';
import type { ConditionName, DeviceKind, SignInRule } from './rule.js';

/** Facts about a sign-in. `null` is not known. */
export interface SignInFacts {
  readonly application: string | null;
  /** Names of the networks that contain the address. */
  readonly networks: ReadonlySet<string> | null;
  readonly groups: readonly Group[] | null;
  /** Groups of rules that the provider does not have, or could not look up. It is not known who would be in them. */
  readonly absentGroups?: ReadonlySet<string>;
  readonly isNewNetwork: boolean | null;
  readonly isNewBrowser: boolean | null;
  /** `Infinity` if there was none. */
  readonly hoursSinceCheck: number | null;
  readonly device: DeviceKind | null;
}

/** Facts of which none is known. */
export const noFacts: SignInFacts = {
  application: null,
  networks: null,
  groups: null,
  isNewNetwork: null,
  isNewBrowser: null,
  hoursSinceCheck: null,
  device: null,
};

export type Truth = 'true' | 'false' | 'unknown';

/** Returns true if a group is named by its id or its name. Administrators write both in any case and Unicode form. */
export function isNamedGroup({ id, name }: Group, names: readonly string[]): boolean {
  const isNamed = (text: string | null): boolean =>
    text !== null && names.some((each) => foldCase(each) === foldCase(text));
  return isNamed(id) || isNamed(name);
}

/**
 * Evaluates a condition with the fact that it is about.
 * @param isMet - `null` if it is not known
 */
function evaluate<Asked, Fact>(
  asked: Asked | undefined,
  fact: Fact | null,
  isMet: (asked: Asked, fact: Fact) => boolean | null,
): Truth {
  if (asked === undefined) return 'true';
  const met = fact === null ? null : isMet(asked, fact);
  return met === null ? 'unknown' : met ? 'true' : 'false';
}

/** Evaluates each condition of a rule. */
export const explainRule = ({ when }: SignInRule, facts: SignInFacts): Readonly<Record<ConditionName, Truth>> => ({
  groups: evaluate(when.groups, facts.groups, (asked, groups) => {
    if (groups.some((each) => isNamedGroup(each, asked))) return true;
    return asked.some((name) => facts.absentGroups?.has(name)) ? null : false;
  }),
  applications: evaluate(when.applications, facts.application, (asked, application) => asked.includes(application)),
  networks: evaluate(when.networks, facts.networks, (asked, networks) => asked.some((name) => networks.has(name))),
  newNetwork: evaluate(when.newNetwork, facts.isNewNetwork, (asked, isNew) => asked === isNew),
  newBrowser: evaluate(when.newBrowser, facts.isNewBrowser, (asked, isNew) => asked === isNew),
  lastCheckHours: evaluate(when.lastCheckHours, facts.hoursSinceCheck, (asked, hours) => hours >= asked),
  devices: evaluate(when.devices, facts.device, (asked, device) => asked.includes(device)),
});

/** Returns whether a rule matches: false if one condition is false, and unknown if one is unknown and none false. */
export function matchRule(rule: SignInRule, facts: SignInFacts): Truth {
  const truths = Object.values(explainRule(rule, facts));
  if (truths.includes('false')) return 'false';
  return truths.includes('unknown') ? 'unknown' : 'true';
}

/** Returns true if a rule may match, but a fact that it needs is not known. */
export const lacksFact = (rules: readonly SignInRule[], facts: SignInFacts): boolean =>
  rules.some((rule) => matchRule(rule, facts) === 'unknown');

const specificityOf = ({ when }: SignInRule): number =>
  when.groups !== undefined ? 2 : when.applications !== undefined ? 1 : 0;

/** Orders rules: those for groups, then those for applications, then the others; within a kind, in their own order. */
export const orderRules = (rules: readonly SignInRule[]): readonly SignInRule[] =>
  rules.toSorted((one, other) => specificityOf(other) - specificityOf(one));

export interface MatchedRule {
  readonly rule: SignInRule;
  /** False if a condition is not known. */
  readonly isKnown: boolean;
}

export interface RuleDecision {
  /** Rule in enforce mode that decides. `null`: the policy decides. */
  readonly applied: MatchedRule | null;
  /** Rule in shadow mode that would decide if all rules were in enforce mode. */
  readonly watched: MatchedRule | null;
}

/**
 * Finds the rule that decides a sign-in, and the rule that would decide it if all rules were enforced.
 * @param rules - from `orderRules`
 */
export function evaluateRules(rules: readonly SignInRule[], facts: SignInFacts): RuleDecision {
  const matching = rules.flatMap((rule) => {
    const match = matchRule(rule, facts);
    return match === 'false' ? [] : [{ rule, isKnown: match === 'true' }];
  });
  const decisive = findDecisive(matching);
  return {
    applied: findDecisive(matching.filter(({ rule }) => rule.mode === 'enforce')),
    watched: decisive?.rule.mode === 'shadow' ? decisive : null,
  };
}

/**
 * Finds the first rule that does not leave the decision to the policy. If an earlier rule may match and leaves it, the
 * found rule decides only if it asks for a face or refuses.
 */
function findDecisive(matching: readonly MatchedRule[]): MatchedRule | null {
  const index = matching.findIndex(({ rule, isKnown }) => isKnown || rule.whenUnknown !== 'policy');
  const found = matching[index];
  if (found === undefined) return null;
  const asksNoFace = found.rule.outcome === 'none' || found.rule.outcome === 'passkey_or_face';
  return index > 0 && found.isKnown && asksNoFace ? null : found;
}
