import { describe, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../support/benches/core.js';
import type { Policy } from '../connection.js';
import {
  findNeededConditions,
  findRulesInForce,
  isInMode,
  isRefusing,
  longestFreshnessSec,
  needsPlaces,
  policyUnder,
  type RuleConditions,
  refusesEveryone,
  type SignInRule,
  switchPolicy,
} from './rule.js';

const rule = (name: string, mode: SignInRule['mode'], when: RuleConditions = {}): SignInRule => ({
  name,
  when,
  outcome: 'face',
  mode,
});

const withRules = (mode: Policy['mode'], ...rules: readonly SignInRule[]): Policy => ({
  ...defaultPolicy,
  mode,
  rules,
});

describe('the policy under a rule', () => {
  test('has the mode and the settings of the rule, and all others of the policy', () => {
    const settings = {
      freshnessSec: 60,
      liveness: 'light',
      whenUnverified: 'omit_claim',
      whenUnavailable: 'omit_claim',
    } as const;
    const policy = withRules('shadow');
    expect(policyUnder(policy, { ...rule('finance', 'enforce'), ...settings })).toEqual({
      ...policy,
      mode: 'enforce',
      ...settings,
    });
    expect(policyUnder(policy, rule('finance', 'enforce'))).toEqual({ ...policy, mode: 'enforce' });
  });
});

describe('a manual switch', () => {
  const finance = rule('finance', 'enforce', { groups: ['finance'] });
  const mail = rule('mail', 'shadow', { applications: ['mail'] });

  test('to shadow mode takes every rule out of enforce mode, and changes nothing else', () => {
    const policy = withRules('enforce', finance, mail);
    const switched = switchPolicy(policy, 'shadow');
    expect(switched).toEqual({ ...policy, mode: 'shadow', rules: [{ ...finance, mode: 'shadow' }, mail] });
    expect(isRefusing(switched)).toBe(false);
  });

  test('to enforce mode leaves rules in the mode that they state', () => {
    const policy = withRules('shadow', finance, mail);
    expect(switchPolicy(policy, 'enforce')).toEqual({ ...policy, mode: 'enforce' });
  });

  test.each([
    ['shadow', [], 'shadow', true],
    ['shadow', [mail], 'shadow', true],
    ['shadow', [finance], 'shadow', false],
    ['enforce', [], 'shadow', false],
    ['shadow', [finance], 'enforce', false],
    ['enforce', [mail], 'enforce', true],
  ] as const)('of a policy in %s mode with the rules %j to %s changes nothing: %s', (mode, rules, to, isSame) => {
    const policy = withRules(mode, ...rules);
    expect(isInMode(policy, to)).toBe(isSame);
    const isUnchanged = JSON.stringify(switchPolicy(policy, to)) === JSON.stringify(policy);
    expect(isUnchanged).toBe(isSame);
  });
});

describe('the rules in force', () => {
  const finance = { groups: ['finance'] };
  const exempt: SignInRule = { ...rule('exempt', 'enforce', finance), outcome: 'none', whenUnknown: 'policy' };
  const strict: SignInRule = { ...exempt, name: 'strict', whenUnknown: 'deny' };

  test.each<[string, Policy, boolean]>([
    ['a rule in shadow mode', withRules('shadow', rule('watched', 'shadow')), false],
    ['a rule in enforce mode', withRules('shadow', rule('enforced', 'enforce')), true],
    ['a rule that needs no check', withRules('shadow', exempt), false],
    ['a rule that needs no check, and refuses if a condition is not known', withRules('shadow', strict), true],
    ['no rule, in enforce mode', withRules('enforce'), true],
  ])('with %s, the server refuses sign-ins: %#', (_name, policy, isExpected) => {
    expect(isRefusing(policy)).toBe(isExpected);
  });

  test('are those that refuse sign-ins, and those that allow them without a check', () => {
    const lenient: SignInRule = { ...rule('lenient', 'enforce', finance), whenUnverified: 'omit_claim' };
    const watched: SignInRule = { ...exempt, name: 'watched', mode: 'shadow' };
    const policy = withRules('enforce', exempt, strict, lenient, watched, rule('face', 'enforce'));
    expect(findRulesInForce(policy)).toEqual({
      refusing: ['strict', 'lenient', 'face'],
      allowing: ['exempt', 'strict', 'lenient'],
    });
    expect(findRulesInForce({ ...policy, whenUnverified: 'omit_claim' }).allowing).toEqual(['exempt', 'strict']);
  });

  test('refuse everyone only in enforce mode or by a rule without conditions', () => {
    expect(refusesEveryone(withRules('enforce', exempt))).toBe(true);
    expect(refusesEveryone(withRules('shadow', rule('all', 'enforce')))).toBe(true);
    expect(refusesEveryone(withRules('shadow', rule('all', 'shadow'), rule('some', 'enforce', finance)))).toBe(false);
    expect(refusesEveryone(withRules('shadow', { ...rule('all', 'enforce'), outcome: 'none' }))).toBe(false);
  });
});

test('a passed check is kept as long as the policy or any rule accepts it', () => {
  const policy = withRules('enforce', { ...rule('short', 'enforce'), freshnessSec: 60 }, rule('same', 'enforce'));
  expect(longestFreshnessSec(policy)).toBe(defaultPolicy.freshnessSec);
  expect(longestFreshnessSec(withRules('enforce', { ...rule('long', 'shadow'), freshnessSec: 3600 }))).toBe(3600);
});

test('earlier checks of a person are read only if a rule has a condition about them', () => {
  const needs = (when: RuleConditions) => needsPlaces([rule('first', 'enforce'), rule('second', 'shadow', when)]);
  expect([needs({ newNetwork: false }), needs({ newBrowser: true }), needs({ lastCheckHours: 1 })]).toEqual([
    true,
    true,
    true,
  ]);
  expect(needs({ groups: ['finance'], networks: ['office'], devices: ['phone'], applications: ['mail'] })).toBe(false);
  expect(
    findNeededConditions([rule('a', 'enforce', { newNetwork: false }), rule('b', 'shadow', { devices: ['phone'] })]),
  ).toEqual(new Set(['newNetwork', 'devices']));
});
