import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultPolicy } from '../../../support/benches/core.js';
import type { Policy } from '../connection.js';
import {
  evaluateRules,
  explainRule,
  isNamedGroup,
  matchRule,
  noFacts,
  orderRules,
  type SignInFacts,
} from './evaluate.js';
import type { RuleConditions, SignInRule } from './rule.js';
import { type SignInTerms, termsWithoutRules, toTerms } from './sign-in-terms.js';

/*
 * The rules are compared with an evaluator that is written here again, as the documentation describes it: one
 * condition, one rule, and the list of rules after each other.
 */

type Answer = 'yes' | 'no' | 'unknown';

function answerCondition(name: string, { when }: SignInRule, facts: SignInFacts): Answer {
  const judge = (isTrue: boolean): Answer => (isTrue ? 'yes' : 'no');
  switch (name) {
    case 'groups': {
      if (facts.groups === null) return 'unknown';
      const held = facts.groups.flatMap(({ id, name: shown }) => (shown === null ? [id] : [id, shown]));
      return judge(held.some((each) => when.groups!.some((asked) => asked.toUpperCase() === each.toUpperCase())));
    }
    case 'applications':
      if (facts.application === null) return 'unknown';
      return judge(when.applications!.indexOf(facts.application) >= 0);
    case 'networks':
      if (facts.networks === null) return 'unknown';
      return judge([...facts.networks].some((each) => when.networks!.includes(each)));
    case 'newNetwork':
      if (facts.isNewNetwork === null) return 'unknown';
      return judge(when.newNetwork ? facts.isNewNetwork : !facts.isNewNetwork);
    case 'newBrowser':
      if (facts.isNewBrowser === null) return 'unknown';
      return judge(when.newBrowser ? facts.isNewBrowser : !facts.isNewBrowser);
    case 'lastCheckHours':
      if (facts.hoursSinceCheck === null) return 'unknown';
      return judge(!(facts.hoursSinceCheck < when.lastCheckHours!));
    case 'devices':
      if (facts.device === null) return 'unknown';
      return judge(when.devices!.indexOf(facts.device) >= 0);
    default:
      throw new Error(`a condition that this evaluator does not know: ${name}`);
  }
}

function answerRule(rule: SignInRule, facts: SignInFacts): Answer {
  let answer: Answer = 'yes';
  for (const name of Object.keys(rule.when)) {
    const one = answerCondition(name, rule, facts);
    if (one === 'no') return 'no';
    if (one === 'unknown') answer = 'unknown';
  }
  return answer;
}

function inOrder(rules: readonly SignInRule[]): SignInRule[] {
  const forGroups = rules.filter(({ when }) => 'groups' in when);
  const forApplications = rules.filter(({ when }) => 'applications' in when && !('groups' in when));
  const others = rules.filter(({ when }) => !('applications' in when) && !('groups' in when));
  return [...forGroups, ...forApplications, ...others];
}

type Decided = { readonly rule: SignInRule; readonly outcome: SignInTerms['outcome'] };

/** Goes through the rules. `null`: the policy decides. */
function decideInTurn(rules: readonly SignInRule[], facts: SignInFacts, mayBePolicy = false): Decided | null {
  const [rule, ...later] = rules;
  if (rule === undefined) return null;
  const answer = answerRule(rule, facts);
  if (answer === 'no') return decideInTurn(later, facts, mayBePolicy);
  const isLenient = rule.outcome === 'none' || rule.outcome === 'passkey_or_face';
  if (answer === 'yes') return mayBePolicy && isLenient ? null : { rule, outcome: rule.outcome };
  return rule.whenUnknown === 'policy' ? decideInTurn(later, facts, true) : { rule, outcome: 'unknown' };
}

function decide(policy: Policy, facts: SignInFacts): Omit<SignInTerms, 'facts'> {
  const rules = inOrder(policy.rules);
  const all = decideInTurn(rules, facts);
  const enforced = rules.filter(({ mode }) => mode !== 'shadow');
  const decided = decideInTurn(enforced, facts);
  const fallback = all?.rule.whenUnverified ?? policy.whenUnverified;
  const watched =
    all === null || enforced.includes(all.rule) ? null : { rule: all.rule.name, outcome: all.outcome, fallback };
  if (decided === null) return { outcome: 'face', policy, rule: null, watched };
  const { rule, outcome } = decided;
  const changed = {
    mode: 'enforce',
    freshnessSec: rule.freshnessSec ?? policy.freshnessSec,
    liveness: rule.liveness ?? policy.liveness,
    whenUnverified: rule.whenUnverified ?? policy.whenUnverified,
    whenUnavailable: rule.whenUnavailable ?? policy.whenUnavailable,
  } as const;
  return { outcome, policy: { ...policy, ...changed }, rule, watched };
}

const someOf = <Value>(...values: readonly Value[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });

const whenArbitrary: fc.Arbitrary<RuleConditions> = fc.record(
  {
    groups: someOf('finance', 'ADMINS', '00g1'),
    applications: someOf('payroll', 'mail', 'PAYROLL'),
    networks: someOf('office', 'vpn'),
    newNetwork: fc.boolean(),
    newBrowser: fc.boolean(),
    lastCheckHours: fc.constantFrom(1, 8),
    devices: someOf('phone', 'computer'),
  },
  { requiredKeys: [] },
);

const settingsArbitrary = fc.record(
  {
    freshnessSec: fc.constantFrom(60, 600),
    liveness: fc.constantFrom('passive', 'light'),
    whenUnverified: fc.constantFrom('deny', 'omit_claim'),
    whenUnavailable: fc.constantFrom('deny', 'omit_claim'),
  },
  { requiredKeys: [] },
);

const ruleArbitrary = fc
  .record({
    when: whenArbitrary,
    outcome: fc.constantFrom('none', 'face', 'passkey_or_face', 'face_and_passkey', 'deny'),
    mode: fc.constantFrom('enforce', 'shadow'),
    whenUnknown: fc.constantFrom('deny', 'policy', undefined),
    settings: settingsArbitrary,
  })
  .map(({ settings, ...rule }) => ({ ...rule, ...settings }));

const rulesArbitrary: fc.Arbitrary<SignInRule[]> = fc
  .array(ruleArbitrary, { maxLength: 6 })
  .map((rules) => rules.map((rule, index) => ({ name: `rule ${index}`, ...rule })));

const groupArbitrary = fc.constantFrom(
  { id: '00G1', name: 'Everyone' },
  { id: '00g2', name: 'Finance' },
  { id: '00g3', name: 'admins' },
  { id: 'finance', name: null },
  { id: '00g4', name: null },
);

const factsArbitrary: fc.Arbitrary<SignInFacts> = fc.record({
  application: fc.option(fc.constantFrom('payroll', 'mail', 'wiki')),
  networks: fc.option(someOf('office', 'vpn', 'other').map((names) => new Set(names))),
  groups: fc.option(fc.array(groupArbitrary, { maxLength: 3 })),
  isNewNetwork: fc.option(fc.boolean()),
  isNewBrowser: fc.option(fc.boolean()),
  hoursSinceCheck: fc.option(fc.constantFrom(0, 1, 7.9, 8, 9, Number.POSITIVE_INFINITY)),
  device: fc.option(fc.constantFrom('phone', 'computer')),
});

const runs = { numRuns: 5_000 };

test('rules decide as an evaluator that is written independently', () => {
  fc.assert(
    fc.property(rulesArbitrary, factsArbitrary, fc.constantFrom('enforce', 'shadow'), (rules, facts, mode) => {
      const policy: Policy = { ...defaultPolicy, mode, rules };
      const terms = toTerms(policy, evaluateRules(orderRules(rules), facts), facts);
      expect(terms).toEqual({ ...decide(policy, facts), facts });
    }),
    runs,
  );
});

test('a rule matches, does not match or is unknown as in that evaluator', () => {
  const words = { yes: 'true', no: 'false', unknown: 'unknown' } as const;
  fc.assert(
    fc.property(ruleArbitrary, factsArbitrary, (rule, facts) => {
      const named: SignInRule = { name: 'sample', ...rule };
      expect(matchRule(named, facts)).toBe(words[answerRule(named, facts)]);
    }),
    runs,
  );
});

describe('a condition', () => {
  test.each<[string, RuleConditions, Partial<SignInFacts>, Partial<SignInFacts>]>([
    ['groups', { groups: ['finance', 'x'] }, { groups: [{ id: '1', name: 'Finance' }] }, { groups: [] }],
    ['applications', { applications: ['mail', 'x'] }, { application: 'mail' }, { application: 'MAIL' }],
    ['networks', { networks: ['office', 'x'] }, { networks: new Set(['office']) }, { networks: new Set(['vpn']) }],
    ['newNetwork', { newNetwork: true }, { isNewNetwork: true }, { isNewNetwork: false }],
    ['newNetwork', { newNetwork: false }, { isNewNetwork: false }, { isNewNetwork: true }],
    ['newBrowser', { newBrowser: true }, { isNewBrowser: true }, { isNewBrowser: false }],
    ['newBrowser', { newBrowser: false }, { isNewBrowser: false }, { isNewBrowser: true }],
    ['lastCheckHours', { lastCheckHours: 8 }, { hoursSinceCheck: 8 }, { hoursSinceCheck: 7.99 }],
    ['lastCheckHours', { lastCheckHours: 8 }, { hoursSinceCheck: Number.POSITIVE_INFINITY }, { hoursSinceCheck: 0 }],
    ['devices', { devices: ['phone'] }, { device: 'phone' }, { device: 'computer' }],
  ])('%s of %j is true, false or unknown by its fact alone', (name, when, matching, other) => {
    const explain = (facts: Partial<SignInFacts>) =>
      explainRule({ name: 'sample', when, outcome: 'deny', mode: 'enforce' }, { ...noFacts, ...facts });
    const others = { groups: 'true', applications: 'true', networks: 'true', newNetwork: 'true' };
    const none = { ...others, newBrowser: 'true', lastCheckHours: 'true', devices: 'true' };
    expect(explain(matching)).toEqual(none);
    expect(explain(other)).toEqual({ ...none, [name]: 'false' });
    expect(explain({})).toEqual({ ...none, [name]: 'unknown' });
  });
});

test.each([
  [{ id: '00g1', name: 'Finance' }, ['finance'], true],
  [{ id: '00g1', name: 'Finance' }, ['00G1'], true],
  [{ id: '00g1', name: 'Finance' }, ['other', 'FINANCE'], true],
  [{ id: '00g1', name: 'Finance' }, ['Finance team', '00g'], false],
  [{ id: '00g1', name: 'Bu\u0308ro' }, ['b\u00dcro'], true],
  [{ id: '00g1', name: 'Stra\u00dfe' }, ['STRASSE'], true],
  [{ id: '00g1', name: null }, ['null', ''], false],
  [{ id: '00g1', name: 'Finance' }, [], false],
])('the group %j is named by %j: %s', (group, names, isNamed) => {
  expect(isNamedGroup(group, names)).toBe(isNamed);
});

test('without rules, the terms ask for a face by the policy', () => {
  const policy: Policy = { ...defaultPolicy, mode: 'shadow' };
  expect(termsWithoutRules(policy)).toEqual({ outcome: 'face', policy, rule: null, watched: null, facts: null });
});
