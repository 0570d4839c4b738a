import { describe, expect, test } from '@jest/globals';
import { policyGuard } from './connection.js';

/** Returns the problems of a policy, each as `path: message`. */
const problemsOf = (policy: object): string[] =>
  (policyGuard.safeParse({ mode: 'enforce', ...policy }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

const finance = { name: 'Finance', when: { groups: ['finance'] }, mode: 'enforce', whenUnknown: 'deny' };
const everyone = { name: 'Everyone', mode: 'shadow' };
const conditions: Readonly<Record<string, unknown>> = {
  groups: ['finance'],
  applications: ['payroll'],
  networks: ['office'],
  newNetwork: false,
  newBrowser: true,
  lastCheckHours: 8,
  devices: ['phone'],
};
const rangeExpected = 'expected an address or a range, such as 203.0.113.0/24, or an IPv6 range up to /64';

test('rules are accepted, and a rule without conditions needs no decision for unknown conditions', () => {
  const networks = { office: ['203.0.113.0/24', '203.0.114.7', '2001:db8::/48'] };
  const office = { ...finance, name: 'Office', when: { networks: ['office'] }, whenUnknown: 'policy' };
  const { rules } = policyGuard.parse({ mode: 'shadow', networks, rules: [finance, office, everyone] });
  expect(rules).toEqual([
    { ...finance, outcome: 'face' },
    { ...office, outcome: 'face' },
    { ...everyone, when: {}, outcome: 'face' },
  ]);
});

describe('a policy is refused, and the problem names its field, with', () => {
  test.each<[string, object, string]>([
    [
      'a rule named twice',
      { rules: [everyone, { ...everyone, mode: 'enforce' }] },
      'rules.1.name: two rules have the name "Everyone"',
    ],
    [
      'a rule named twice in another case',
      { rules: [finance, everyone, { ...finance, name: 'FINANCE' }] },
      'rules.2.name: two rules have the name "FINANCE"',
    ],
    [
      'a network that is not defined',
      {
        networks: { office: ['203.0.113.0/24'] },
        rules: [everyone, { ...finance, when: { networks: ['office', 'Office'] } }],
      },
      'rules.1.when.networks: there is no network "Office" in policy.networks',
    ],
    [
      'a network named like a property of objects',
      { rules: [{ ...finance, when: { networks: ['constructor'] } }] },
      'rules.0.when.networks: there is no network "constructor" in policy.networks',
    ],
    [
      'an IPv6 range narrower than /64',
      { networks: { office: ['203.0.113.0/24', '2001:db8::/65'] } },
      `networks.office.1: ${rangeExpected}`,
    ],
    ['an IPv6 address', { networks: { office: ['2001:db8::7'] } }, `networks.office.0: ${rangeExpected}`],
    ['an IPv4 range of 33 bits', { networks: { office: ['10.0.0.0/33'] } }, `networks.office.0: ${rangeExpected}`],
    ['a host name', { networks: { office: ['office.example.com'] } }, `networks.office.0: ${rangeExpected}`],
    ...Object.entries(conditions).map(([name, condition]): [string, object, string] => [
      `the condition ${name} but no decision if it is unknown`,
      {
        networks: { office: ['203.0.113.0/24'] },
        rules: [everyone, { ...everyone, name: 'Other', when: { [name]: condition } }],
      },
      'rules.1.whenUnknown: expected "deny" or "policy", as the rule has a condition',
    ]),
  ])('%s', (_name, policy, problem) => {
    expect(problemsOf(policy)).toEqual([problem]);
  });

  test.each<[string, object, string]>([
    ['a network without ranges', { networks: { office: [] } }, 'networks.office'],
    ['a condition with an empty list', { rules: [{ ...finance, when: { groups: [] } }] }, 'rules.0.when.groups'],
    ['an unknown condition', { rules: [{ ...finance, when: { country: ['DE'] } }] }, 'rules.0.when'],
    ['an unknown device', { rules: [{ ...finance, when: { devices: ['watch'] } }] }, 'rules.0.when.devices.0'],
    ['a rule without a mode', { rules: [{ name: 'Finance' }] }, 'rules.0.mode'],
    ['another outcome', { rules: [{ ...finance, outcome: 'allow' }] }, 'rules.0.outcome'],
    ['a name that begins with a space', { rules: [{ ...everyone, name: ' Everyone' }] }, 'rules.0.name'],
  ])('%s', (_name, policy, path) => {
    const [problem = '', ...others] = problemsOf(policy);
    expect([problem.split(':')[0], others]).toEqual([path, []]);
  });
});
