import { expect, test } from '@jest/globals';
import { toTokenIssuanceReply } from '../../adapters/entra/reply.js';
import { toTokenHookReply } from '../../adapters/okta/reply.js';
import { toDecisionReply } from '../../adapters/onelogin/reply.js';
import { epochSec } from '../core/units.js';
import type { HookDecision } from './hook-decision.js';

/* A code that counts in place of a face, as each provider is told of it: never as a face that was verified. */

const decision: HookDecision = {
  outcome: 'another_way',
  at: epochSec(1_795_173_878),
  stepUpId: 'tx1',
  methods: ['otp'],
};

test('tokens of Okta contain the claim with the fallback method and no face result', () => {
  const minted = { subject: 'ada', hasFaceClaim: false } as const;
  const { status, body } = toTokenHookReply(decision, { identity: minted, access: null }, true);
  expect(status).toBe(200);
  expect(body).toEqual({
    commands: [
      {
        type: 'com.okta.identity.patch',
        value: [expect.objectContaining({ value: { result: 'another_way', at: 1_795_173_878, txn: 'tx1' } })],
      },
    ],
  });
  expect(JSON.stringify(body)).not.toMatch(/verified|liveness/);
});

test('a token of Entra ID states that no face was verified and a one-time password was', () => {
  expect(toTokenIssuanceReply(decision)).toMatchObject({
    status: 200,
    body: { data: { actions: [{ claims: { faceVerified: 'false', faceMethods: ['otp'] } }] } },
  });
});

test('OneLogin allows the sign-in after an accepted fallback', () => {
  for (const unverified of ['deny', 'step_up'] as const)
    expect(toDecisionReply('pre-authentication', decision, unverified)).toEqual({
      status: 200,
      body: { decision: 'allow' },
    });
});
