import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { Credential } from '../../src/core/secrets.js';
import { createTestSigner, testIssuer } from '../../support/fakes/keys.js';
import { askHook } from '../../test/contract/adapter.js';
import {
  connectionId,
  openTriggerBench,
  requestSecret,
  toCommon,
  toHandlers,
  toLookOfChallenge,
  toRequest,
  triggerReplyGuards,
} from '../../test/contract/cognito.js';
import { createOpenStepUpRequest, requestLifeSec, toReceiptAudience } from './caller.js';
import { nextStep, type TriggerName } from './flow.js';
import type { ChallengeResult } from './schema.js';

const bench = await openTriggerBench();

const ada = 'a1b2c3d4-5678-4def-abcd-ef0123456789';
const grace = 'b1b2c3d4-5678-4def-abcd-ef0123456789';
type Triggers = (typeof bench)['triggers'];

/** The `response` a trigger fills in, refusals included; always in Cognito's shape. */
async function ask(name: TriggerName, event: unknown, triggers: Triggers = bench.triggers) {
  const reply = await askHook({ hooks: toHandlers(triggers) }, name, toRequest(event));
  return triggerReplyGuards[name].parse(reply).body.response;
}

const entry = (challengeName: string, challengeResult: boolean, challengeMetadata: string | null = null) => ({
  challengeName,
  challengeResult,
  challengeMetadata,
});
const srp = entry('SRP_A', true);
const password = entry('PASSWORD_VERIFIER', true);
const right = entry('CUSTOM_CHALLENGE', true, 'FACE');
const wrong = entry('CUSTOM_CHALLENGE', false, 'FACE');
const totp = entry('SOFTWARE_TOKEN_MFA', true);

describe('the next step of a sign-in', () => {
  test.each<[string, readonly ChallengeResult[], string]>([
    ['is the password after the start of SRP', [srp], 'password'],
    ['is the face after the password', [srp, password], 'face'],
    [
      'is the face after the password and a remembered device',
      [srp, password, entry('DEVICE_SRP_AUTH', true), entry('DEVICE_PASSWORD_VERIFIER', true)],
      'face',
    ],
    ['is the face after a backend sent the password', [entry('ADMIN_NO_SRP_AUTH', true)], 'face'],
    ['is the face after the password and the second factor', [srp, password, totp], 'face'],
    ['is the issuance of tokens after the face', [srp, password, right], 'tokens'],
    [
      'is the issuance of tokens after the new password and the face of a new user',
      [srp, password, entry('NEW_PASSWORD_REQUIRED', true), right],
      'tokens',
    ],
    ['is the face after an additional, unknown challenge', [srp, password, entry('WEB_AUTHN', true)], 'face'],
  ])('%s', (_, session, step) => {
    expect(nextStep(session, { sub: ada }, false)).toBe(step);
  });

  test.each<[string, readonly ChallengeResult[]]>([
    ['nothing was sent: custom authentication without SRP', []],
    ['the password is wrong', [srp, entry('PASSWORD_VERIFIER', false)]],
    ['the password comes without SRP', [password, right]],
    ['the second factor is wrong', [srp, password, entry('SMS_MFA', false)]],
    ['the face was wrong three times', [srp, password, wrong, wrong, wrong]],
    ['the face is right at the fourth try', [srp, password, wrong, wrong, wrong, right]],
    ['the face challenge could not be created', [srp, password, entry('CUSTOM_CHALLENGE', true, 'FACE_UNAVAILABLE')]],
    ['there is a passkey, a face and no password', [entry('WEB_AUTHN', true), right]],
    ['the face comes before the password', [srp, right, password]],
  ])('is a failure if %s', (_, session) => {
    expect(nextStep(session, { sub: ada }, false)).toBe('fail');
  });

  test('is the same challenge for an unknown user, and tokens are never issued', () => {
    expect(nextStep([srp], { sub: null }, false)).toBe('password');
    expect(nextStep([srp, password], { sub: null }, false)).toBe('face');
    expect(nextStep([srp, password, right], { sub: null }, false)).toBe('fail');
  });

  test('is the issuance of tokens only if the password, then the face, and no later failure were recorded', () => {
    const names = [
      'SRP_A',
      'PASSWORD_VERIFIER',
      'CUSTOM_CHALLENGE',
      'SMS_MFA',
      'ADMIN_NO_SRP_AUTH',
      'DEVICE_SRP_AUTH',
      'NEW_PASSWORD_REQUIRED',
      'SELECT_CHALLENGE',
      'PASSWORD',
      'PASSWORD_SRP',
      'WEB_AUTHN',
      'EMAIL_OTP',
      'x',
    ];
    const anyEntry = fc.record({
      challengeName: fc.oneof(fc.constantFrom(...names), fc.string()),
      challengeResult: fc.constantFrom(true, false, null),
      challengeMetadata: fc.constantFrom('FACE', null, 'x'),
    });
    const begun = fc.constantFrom([], [srp], [srp, password], [srp, password, wrong]);
    const issued = { count: 0 };
    fc.assert(
      fc.property(begun, fc.array(anyEntry, { maxLength: 6 }), fc.nat(9), (start, rest, end) => {
        const session = [...start, ...rest, ...(end === 0 ? [right] : [])];
        if (nextStep(session, { sub: ada }, false) !== 'tokens') return;
        issued.count += 1;
        const faceAt = session.findLastIndex(({ challengeName }) => challengeName === 'CUSTOM_CHALLENGE');
        expect(session[faceAt]).toEqual(right);
        const before = session.slice(0, faceAt).filter(({ challengeResult }) => challengeResult === true);
        const proofs = before.map(({ challengeName }) => challengeName);
        const isAdmin = proofs.includes('ADMIN_NO_SRP_AUTH');
        if (!isAdmin) {
          expect(proofs).toContain('SRP_A');
          expect(proofs.indexOf('PASSWORD_VERIFIER')).toBeGreaterThan(proofs.indexOf('SRP_A'));
        }
        const failed = session.filter(({ challengeResult }) => challengeResult === false);
        expect(failed.every(({ challengeName }) => challengeName === 'CUSTOM_CHALLENGE')).toBe(true);
      }),
      { numRuns: 20_000 },
    );
    expect(issued.count).toBeGreaterThan(0);
  });
});

const toDefineEvent = (session: readonly unknown[], request: Record<string, unknown> = {}) => ({
  ...toCommon(bench.who, 'ada'),
  triggerSource: 'DefineAuthChallenge_Authentication',
  request: { userAttributes: { sub: ada }, session, ...request },
});

test('a sign-in without SRP is logged with its remedy; a wrong password is not logged', async () => {
  const logged = async (session: readonly unknown[]) => {
    const before = bench.log.text().length;
    expect(await ask('define-auth-challenge', toDefineEvent(session))).toMatchObject({ failAuthentication: true });
    return bench.log.text().slice(before);
  };
  for (const session of [[], [entry('CUSTOM_CHALLENGE', true)], [password], [entry('WEB_AUTHN', true)]])
    expect(await logged(session)).toContain('CHALLENGE_NAME SRP_A');
  expect(await logged([srp, entry('PASSWORD_VERIFIER', false)])).toBe('');
});

const decisionsIn = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)))
    .filter(({ message }) => message === 'decision');

describe('each decision is logged once with the id of the user', () => {
  /** Returns the decisions that a call logs. */
  const decide = async (name: TriggerName, event: unknown, triggers?: Triggers) => {
    const before = bench.log.text().length;
    await ask(name, event, triggers);
    return decisionsIn(bench.log.text().slice(before));
  };
  const define = (session: readonly unknown[], request: object = {}, triggers?: Triggers) =>
    decide('define-auth-challenge', toDefineEvent(session, { ...request }), triggers);
  const id = expect.stringMatching(/^[\w-]{43}$/);
  const common = { message: 'decision', connection: connectionId, subject: ada, id };
  const without = { outcome: 'unverified', reason: 'no_check' };

  test('three wrong faces are denied', async () => {
    expect(await define([srp, password, wrong, wrong, wrong])).toEqual([
      { ...common, mode: 'enforce', hook: 'define-auth-challenge', ...without, fallback: 'deny' },
    ]);
  });

  test('a sign-in in shadow mode is allowed, and would have been denied', async () => {
    const shadow = await bench.connect({ mode: 'shadow' });
    expect(await define([srp, password], {}, shadow)).toEqual([
      { ...common, mode: 'shadow', hook: 'define-auth-challenge', ...without, fallback: 'pass', wouldHave: 'deny' },
    ]);
  });

  test('a right answer is verified, with the check of its receipt', async () => {
    const receipt = await bench.issue(ada, nonce);
    const found = await decide('verify-auth-challenge', toVerifyEvent(receipt));
    expect(found).toMatchObject([
      {
        ...common,
        mode: 'enforce',
        hook: 'verify-auth-challenge',
        outcome: 'verified',
        at: bench.clock.now() / 1000,
        stepUpId: 'step-up-1',
      },
    ]);
    expect(found[0]).toHaveProperty('liveness');
    expect(await define([srp, password, right])).toEqual([]);
  });

  test('what leaves the sign-in open, or is about no user who passed the password, is no decision', async () => {
    expect(await define([srp])).toEqual([]);
    expect(await define([srp, password])).toEqual([]);
    expect(await define([srp, password, wrong])).toEqual([]);
    expect(await define([])).toEqual([]);
    expect(await define([right])).toEqual([]);
    expect(await define([srp, entry('PASSWORD_VERIFIER', false)])).toEqual([]);
    expect(await decide('verify-auth-challenge', toVerifyEvent('no face'))).toEqual([]);
    expect(await decide('create-auth-challenge', known())).toEqual([]);
    const shadow = await bench.connect({ mode: 'shadow' });
    const nobody = { userNotFound: true, userAttributes: {} };
    expect(await define([srp, password], nobody, shadow)).toEqual([]);
    expect(await define([srp, password, wrong, wrong, wrong], nobody)).toEqual([]);
  });

  test('a repeated call has the same id; another user, app client, answer or decision has another', async () => {
    const shadow = await bench.connect({ mode: 'shadow' });
    const idOf = async (...given: Parameters<typeof decide>) => (await decide(...given)).map(({ id }) => id).join();
    const event = toDefineEvent([srp, password]);
    const receipt = await bench.issue(ada, nonce);
    const other = 'another-nonce';
    const ids = [
      await idOf('define-auth-challenge', event, shadow),
      await idOf('define-auth-challenge', toDefineEvent([srp, password], { userAttributes: { sub: grace } }), shadow),
      await idOf('define-auth-challenge', { ...event, callerContext: { clientId: '2example23456789' } }, shadow),
      await idOf('define-auth-challenge', toDefineEvent([srp, password, wrong, wrong, wrong])),
      await idOf('verify-auth-challenge', toVerifyEvent(receipt)),
      await idOf(
        'verify-auth-challenge',
        toVerifyEvent(await bench.issue(ada, other), { privateChallengeParameters: { nonce: other } }),
      ),
    ];
    expect(new Set(ids).size).toBe(6);
    expect(await idOf('define-auth-challenge', event, shadow)).toBe(ids[0]);
    expect(await idOf('verify-auth-challenge', toVerifyEvent(receipt))).toBe(ids[4]);
  });

  test('no line has the user name, the nonce, the receipt or the secret', async () => {
    const receipt = await bench.issue(ada, nonce);
    const before = bench.log.text().length;
    await decide('verify-auth-challenge', { ...toVerifyEvent(receipt), userName: 'ada@example.com' });
    await decide('define-auth-challenge', {
      ...toDefineEvent([srp, password, wrong, wrong, wrong], {
        userAttributes: { sub: ada, email: 'ada@example.com' },
      }),
      userName: 'ada@example.com',
    });
    const text = bench.log.text().slice(before);
    expect(decisionsIn(text)).toHaveLength(2);
    for (const secret of ['ada@example.com', nonce, receipt.slice(0, 30), requestSecret])
      expect(text).not.toContain(secret);
  });
});

describe('a sign-in in shadow mode', () => {
  test('receives tokens after the password, with one log line', async () => {
    const shadow = await bench.connect({ mode: 'shadow' });
    const before = bench.log.text().length;
    expect(await ask('define-auth-challenge', toDefineEvent([srp]), shadow)).toMatchObject({
      challengeName: 'PASSWORD_VERIFIER',
    });
    expect(await ask('define-auth-challenge', toDefineEvent([srp, password]), shadow)).toEqual({
      issueTokens: true,
      failAuthentication: false,
    });
    expect(bench.log.text().slice(before).trim().split('\n')).toHaveLength(1);
  });

  test('still requires the password and an existing user', async () => {
    const shadow = await bench.connect({ mode: 'shadow' });
    for (const event of [
      toDefineEvent([]),
      toDefineEvent([srp, entry('PASSWORD_VERIFIER', false)]),
      toDefineEvent([srp, password], { userNotFound: true, userAttributes: {} }),
      toDefineEvent([], { session: 'x' }),
    ])
      expect(await ask('define-auth-challenge', event, shadow)).toMatchObject({ failAuthentication: true });
  });
});

const toCreateEvent = (userName: string, request: Record<string, unknown>) => ({
  ...toCommon(bench.who, userName),
  triggerSource: 'CreateAuthChallenge_Authentication',
  request: { challengeName: 'CUSTOM_CHALLENGE', session: [srp, password], ...request },
});
const known = () => toCreateEvent('ada', { userAttributes: { sub: ada } });
const unknown = (userName = 'nobody') => toCreateEvent(userName, { userAttributes: {}, userNotFound: true });
const challengeOf = async (event: unknown, triggers?: Triggers) =>
  z
    .object({ publicChallengeParameters: z.record(z.string(), z.string()) })
    .parse(await ask('create-auth-challenge', event, triggers)).publicChallengeParameters;

const open = (passwordless = false) =>
  createOpenStepUpRequest(
    {
      userPoolId: bench.who.userPoolId,
      clientIds: [bench.who.clientId],
      issuer: testIssuer,
      connection: connectionId,
      requestSecret: new Credential(requestSecret),
      previousRequestSecret: undefined,
      passwordless,
    },
    { clock: bench.clock, noteUse: () => {} },
  );

describe('the face challenge', () => {
  test('is signed for the service and starts a step-up of the user for the sign-in', async () => {
    const { type, nonce, request = '', startUrl, exp, connection } = await challengeOf(known());
    const expiresAt = bench.clock.now() + requestLifeSec * 1000;
    expect({ type, startUrl, exp, connection }).toEqual({
      type: 'FACE',
      startUrl: `${testIssuer}/face#requested.${connectionId}.${request}`,
      connection: connectionId,
      exp: String(expiresAt / 1000),
    });
    const audience = toReceiptAudience(bench.who);
    expect(await open()(request)).toMatchObject({ subject: ada, audience, nonce, expiresAt });
  });

  test('has a new nonce each time, and the nonce is its only private parameter', async () => {
    const one = await challengeOf(known());
    const two = await challengeOf(known());
    expect(one.nonce).not.toBe(two.nonce);
    const response = await ask('create-auth-challenge', known());
    expect(
      Object.keys(
        z.object({ privateChallengeParameters: z.object({}).loose() }).parse(response).privateChallengeParameters,
      ),
    ).toEqual(['nonce']);
  });

  test('for an unknown user has the same form as for a known one, with a stable fake subject', async () => {
    const looks = await Promise.all(
      [known(), unknown(), unknown('Another user')].map(async (event) =>
        toLookOfChallenge(
          await askHook({ hooks: toHandlers(bench.triggers) }, 'create-auth-challenge', toRequest(event)),
        ),
      ),
    );
    expect(new Set(looks.map((look) => JSON.stringify(look))).size).toBe(1);
    const subjectOf = async (event: unknown) => decodeJwt((await challengeOf(event)).request ?? '').sub;
    const pretended = await subjectOf(unknown());
    expect(pretended).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await subjectOf(unknown())).toBe(pretended);
    expect(await subjectOf(unknown('another'))).not.toBe(pretended);
    expect(await subjectOf(known())).toBe(ada);
  });

  test('has metadata that makes the sign-in fail if no step-up can be created', async () => {
    const refused = await ask('create-auth-challenge', toCreateEvent('ada', { userAttributes: {} }));
    expect(refused).toMatchObject({ challengeMetadata: 'FACE_UNAVAILABLE', privateChallengeParameters: {} });
  });
});

const nonce = 'the-nonce-of-this-challenge';
const toVerifyEvent = (challengeAnswer: string, request: Record<string, unknown> = {}) => ({
  ...toCommon(bench.who, 'ada'),
  triggerSource: 'VerifyAuthChallengeResponse_Authentication',
  request: { userAttributes: { sub: ada }, privateChallengeParameters: { nonce }, challengeAnswer, ...request },
});
const isCorrect = (event: unknown) => ask('verify-auth-challenge', event);

describe('the answer to a challenge', () => {
  test('is correct if it is a receipt of this user for this challenge, also if Cognito repeats the call', async () => {
    const receipt = await bench.issue(ada, nonce);
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await isCorrect(toVerifyEvent(receipt))).toEqual({ answerCorrect: true });
  });

  test('is wrong if its receipt has another user, nonce, audience, connection or key', async () => {
    const stranger = await createTestSigner();
    const elsewhere = toReceiptAudience({ ...bench.who, userPoolId: 'eu-central-1_Another00' });
    const receipts = [
      await bench.issue(grace, nonce),
      await bench.issue(ada, 'another-nonce'),
      await bench.issue(ada, null),
      await bench.issue(ada, nonce, { audience: toReceiptAudience({ ...bench.who, clientId: '2example23456789' }) }),
      await bench.issue(ada, nonce, { audience: elsewhere }),
      await bench.issue(ada, nonce, { audience: `${testIssuer}/hooks/${connectionId}` }),
      await bench.issue(ada, nonce, { connection: 'another-tenant' }),
      await bench.issue(ada, nonce, { by: { signer: stranger } }),
      await bench.issue(ada, nonce, { by: { issuer: 'https://evil.example.com' } }),
    ];
    for (const receipt of receipts) expect(await isCorrect(toVerifyEvent(receipt))).toEqual({ answerCorrect: false });
  });

  test('is wrong after the receipt has expired: two minutes plus clock tolerance', async () => {
    const receipt = await bench.issue(ada, nonce);
    bench.clock.advanceSec(119);
    expect(await isCorrect(toVerifyEvent(receipt))).toEqual({ answerCorrect: true });
    bench.clock.advanceSec(31);
    expect(await isCorrect(toVerifyEvent(receipt))).toEqual({ answerCorrect: false });
  });

  test('is wrong without a nonce in the challenge, and for an unknown user', async () => {
    const receipt = await bench.issue(ada, nonce);
    const unbound = await bench.issue(ada, null);
    const nobody = await bench.issue('ada', nonce);
    const events = [
      toVerifyEvent(receipt, { privateChallengeParameters: {} }),
      toVerifyEvent(receipt, { privateChallengeParameters: { nonce: '' } }),
      toVerifyEvent(unbound, { privateChallengeParameters: null }),
      toVerifyEvent(receipt, { userNotFound: true }),
      toVerifyEvent(nobody, { userNotFound: true, userAttributes: {} }),
      toVerifyEvent(receipt, { userAttributes: {} }),
    ];
    for (const event of events) expect(await isCorrect(event)).toEqual({ answerCorrect: false });
  });

  test('is wrong for any other text, which is not logged', async () => {
    const receipt = await bench.issue(ada, nonce);
    const [header = '', payload = '', signature = ''] = receipt.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'facestep-receipt+jwt' })).toString('base64url');
    const forged = [
      '',
      'x',
      '../index.js',
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${payload}.`,
      'x'.repeat(131_072),
    ];
    const before = bench.log.text().length;
    for (const answer of forged) expect(await isCorrect(toVerifyEvent(answer))).toEqual({ answerCorrect: false });
    await fc.assert(
      fc.asyncProperty(fc.string(), async (answer) => {
        expect(await isCorrect(toVerifyEvent(answer))).toEqual({ answerCorrect: false });
      }),
    );
    expect(bench.log.text().slice(before)).not.toContain(payload);
  });
});

const toPreTokenEvent = (
  clientMetadata: Record<string, unknown> | null,
  changes: { version?: string; triggerSource?: string; sub?: string } = {},
) => {
  const { version = '2', triggerSource = 'TokenGeneration_Authentication', sub = ada } = changes;
  return {
    ...toCommon(bench.who, 'ada'),
    version,
    triggerSource,
    request: { userAttributes: { sub }, groupConfiguration: {}, clientMetadata, scopes: [] },
  };
};
const suppressed = {
  claimsToSuppress: ['face_verified', 'face_verified_at', 'face_txn', 'face_passwordless', 'custom:face_token'],
};

describe('the face claim', () => {
  test('is in both tokens for a receipt of this user and app client, and only in the ID token for version 1', async () => {
    const face_receipt = await bench.issue(ada, nonce);
    const at = String(bench.clock.now() / 1000);
    const claimed = {
      claimsToAddOrOverride: { face_verified: 'true', face_verified_at: at, face_txn: 'step-up-1' },
      claimsToSuppress: ['custom:face_token'],
    };
    const both = { claimsAndScopeOverrideDetails: { idTokenGeneration: claimed, accessTokenGeneration: claimed } };
    expect(await ask('pre-token-generation', toPreTokenEvent({ face_receipt }))).toEqual(both);
    expect(await ask('pre-token-generation', toPreTokenEvent({ face_receipt }, { version: '3' }))).toEqual(both);
    expect(await ask('pre-token-generation', toPreTokenEvent({ face_receipt }, { version: '1' }))).toEqual({
      claimsOverrideDetails: claimed,
    });
    // Also where Cognito had a temporary password changed, or knows the device.
    for (const source of ['NewPasswordChallenge', 'AuthenticateDevice']) {
      const event = toPreTokenEvent({ face_receipt }, { triggerSource: `TokenGeneration_${source}` });
      expect(await ask('pre-token-generation', event)).toEqual(both);
    }
  });

  test('is absent from refreshed tokens, from managed login, and from events without a receipt', async () => {
    const face_receipt = await bench.issue(ada, nonce);
    const elsewhere = await bench.issue(ada, nonce, { audience: `${testIssuer}/hooks/${connectionId}` });
    const events = [
      toPreTokenEvent({}, { triggerSource: 'TokenGeneration_NewPasswordChallenge' }),
      toPreTokenEvent({ face_receipt }, { triggerSource: 'TokenGeneration_RefreshTokens' }),
      toPreTokenEvent({ face_receipt }, { triggerSource: 'TokenGeneration_HostedAuth' }),
      toPreTokenEvent({ face_receipt }, { triggerSource: 'TokenGeneration_ClientCredentials' }),
      toPreTokenEvent({ face_receipt }, { sub: grace }),
      toPreTokenEvent({ face_receipt: elsewhere }),
      toPreTokenEvent({ face_receipt: [face_receipt] }),
      toPreTokenEvent({ face_verified: 'true' }),
      toPreTokenEvent({}),
      toPreTokenEvent(null),
    ];
    for (const event of events)
      expect(await ask('pre-token-generation', event)).toEqual({
        claimsAndScopeOverrideDetails: { idTokenGeneration: suppressed, accessTokenGeneration: suppressed },
      });
  });

  test('is issued again for a repeated receipt with the time of the check, but not after two minutes', async () => {
    const face_receipt = await bench.issue(ada, nonce);
    const checkedAt = String(bench.clock.now() / 1000);
    bench.clock.advanceSec(60);
    const again = await ask('pre-token-generation', toPreTokenEvent({ face_receipt }));
    expect(JSON.stringify(again)).toContain(`"face_verified_at":"${checkedAt}"`);
    bench.clock.advanceSec(91);
    expect(JSON.stringify(await ask('pre-token-generation', toPreTokenEvent({ face_receipt })))).not.toContain('ToAdd');
  });
});

test('calls for other app clients and pools fail the sign-in and add no claim', async () => {
  const receipt = await bench.issue(ada, nonce);
  const events: Record<TriggerName, object> = {
    'define-auth-challenge': toDefineEvent([srp, password, right]),
    'create-auth-challenge': known(),
    'verify-auth-challenge': toVerifyEvent(receipt),
    'pre-token-generation': toPreTokenEvent({ face_receipt: receipt }),
  };
  for (const name of Object.keys(events) as TriggerName[]) {
    const foreign = { ...events[name], callerContext: { clientId: '9another23456789' } };
    expect(await ask(name, foreign)).toEqual(bench.triggers[name].refuse('caller_untrusted').body.response);
    const handled = await ask(name, events[name]);
    expect(handled).not.toEqual(bench.triggers[name].refuse('internal').body.response);
  }
});

describe('a sign-in without a password', () => {
  const right = entry('CUSTOM_CHALLENGE', true, 'FACE_ONLY');
  const wrong = entry('CUSTOM_CHALLENGE', false, 'FACE_ONLY');
  const afterPassword = entry('CUSTOM_CHALLENGE', false, 'FACE');
  const accept = () => bench.connect({ passwordless: 'true' });
  const define = async (session: readonly unknown[], triggers: Triggers, request: object = {}) =>
    ask('define-auth-challenge', toDefineEvent(session, { ...request }), triggers);
  const nobody = { userNotFound: true, userAttributes: {} };
  const failed = { failAuthentication: true, issueTokens: false };
  const asked = { challengeName: 'CUSTOM_CHALLENGE', issueTokens: false, failAuthentication: false };
  const issued = { issueTokens: true, failAuthentication: false };
  const toCreate = (request: object) => toCreateEvent('ada', { session: [], ...request });
  const known = () => toCreate({ userAttributes: { sub: ada } });
  const withoutPassword = { nonce, passwordless: 'true' };
  const audience = () => toReceiptAudience({ ...bench.who, isPasswordless: true });

  test('begins with the face and ends with tokens only after a right face', async () => {
    const triggers = await accept();
    expect(await define([], triggers)).toEqual(asked);
    expect(await define([wrong], triggers)).toEqual(asked);
    expect(await define([right], triggers)).toEqual(issued);
    expect(await define([wrong, wrong, right], triggers)).toEqual(issued);
    expect(await define([wrong, wrong, wrong], triggers)).toEqual(failed);
  });

  test('is refused by each trigger that does not accept it, also in shadow mode', async () => {
    const receipt = await bench.issue(ada, nonce, { audience: audience() });
    const verify = toVerifyEvent(receipt, {
      privateChallengeParameters: withoutPassword,
      clientMetadata: { face_receipt: receipt },
    });
    const refusing = [bench.triggers, await bench.connect({ passwordless: 'true', mode: 'shadow' })];
    for (const triggers of refusing) {
      for (const session of [[], [wrong], [right]]) expect(await define(session, triggers)).toEqual(failed);
      const created = await ask('create-auth-challenge', known(), triggers);
      expect(created).toMatchObject({
        challengeMetadata: 'FACE_UNAVAILABLE',
        publicChallengeParameters: { type: 'FACE_UNAVAILABLE' },
      });
      expect(await ask('verify-auth-challenge', verify, triggers)).toEqual({ answerCorrect: false });
      const claimed = await ask('pre-token-generation', toPreTokenEvent({ face_receipt: receipt }), triggers);
      expect(JSON.stringify(claimed)).not.toContain('ToAdd');
    }
    expect(await ask('verify-auth-challenge', verify, await accept())).toEqual({ answerCorrect: true });
  });

  test('gets tokens only if every challenge was a face check, the last one right; with a password, as before', () => {
    const names = [
      'CUSTOM_CHALLENGE',
      'CUSTOM_CHALLENGE',
      'SRP_A',
      'PASSWORD_VERIFIER',
      'ADMIN_NO_SRP_AUTH',
      'SMS_MFA',
    ];
    const anyEntry = fc.record({
      challengeName: fc.constantFrom(...names),
      challengeResult: fc.constantFrom(true, false, null),
      challengeMetadata: fc.constantFrom('FACE', 'FACE_ONLY', null),
    });
    let issued = 0;
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 4 }), (session) => {
        if (nextStep(session, { sub: ada }, true) !== 'tokens') return;
        if (nextStep(session, { sub: ada }, false) === 'tokens') return;
        issued += 1;
        expect(session.at(-1)).toEqual(right);
        expect(session.slice(0, -1)).toEqual(session.slice(0, -1).map(() => wrong));
      }),
      { numRuns: 20_000 },
    );
    expect(issued).toBeGreaterThan(0);
  });

  test('does not replace a password that was begun, wrong or replaced by another challenge', async () => {
    const triggers = await accept();
    for (const session of [
      [srp, right],
      [srp, entry('PASSWORD_VERIFIER', false)],
      [password, right],
      [right, srp, password],
      [entry('WEB_AUTHN', true), right],
      [entry('EMAIL_OTP', true)],
      [right, entry('NEW_PASSWORD_REQUIRED', true)],
      [entry('CUSTOM_CHALLENGE', true, null)],
      [entry('CUSTOM_CHALLENGE', true, 'FACE')],
      [srp, password, right],
      [entry('CUSTOM_CHALLENGE', true, 'FACE_UNAVAILABLE')],
    ])
      expect(await define(session, triggers)).toEqual(failed);
    expect(await define([srp], triggers)).toMatchObject({ challengeName: 'PASSWORD_VERIFIER' });
    expect(await define([srp, password], triggers)).toEqual(asked);
  });

  test('of an unknown user has the same challenges, and never ends in tokens', async () => {
    const triggers = await accept();
    for (const session of [[], [wrong], [wrong, wrong], [wrong, wrong, wrong]])
      expect(await define(session, triggers, nobody)).toEqual(await define(session, triggers));
    expect(await define([right], triggers, nobody)).toEqual(failed);
    const looks = await Promise.all(
      [known(), toCreate(nobody)].map(async (event) =>
        toLookOfChallenge(await askHook({ hooks: toHandlers(triggers) }, 'create-auth-challenge', toRequest(event))),
      ),
    );
    expect(looks[0]).toEqual(looks[1]);
  });

  test('has a request that hides the user, and that the service opens only if it accepts such sign-ins', async () => {
    const { request = '', nonce: drawn } = await challengeOf(known(), await accept());
    const readable = request.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(readable.join()).not.toContain(ada);
    expect(await open(true)(request)).toMatchObject({
      subject: ada,
      nonce: drawn,
      audience: audience(),
      isAfterFirstFactor: false,
    });
    await expect(open(false)(request)).rejects.toMatchObject({ code: 'caller_untrusted' });
  });

  test('is not answered by a receipt of a sign-in with a password, nor the other way round', async () => {
    const triggers = await accept();
    const verify = (receipt: string, privateChallengeParameters: object) =>
      ask(
        'verify-auth-challenge',
        toVerifyEvent(receipt, { privateChallengeParameters, clientMetadata: { face_receipt: receipt } }),
        triggers,
      );
    const ofPassword = await bench.issue(ada, nonce);
    const ofFace = await bench.issue(ada, nonce, { audience: audience() });
    expect(await verify(ofFace, withoutPassword)).toEqual({ answerCorrect: true });
    expect(await verify(ofPassword, { nonce })).toEqual({ answerCorrect: true });
    expect(await verify(ofPassword, withoutPassword)).toEqual({ answerCorrect: false });
    expect(await verify(ofFace, { nonce })).toEqual({ answerCorrect: false });
  });

  test('is answered only with the same receipt for the tokens, so that these cannot hide it', async () => {
    const triggers = await accept();
    const ofPassword = await bench.issue(ada, nonce);
    const ofFace = await bench.issue(ada, nonce, { audience: audience() });
    const verify = (clientMetadata: object | null) =>
      ask(
        'verify-auth-challenge',
        toVerifyEvent(ofFace, { privateChallengeParameters: withoutPassword, clientMetadata }),
        triggers,
      );
    expect(await verify({ face_receipt: ofFace })).toEqual({ answerCorrect: true });
    for (const other of [null, {}, { face_receipt: ofPassword }, { face_receipt: [ofFace] }])
      expect(await verify(other)).toEqual({ answerCorrect: false });
  });

  test('adds a claim that says so; a sign-in with a password does not', async () => {
    const triggers = await accept();
    const claimsOf = async (face_receipt: string) =>
      JSON.stringify(await ask('pre-token-generation', toPreTokenEvent({ face_receipt }), triggers));
    const said = '"face_passwordless":"true"';
    expect(await claimsOf(await bench.issue(ada, nonce, { audience: audience() }))).toContain(said);
    const withPassword = await claimsOf(await bench.issue(ada, nonce));
    expect(withPassword).toContain('"face_verified":"true"');
    expect(withPassword).not.toContain(said);
  });

  test('leaves no log line if it fails, because anyone can cause it', async () => {
    const triggers = await accept();
    const before = bench.log.text().length;
    await define([], triggers);
    await define([wrong, wrong, wrong], triggers);
    expect(bench.log.text().slice(before)).toBe('');
    await define([srp, password, afterPassword, afterPassword, afterPassword], triggers);
    expect(decisionsIn(bench.log.text().slice(before))).toMatchObject([{ outcome: 'unverified', fallback: 'deny' }]);
  });

  test('in shadow mode is logged with the reason', async () => {
    const before = bench.log.text().length;
    await define([], await bench.connect({ passwordless: 'true', mode: 'shadow' }));
    expect(bench.log.text().slice(before)).toContain('need FACESTEP_MODE enforce');
  });
});
