import { describe, expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../support/benches/core.js';
import type { Policy } from '../connection.js';
import {
  enforcedRulesOf,
  findNeededConditions,
  isInMode,
  isRefusing,
  longestFreshnessSec,
  needsPlaces,
  policyUnder,
  type RuleConditions,
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

test('a server refuses sign-ins if the policy or one rule is in enforce mode', () => {
  const watched = rule('watched', 'shadow');
  const enforced = rule('enforced', 'enforce');
  expect(isRefusing(withRules('shadow', watched))).toBe(false);
  expect(isRefusing(withRules('shadow', watched, enforced))).toBe(true);
  expect(isRefusing(withRules('enforce'))).toBe(true);
  expect(enforcedRulesOf(withRules('shadow', watched, enforced))).toEqual(['enforced']);
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
