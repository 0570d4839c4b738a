import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultPolicy } from '../../../support/benches/core.js';
import type { Policy } from '../connection.js';
import { checkRules, describeRuleWarning, type RuleHook } from './check-rules.js';
import { evaluateRules, noFacts, orderRules } from './evaluate.js';
import { conditionNames, type RuleConditions, type SignInRule } from './rule.js';
import { findSeenConditions } from './seen-conditions.js';

const enforced = (name: string, when: RuleConditions, changes: Partial<SignInRule> = {}): SignInRule => ({
  name,
  when,
  outcome: 'face',
  mode: 'enforce',
  whenUnknown: 'deny',
  ...changes,
});

const seesAll = { application: true, address: true, isAfterFirstFactor: true };
const tokenHook: RuleHook = { name: 'hook token', sees: seesAll };
const anonymousHook: RuleHook = {
  name: 'hook sign-up',
  sees: { application: false, address: true, isAfterFirstFactor: false },
};

/** Returns the warnings of a policy, in words. */
const warningsOf = (policy: Partial<Policy>, hooks: readonly RuleHook[] = [], isDecidedAtProvider = false): string[] =>
  checkRules({ ...defaultPolicy, ...policy }, { hooks, clientIds: ['payroll'], isDecidedAtProvider }).map(
    describeRuleWarning,
  );

const shadowed = (rule: string, first: string): string =>
  `rule "${rule}": never matches, because the rule "${first}" comes first and has the same or wider conditions`;

describe('a rule never matches after an enforced rule', () => {
  const narrower: RuleConditions = {
    groups: ['F\u00ednance'],
    applications: ['payroll'],
    networks: ['office'],
    newNetwork: true,
    newBrowser: false,
    lastCheckHours: 8,
    devices: ['phone'],
  };
  const networks = { office: ['203.0.113.0/24'], vpn: ['198.51.100.0/24'] };
  const check = (
    first: RuleConditions,
    second: RuleConditions,
    modes: Partial<Record<'first' | 'second', 'shadow'>> = {},
  ) => {
    const rules = [
      enforced('first', first, { mode: modes.first ?? 'enforce' }),
      enforced('second', second, { mode: modes.second ?? 'enforce' }),
      enforced('last', { networks: ['vpn'], lastCheckHours: 1, newNetwork: false }),
    ];
    return warningsOf({ rules, networks });
  };

  test.each<[string, RuleConditions]>([
    ['the same conditions', narrower],
    ['its group in another case and Unicode form', { ...narrower, groups: ['FI\u0301NANCE'] }],
    ['more groups', { ...narrower, groups: ['other', 'f\u00ednance'] }],
    ['more applications', { ...narrower, applications: ['payroll', 'mail'] }],
    ['more networks', { ...narrower, networks: ['office', 'vpn'] }],
    ['any network', { ...narrower, newNetwork: undefined }],
    ['any browser', { ...narrower, newBrowser: undefined }],
    ['a shorter time', { ...narrower, lastCheckHours: 1 }],
    ['more devices', { ...narrower, devices: ['computer', 'phone'] }],
    ['only its groups', { groups: ['F\u00ednance'] }],
  ])('with %s', (_name, first) => {
    expect(check(first, narrower)).toContain(shadowed('second', 'first'));
    // A rule in shadow mode leaves nothing only to rules in shadow mode.
    expect(check(first, narrower, { second: 'shadow' })).toContain(shadowed('second', 'first'));
    expect(check(first, narrower, { first: 'shadow', second: 'shadow' })).toContain(shadowed('second', 'first'));
    expect(check(first, narrower, { first: 'shadow' })).toEqual([]);
  });

  test.each<[string, RuleConditions]>([
    ['other groups', { ...narrower, groups: ['other'] }],
    ['another application', { ...narrower, applications: ['mail'] }],
    ['another network', { ...narrower, networks: ['vpn'] }],
    ['known networks', { ...narrower, newNetwork: false }],
    ['new browsers', { ...narrower, newBrowser: true }],
    ['a longer time', { ...narrower, lastCheckHours: 9 }],
    ['other devices', { ...narrower, devices: ['computer'] }],
  ])('but not with %s', (_name, first) => {
    expect(check(first, narrower)).not.toContain(shadowed('second', 'first'));
    expect(check(first, { ...narrower, groups: ['Finance', 'Legal'] })).not.toContain(shadowed('second', 'first'));
  });

  test('in the order of evaluation, in which rules for groups come first', () => {
    const everyone = enforced('everyone', {});
    const finance = enforced('finance', { groups: ['finance'] });
    expect(warningsOf({ rules: [everyone, finance] })).toEqual([]);
    expect(warningsOf({ rules: [everyone, enforced('office', { newNetwork: true })] })).toEqual([
      shadowed('office', 'everyone'),
    ]);
  });
});

const someOf = <Value>(...values: readonly Value[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });

test('a rule that is reported as one that never matches decides no sign-in, and is never watched', () => {
  const when: fc.Arbitrary<RuleConditions> = fc.record(
    {
      groups: someOf('finance', 'FINANCE', 'admins'),
      applications: someOf('payroll', 'mail'),
      networks: someOf('office', 'vpn'),
      newNetwork: fc.boolean(),
      lastCheckHours: fc.constantFrom(1, 8),
      devices: someOf('phone', 'computer'),
    },
    { requiredKeys: [] },
  );
  const facts = fc.record({
    application: fc.option(fc.constantFrom('payroll', 'mail')),
    networks: fc.option(someOf('office', 'vpn').map((names) => new Set(names))),
    groups: fc.option(someOf('finance', 'admins').map((names) => names.map((name) => ({ id: `id of ${name}`, name })))),
    isNewNetwork: fc.option(fc.boolean()),
    hoursSinceCheck: fc.option(fc.constantFrom(0, 2, 9)),
    device: fc.option(fc.constantFrom('phone', 'computer')),
  });
  const rule = fc.record({
    when,
    mode: fc.constantFrom('enforce', 'shadow'),
    outcome: fc.constantFrom('none', 'face', 'deny'),
  });
  let reported = 0;
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 5 }), facts, (list, seen) => {
      const rules = list.map((each, index) => enforced(`rule ${index}`, each.when, each));
      const found = checkRules({ ...defaultPolicy, rules }, { hooks: [], clientIds: [], isDecidedAtProvider: false });
      const { applied, watched } = evaluateRules(orderRules(rules), { ...noFacts, ...seen });
      const names = found.flatMap(({ rule: name, problem }) =>
        /^(never matches|contradicts)/.test(problem) ? [name] : [],
      );
      reported += names.length;
      expect(names).not.toContain(applied?.rule.name);
      expect(names).not.toContain(watched?.rule.name);
    }),
    { numRuns: 3_000 },
  );
  expect(reported).toBeGreaterThan(500);
});

test('two rules with the same conditions and mode but other outcomes contradict each other', () => {
  const first = enforced('first', { groups: ['Finance', 'Legal'] });
  const second = enforced('second', { groups: ['legal', 'finance'] }, { outcome: 'deny' });
  const contradiction =
    'rule "second": contradicts the rule "first", which has the same conditions, comes first and decides "face"';
  expect(warningsOf({ rules: [first, second] })).toEqual([contradiction]);
  expect(warningsOf({ rules: [first, { ...second, outcome: 'face' }] })).toEqual([shadowed('second', 'first')]);
  expect(warningsOf({ rules: [first, { ...second, mode: 'shadow' }] })).toEqual([shadowed('second', 'first')]);
  expect(warningsOf({ rules: [{ ...first, mode: 'shadow' }, second] })).toEqual([]);
});

describe('a condition that a hook does not know', () => {
  const unseen = (name: string, callers: string, consequence: string): string =>
    `rule "sample": the condition "${name}" is unknown to ${callers}: if no other condition is false, ${consequence} (whenUnknown)`;
  const refused = 'the sign-in is refused';

  test('is reported with the hooks that do not know it, and the decision that follows', () => {
    const sample = enforced('sample', { groups: ['finance'], devices: ['phone'] });
    const warn = (changes: Partial<SignInRule>) =>
      warningsOf({ rules: [{ ...sample, ...changes }] }, [tokenHook, anonymousHook]);
    const of = (consequence: string) => [
      unseen('groups', 'hook sign-up', consequence),
      unseen('devices', 'hook token, hook sign-up', consequence),
    ];
    expect(warn({})).toEqual(of(refused));
    expect(warn({ mode: 'shadow' })).toEqual(of('the sign-in would be refused'));
    expect(warn({ whenUnknown: 'policy' })).toEqual(of('the policy decides'));
  });

  test('is not reported for a hook that the applications of the rule exclude', () => {
    const warn = (...applications: string[]) =>
      warningsOf({ rules: [enforced('sample', { applications, newBrowser: true })] }, [tokenHook]);
    expect(warn('payroll')).toEqual([]);
    expect(warn('another application')).toEqual([unseen('newBrowser', 'hook token', refused)]);
    const forPayroll = { rules: [enforced('sample', { applications: ['payroll'], newBrowser: true })] };
    expect(warningsOf(forPayroll, [anonymousHook])).toEqual([
      unseen('applications', 'hook sign-up', refused),
      unseen('newBrowser', 'hook sign-up', refused),
    ]);
  });

  test.each([
    ['a hook that sees everything', seesAll, ['newBrowser', 'devices']],
    ['a hook without an address', { ...seesAll, address: false }, ['networks', 'newNetwork', 'newBrowser', 'devices']],
    ['a hook without an application', { ...seesAll, application: false }, ['applications', 'newBrowser', 'devices']],
    [
      'a hook that sees nothing',
      { application: false, address: false, isAfterFirstFactor: false },
      [...conditionNames],
    ],
  ])('of %s', (_name, sees, expected) => {
    const seen = findSeenConditions(sees);
    expect(conditionNames.filter((name) => !seen.has(name))).toEqual(expected);
  });
});

test('a network that no rule names is reported, also without rules', () => {
  const networks = { office: ['203.0.113.0/24'], vpn: ['198.51.100.0/24'] };
  expect(warningsOf({ networks })).toEqual(['no rule names the network "office"', 'no rule names the network "vpn"']);
  expect(warningsOf({ networks, rules: [enforced('vpn', { networks: ['vpn'] })] })).toEqual([
    'no rule names the network "office"',
  ]);
});

test('rules are reported as without effect if the provider itself decides sign-ins', () => {
  const said = 'the functions at the provider decide its own sign-ins without rules; only OpenID clients follow them';
  expect(warningsOf({ rules: [enforced('sample', {})] }, [], true)).toEqual([said]);
  expect(warningsOf({}, [], true)).toEqual([]);
});

describe('the liveness of a rule for applications that only hooks know', () => {
  const said = (ids: string): string =>
    `rule "sample": only hooks know the application ${ids}: the face check before is judged by policy.liveness, and is then too weak for the liveness of this rule`;
  const warn = (applications: string[] | undefined, liveness: Policy['liveness']) =>
    warningsOf({ liveness: 'movement', rules: [enforced('sample', { applications }, { liveness })] });

  test('is reported if it is more than that of the policy', () => {
    expect(warn(['payroll', 'mail', 'wiki'], 'light')).toEqual([said('"mail", "wiki"')]);
    expect(warn(['mail'], { vendor: 'aws', confidence: 80, fallback: 'none' })).toEqual([said('"mail"')]);
  });

  test.each<[string, string[] | undefined, Policy['liveness']]>([
    ['that of the policy', ['mail'], 'movement'],
    ['less than that of the policy', ['mail'], 'passive'],
    ['for an OpenID client', ['payroll'], 'light'],
    ['for every application', undefined, 'light'],
  ])('is not reported if it is %s', (_name, applications, liveness) => {
    expect(warn(applications, liveness)).toEqual([]);
  });
});
