import { expect, test } from '@jest/globals';
import { defaultPolicy } from '../../../../support/benches/core.js';
import { createMemoryProfile } from '../../../../support/fakes/simulated-profile.js';
import { createSimulatedRecovery } from '../../../../support/fakes/simulated-recovery.js';
import { deliveryGuard } from '../../../config/delivery.js';
import { findRecoveryProblems, recoveryGuard } from '../../../config/recovery.js';
import { createRecoveryCheck } from './recovery.js';

const relay = deliveryGuard.parse({
  kind: 'smtp',
  url: 'smtp://127.0.0.1:25',
  from: 'face@example.com',
  sms: { kind: 'webhook', url: 'https://sms.example.com', secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
});
const outbox = deliveryGuard.parse({ kind: 'outbox' });
const codes = { ...defaultPolicy.anotherWay, recoveryCodes: true };

const check = (recovery: object, more: { issues?: boolean; delivery?: typeof relay; hasCodes?: boolean } = {}) => {
  const { issues = true, delivery = relay, hasCodes = true } = more;
  return createRecoveryCheck(
    {
      policy: {
        ...defaultPolicy,
        helpDesk: 'desk@example.com',
        anotherWay: hasCodes ? codes : defaultPolicy.anotherWay,
      },
      recovery: recoveryGuard.parse({ mode: 'on', ...recovery }),
    },
    { profile: createMemoryProfile([]), accountRecovery: issues ? createSimulatedRecovery().recovery : undefined },
    delivery,
  ).run();
};

test('the recovery check of the doctor reports the mode, the second things, and whether API keys may approve', async () => {
  expect(await check({})).toMatchObject({
    verdict: 'pass',
    found:
      'on, with recovery_code (of enrolments by the help desk), help_desk. API keys may approve (recovery.takesKeys)',
  });
  const withoutKeys = await check({ takesKeys: false });
  expect(withoutKeys).toMatchObject({
    verdict: 'pass',
    found: 'on, with recovery_code (of enrolments by the help desk), help_desk',
  });
  expect(await check({ mode: 'evaluation' })).toMatchObject({
    verdict: 'warn',
    found: expect.stringContaining('nothing is issued'),
  });
});

test.each([
  ['a provider without a credential, and no page of its own', {}, { issues: false }, 'off'],
  [
    'a claim that has no attribute',
    { secondThings: ['other_email'], emailClaim: 'nickname_of_mail' },
    {},
    'no attribute for the claim nickname_of_mail',
  ],
  ['a manager whom no one names', { secondThings: ['manager'] }, {}, 'as the manager'],
  [
    'codes by e-mail that go to a file',
    { secondThings: ['other_email'], emailClaim: 'motto' },
    { delivery: outbox },
    'to a file',
  ],
  ['codes by SMS that go to a file', { secondThings: ['phone'] }, { delivery: outbox }, 'to a file'],
] as const)('fails for %s', async (_, recovery, more, found) => {
  expect(await check(recovery, more)).toMatchObject({ verdict: 'fail', found: expect.stringContaining(found) });
});

test('names every problem, and only warns in an evaluation', async () => {
  const both = { secondThings: ['recovery_code', 'phone'] };
  const found = 'SMS go to a file, so no one gets them; no one gets recovery codes';
  expect(await check(both, { hasCodes: false, delivery: outbox })).toMatchObject({ verdict: 'fail', found });
  const trial = await check({ ...both, mode: 'evaluation' }, { hasCodes: false, delivery: outbox });
  const remedy = expect.stringMatching(/^Set delivery\.sms\. Set policy\.anotherWay\.recoveryCodes, .*\. See docs/);
  expect(trial).toMatchObject({ verdict: 'warn', found, remedy });
});

test('a configuration is refused in which a photo, or an unknown device, would recover an account', () => {
  const problems = (policy: object, recovery: object) =>
    findRecoveryProblems({
      policy: { ...defaultPolicy, liveness: 'challenge', ...policy },
      recovery: recoveryGuard.parse({ mode: 'evaluation', ...recovery }),
    }).map(({ path }) => path.join('.'));
  expect(problems({}, {})).toEqual([]);
  expect(problems({ liveness: 'passive' }, {})).toEqual(['policy.liveness']);
  expect(problems({ liveness: 'off' }, { mode: 'off' })).toEqual([]);
  expect(problems({}, { quietDays: 0 })).toEqual([]);
  expect(problems({}, { mode: 'on', quietDays: 0 })).toEqual(['recovery.quietDays']);
  expect(problems({}, { secondThings: ['known_device'] })).toEqual(['policy.notices']);
  expect(recoveryGuard.safeParse({ secondThings: ['other_email'] }).success).toBe(false);
  expect(recoveryGuard.safeParse({ privileged: { action: 'two_approvals' } }).success).toBe(false);
});
