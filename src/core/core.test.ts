import { describe, expect, test } from '@jest/globals';
import { createTestCore, plainRequest, testEvent, testSignIn } from '../../support/benches/core.js';
import { enrolDrawn } from '../../support/benches/drawn-face.js';
import { testShare } from '../../support/data/share.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import { eventually } from '../../support/run/eventually.js';
import type { HookEvent } from '../connections/hook-decision.js';
import { readConsent } from '../enrolment/consent.js';
import { acceptAnyPhotos } from '../enrolment/earlier-frames.js';
import { enrolToken } from '../enrolment/enrol.js';
import { revokeSubject, revokeToken } from '../enrolment/revoke.js';
import { FaceError } from '../errors.js';
import { decideHook } from '../step-up/decide.js';
import { startRequestedStepUp } from '../step-up/requested.js';
import { readStepUp, startStepUp, submitPhotos } from '../step-up/step-up.js';
import { verifyToken } from '../verification/verify.js';
import type { AuditEvent } from './audit-events.js';
import type { Policy } from './connection.js';
import type { VerifyRequest } from './ports.js';
import { Credential } from './secrets.js';
import { addSec, toEpochSec } from './units.js';

async function setUp(policy: Partial<Policy> = {}) {
  const core = await createTestCore(policy);
  const { connection, clock, deps } = core;
  const consent = { statement: 'Face sign-in, version 1', givenAt: clock.now() };
  const three = (person: string, from = 1) => [0, 1, 2].map((offset) => drawPhoto(person, from + offset));
  const start = (subject = 'anna', hookSignIn: typeof testSignIn | null = testSignIn) =>
    startStepUp({ connection, subject }, { ...plainRequest, hookSignIn, acceptsCopies: true }, deps);
  return {
    ...core,
    three,
    enrol: (subject = 'anna', photos = three(subject)) => enrolDrawn({ connection, subject, photos, consent }, deps),
    start,
    stepUp: async (subject = 'anna', photos = [drawPhoto(subject, 9)]) => {
      const { id, challenge } = await start(subject);
      return submitPhotos({ id, challenge, photos, secret: null }, deps);
    },
    hook: (subject = 'anna', eventId = 'event-1', eventTime = clock.now(), more: Partial<HookEvent> = {}) =>
      decideHook({ ...testEvent, connection, hook: 'token', subject, eventId, eventTime, ...more }, deps),
  };
}

async function setUpEnrolled(policy: Partial<Policy> = {}) {
  const core = await setUp(policy);
  await core.enrol();
  return core;
}

/** What the trail says of the last check that was refused. */
const refusal = ({ events }: Awaited<ReturnType<typeof setUp>>['audit']) =>
  events.findLast(({ action }) => action === 'verification_refused')?.detail.code;

describe('enrolment', () => {
  test('writes a token of at most 256 characters and records the consent', async () => {
    const { enrol, profile, deps, audit } = await setUp();
    const sealed = await enrol();
    expect(profile.attributes.get('anna')).toMatch(/^fv1\.[\w-]{1,252}$/);
    expect(await readConsent({ connection: 'work', subject: 'anna' }, deps)).toMatchObject({
      statement: 'Face sign-in, version 1',
      tokenId: sealed.tokenId,
      withdrawnAt: null,
    });
    const detail = { tokenId: sealed.tokenId, photos: 3, keyVersion: 1, kind: 'enrolment' };
    const about = { ...detail, expiresAt: null, former: null, formerExpiresAt: null, proof: 'photos_of_client' };
    expect(audit.events).toEqual([
      { action: 'enrolment_begun', connection: 'work', subject: 'anna', detail: about },
      { action: 'enrolled', connection: 'work', subject: 'anna', detail: about },
    ]);
  });

  test.each([
    ['', 0, 'consent_missing'],
    ['   ', 0, 'consent_missing'],
    ['x'.repeat(2001), 0, 'request_malformed'],
    ['agreed', 301, 'request_malformed'],
  ])('is refused without valid consent and writes nothing (case %#)', async (statement, secondsAhead, code) => {
    const { connection, deps, clock, profile } = await setUp();
    const consent = { statement, givenAt: addSec(clock.now(), secondsAhead) };
    await expect(enrolDrawn({ connection, subject: 'anna', consent }, deps)).rejects.toMatchObject({ code });
    expect(profile.attributes.get('anna')).toBeNull();
  });

  test('replaces the earlier token, which is denied even if restored in the attribute', async () => {
    const { enrol, profile, stepUp } = await setUpEnrolled();
    const former = profile.attributes.get('anna')!;
    await enrol('anna', [drawPhoto('anna', 5), drawPhoto('anna', 6)]);
    expect((await stepUp()).state).toBe('passed');
    profile.attributes.set('anna', former);
    await expect(stepUp()).rejects.toMatchObject({ code: 'enrolment_lost' });
  });

  test('with the policy setting enrolmentDays creates tokens that expire', async () => {
    const { enrol, stepUp, clock, audit } = await setUp({ enrolmentDays: 30 });
    const sealed = await enrol();
    expect(sealed.expiresAt).toBe(toEpochSec(addSec(clock.now(), 30 * 86_400)));
    clock.advanceSec(30 * 86_400);
    expect((await stepUp()).state).toBe('failed');
    expect(refusal(audit)).toBe('token_expired');
  });
});

describe('step-up', () => {
  test('never matches with a token that was copied from another user', async () => {
    const { stepUp, profile } = await setUpEnrolled();
    profile.attributes.set('berta', profile.attributes.get('anna')!);
    expect((await stepUp('berta', [drawPhoto('anna', 9)])).state).toBe('failed');
    expect((await stepUp('berta', [drawPhoto('berta', 9)])).state).toBe('failed');
  });

  test('accepts one of several concurrent submissions and refuses later ones as finished', async () => {
    const { start, deps } = await setUpEnrolled();
    const { id, challenge } = await start();
    const submit = () => submitPhotos({ id, challenge, photos: [drawPhoto('anna', 9)], secret: null }, deps);
    const results = await Promise.allSettled([submit(), submit(), submit()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'step_up_finished' });
    }
    await expect(submit()).rejects.toMatchObject({ code: 'step_up_finished' });
  });

  test('is refused with a wrong challenge, a wrong id or after its expiry', async () => {
    const { start, deps, clock } = await setUpEnrolled();
    const { id, challenge } = await start();
    const photos = [drawPhoto('anna', 9)];
    const wrong = new Credential('wrong');
    await expect(submitPhotos({ id, challenge: wrong, photos, secret: null }, deps)).rejects.toMatchObject({
      code: 'step_up_unknown',
    });
    await expect(
      submitPhotos({ id: 'wrong', challenge, photos: [drawPhoto('anna', 9)], secret: null }, deps),
    ).rejects.toMatchObject({ code: 'step_up_unknown' });
    clock.advanceSec(600);
    await expect(
      submitPhotos({ id, challenge, photos: [drawPhoto('anna', 9)], secret: null }, deps),
    ).rejects.toMatchObject({ code: 'step_up_finished' });
    expect(await readStepUp(id, deps)).toMatchObject({ state: 'expired' });
  });

  test('five failures lock the subject for 15 minutes, also if concurrent; other subjects are not affected', async () => {
    const { enrol, stepUp, clock } = await setUpEnrolled();
    await enrol('berta');
    const attempts = Array.from({ length: 12 }, () => stepUp('anna', [drawPhoto('stranger', 1)]));
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    await expect(stepUp('anna')).rejects.toMatchObject({ code: 'locked_out' });
    expect((await stepUp('berta')).state).toBe('passed');
    clock.advanceSec(15 * 60);
    expect((await stepUp('anna')).state).toBe('passed');
  });

  test('failures of an anonymous caller lock the caller’s address, not the account', async () => {
    const { connection, deps } = await setUpEnrolled();
    const check = async (person: string, source: string | null) => {
      const assurance = source === null ? ({ kind: 'vouched' } as const) : ({ kind: 'anonymous', source } as const);
      const about = { connection, subject: 'anna', assurance };
      const { id, challenge } = await startStepUp(about, { ...plainRequest, acceptsCopies: true }, deps);
      return submitPhotos({ id, challenge, photos: [drawPhoto(person, 9)], secret: null }, deps);
    };
    for (let failure = 0; failure < 5; failure += 1) await check('eve', '192.0.2.7');
    await expect(check('eve', '192.0.2.7')).rejects.toMatchObject({ code: 'locked_out' });
    expect(await check('anna', null)).toMatchObject({ state: 'passed' });
    expect(await check('anna', '192.0.2.8')).toMatchObject({ state: 'passed' });
  });

  test('with liveness required, a photo of a photo fails without revealing a match and counts as a failure', async () => {
    const { stepUp, audit } = await setUpEnrolled({ liveness: 'passive' });
    for (const person of ['anna', 'stranger', 'anna', 'stranger', 'anna']) {
      expect((await stepUp('anna', [drawPhoto(person, 9, 0.02)])).state).toBe('failed');
      expect(refusal(audit)).toBe('liveness_low');
    }
    await expect(stepUp()).rejects.toMatchObject({ code: 'locked_out' });
  });

  test('with three photos renews a token of an older key, which may then be retired', async () => {
    const { stepUp, three, keys, profile } = await setUpEnrolled();
    const old = profile.attributes.get('anna');
    await keys.rotate();
    expect((await stepUp()).state).toBe('passed');
    expect(profile.attributes.get('anna')).toBe(old);
    expect((await stepUp('anna', three('anna', 20))).state).toBe('passed');
    expect(profile.attributes.get('anna')).not.toBe(old);
    await keys.retire(1);
    expect((await stepUp()).state).toBe('passed');
    profile.attributes.set('anna', old!);
    await expect(stepUp()).rejects.toMatchObject({ code: 'enrolment_lost' });
  });

  test('fails if the token is revoked while the face is checked', async () => {
    const { start, connection, deps, audit } = await setUpEnrolled();
    const { id, challenge } = await start();
    const verifier = {
      ...deps.verifier,
      verify: async (request: VerifyRequest) => {
        const verdict = await deps.verifier.verify(request);
        await revokeSubject({ connection, subject: 'anna' }, deps);
        return verdict;
      },
    };
    const attempt = submitPhotos(
      { id, challenge, photos: [drawPhoto('anna', 9)], secret: null },
      { ...deps, verifier },
    );
    expect((await attempt).state).toBe('failed');
    expect(refusal(audit)).toBe('token_revoked');
    expect(await deps.state.read('passed:work:anna')).toBeNull();
  });

  test('with a request signed by the provider starts once, also at a replica whose clock is behind', async () => {
    const { clock, connection, deps } = await setUp();
    const signed = {
      subject: 'anna',
      audience: 'https://app.example.com',
      nonce: 'once',
      issuedAt: toEpochSec(clock.now()),
      expiresAt: addSec(clock.now(), 60),
      isAfterFirstFactor: true,
    };
    const openStepUpRequest = async () => signed;
    const asked = { connection: { ...connection, openStepUpRequest }, request: 'signed', source: '192.0.2.1' };
    await startRequestedStepUp(asked, deps);
    clock.advanceSec(61);
    const behind = { now: () => addSec(clock.now(), -25) };
    const again = startRequestedStepUp(asked, { ...deps, clock: behind });
    await expect(again).rejects.toMatchObject({ code: 'step_up_finished' });
  });
});

describe('hook decisions', () => {
  test('are unverified without a step-up', async () => {
    const { hook } = await setUpEnrolled();
    expect(await hook()).toEqual({ outcome: 'unverified', fallback: 'deny' });
  });

  test('a passed step-up verifies one event; a repeat of that event gets the same decision', async () => {
    const { stepUp, hook, clock, audit } = await setUpEnrolled();
    const { id } = await stepUp();
    const first = await hook('anna', 'event-1');
    expect(first).toEqual({ outcome: 'verified', at: toEpochSec(clock.now()), stepUpId: id, liveness: null });
    expect(await hook('anna', 'event-1')).toEqual(first);
    expect(await hook('anna', 'event-2')).toEqual({ outcome: 'unverified', fallback: 'deny' });
    expect(audit.events.filter(({ action }) => action === 'hook_decided')).toHaveLength(2);
  });

  test('a grant is recorded once, and only after the audit trail can be written again', async () => {
    const { stepUp, connection, clock, deps, audit } = await setUpEnrolled();
    await stepUp();
    let isFailing = true;
    const append = async (event: AuditEvent) => {
      if (isFailing) throw new FaceError('state_unavailable');
      await audit.append(event);
    };
    const failingDeps = { ...deps, audit: { ...audit, append } };
    const event = { connection, hook: 'token', subject: 'anna', eventId: 'event-1', eventTime: clock.now() };
    const ask = () => decideHook({ ...testEvent, ...event }, failingDeps);
    expect(await ask()).toEqual({ outcome: 'unverified', fallback: 'deny' });
    isFailing = false;
    expect(await ask()).toMatchObject({ outcome: 'verified' });
    const granted = () =>
      audit.events.filter((each) => each.action === 'hook_decided' && each.detail.outcome === 'verified');
    await eventually(async () => expect(granted()).toHaveLength(1));
    expect(await ask()).toMatchObject({ outcome: 'verified' });
    expect(granted()).toHaveLength(1);
  });

  test('an event without a time counts as a repeat only during the retry period of its provider', async () => {
    const { stepUp, connection, deps, clock } = await setUpEnrolled({ freshnessSec: 600 });
    await stepUp();
    const event = { connection, hook: 'issuance', subject: 'anna', eventId: 'correlation-1', eventTime: null };
    const ask = () => decideHook({ ...testEvent, ...event, repeatableForSec: 60 }, deps);
    expect(await ask()).toMatchObject({ outcome: 'verified' });
    clock.advanceSec(59);
    expect(await ask()).toMatchObject({ outcome: 'verified' });
    // Who may choose the id, as an Entra user can, does not get a second sign-in out of one face check.
    clock.advanceSec(2);
    expect(await ask()).toMatchObject({ outcome: 'unverified' });
  });

  test('an unverified event remains unverified if a step-up passes later', async () => {
    const { stepUp, hook } = await setUpEnrolled();
    const refused = await hook('anna', 'event-1');
    await stepUp();
    expect(await hook('anna', 'event-1')).toEqual(refused);
    expect(await hook('anna', 'event-2')).toMatchObject({ outcome: 'verified' });
  });

  test('a repeat of a verified event remains verified after the step-up is stale; another event is unverified', async () => {
    const { stepUp, hook, clock } = await setUpEnrolled({ freshnessSec: 60 });
    await stepUp();
    const asked = clock.now();
    const first = await hook('anna', 'event-1', asked);
    clock.advanceSec(200);
    expect(await hook('anna', 'event-1', asked)).toEqual(first);
    expect(await hook('anna', 'event-2')).toMatchObject({ outcome: 'unverified' });
  });

  test('one of many concurrent events consumes the step-up; concurrent repeats of one event are all verified', async () => {
    const { stepUp, hook } = await setUpEnrolled();
    await stepUp();
    const different = await Promise.all(Array.from({ length: 10 }, (_, index) => hook('anna', `event-${index}`)));
    expect(different.filter(({ outcome }) => outcome === 'verified')).toHaveLength(1);
    await stepUp();
    const same = await Promise.all(Array.from({ length: 10 }, () => hook('anna', 'one event')));
    expect(same.filter(({ outcome }) => outcome === 'verified')).toHaveLength(10);
  });

  test.each([
    ['another application', { application: '0oaother000000000001' }, 'other_application'],
    ['a browser at another address', { address: '198.51.100.9' }, 'other_address'],
    ['a browser at another network of the other family', { address: '2001:db8::1' }, 'other_address'],
  ])('a pass is bound to one sign-in: %s does not find or consume the pass', async (_, other, reason) => {
    const { stepUp, hook, audit } = await setUpEnrolled();
    await stepUp();
    expect(await hook('anna', 'event-1', undefined, other)).toMatchObject({ outcome: 'unverified' });
    expect(audit.events.at(-1)).toMatchObject({ action: 'hook_decided', detail: { reason } });
    expect(await hook('anna', 'event-2')).toMatchObject({ outcome: 'verified' });
  });

  test('addresses match in any notation, and are not compared if the policy disables the comparison', async () => {
    const { stepUp, hook } = await setUpEnrolled();
    await stepUp();
    const mapped = { address: `::ffff:${testSignIn.address}` };
    expect(await hook('anna', 'event-1', undefined, mapped)).toMatchObject({ outcome: 'verified' });
    const lax = await setUp({ sameAddress: false });
    await lax.enrol();
    await lax.stepUp();
    const elsewhere = { address: '198.51.100.9' };
    expect(await lax.hook('anna', 'event-1', undefined, elsewhere)).toMatchObject({ outcome: 'verified' });
  });

  test('a step-up without a sign-in leaves no pass for hooks', async () => {
    const { start, hook, deps } = await setUpEnrolled();
    const { id, challenge } = await start('anna', null);
    await submitPhotos({ id, challenge, photos: [drawPhoto('anna', 9)], secret: null }, deps);
    expect(await hook('anna', 'event-1')).toMatchObject({ outcome: 'unverified' });
  });

  test('sign-ins without a check cause a lockout only at that application and address, and notify the user', async () => {
    const { stepUp, hook, audit, clock } = await setUpEnrolled();
    const lockouts = () => audit.events.filter(({ action }) => action === 'locked_out');
    for (let n = 0; n < 20; n += 1) await hook('anna', `poll-${n}`);
    expect(lockouts()).toMatchObject([{ subject: 'anna', detail: { level: 1, hook: 'token' } }]);
    await stepUp();
    expect(await hook('anna', 'poll-20')).toMatchObject({ outcome: 'unverified' });
    expect(audit.events.at(-1)).toMatchObject({ detail: { reason: 'locked_out' } });
    const elsewhere = await setUp();
    await elsewhere.enrol();
    for (let n = 0; n < 30; n += 1) await elsewhere.hook('anna', `poll-${n}`, undefined, { address: '198.51.100.9' });
    await elsewhere.stepUp();
    expect(await elsewhere.hook('anna', 'own')).toMatchObject({ outcome: 'verified' });
    // A lockout ends, and the next is longer while nothing else comes.
    clock.advanceSec(15 * 60);
    await hook('anna', 'poll-21');
    expect(lockouts()).toHaveLength(2);
    expect(lockouts()[1]).toMatchObject({ detail: { level: 2 } });
  });

  test.each([
    ['before a first factor', { isAfterFirstFactor: false }, {}],
    ['that is let through without the claim', {}, { whenUnverified: 'omit_claim' }],
    ['in shadow mode', {}, { mode: 'shadow' }],
  ] as const)('a sign-in %s does not count towards a lockout', async (_, event, policy) => {
    const { stepUp, hook, audit } = await setUpEnrolled(policy);
    for (let n = 0; n < 30; n += 1) await hook('anna', `poll-${n}`, undefined, event);
    expect(audit.events.filter(({ action }) => action === 'locked_out')).toEqual([]);
    await stepUp();
    expect(await hook('anna', 'own', undefined, event)).toMatchObject({ outcome: 'verified' });
  });

  test('a step-up passed at a replica whose clock is ahead is not fresh until this replica’s clock reaches it', async () => {
    const { stepUp, hook, clock } = await setUpEnrolled({ freshnessSec: 60, whenUnverified: 'omit_claim' });
    clock.advanceSec(3600);
    await stepUp();
    clock.advanceSec(-3600);
    expect(await hook('anna', 'event-1')).toMatchObject({ outcome: 'unverified' });
    clock.advanceSec(3600 - 30);
    expect(await hook('anna', 'event-2')).toMatchObject({ outcome: 'verified' });
  });

  test('a step-up is fresh for the period of the policy', async () => {
    const { stepUp, hook, clock } = await setUpEnrolled({ freshnessSec: 60, whenUnverified: 'omit_claim' });
    await stepUp();
    clock.advanceSec(60);
    expect(await hook()).toEqual({ outcome: 'unverified', fallback: 'omit_claim' });
  });

  test.each([-301, 301])(
    'an event %d seconds away from the server time is refused and consumes nothing',
    async (seconds) => {
      const { stepUp, hook, clock } = await setUpEnrolled();
      await stepUp();
      await expect(hook('anna', 'event-1', addSec(clock.now(), seconds))).rejects.toMatchObject({
        code: 'event_out_of_time',
      });
      expect(await hook('anna', 'event-2')).toMatchObject({ outcome: 'verified' });
    },
  );

  test.each(['deny', 'omit_claim'] as const)(
    'without the state store, the decision is the configured fallback %s',
    async (choice) => {
      const { hook, state, log, audit } = await setUp({ whenUnavailable: choice });
      await state.close();
      expect(await hook()).toEqual({ outcome: 'unverified', fallback: choice });
      expect(log.text()).toContain('state_unavailable');
      // Whom that let in, or kept out, is asked afterwards.
      const { application } = testEvent;
      const detail = {
        application,
        hook: 'token',
        outcome: 'unverified',
        fallback: choice,
        reason: 'state_unavailable',
      };
      expect(audit.events).toEqual([expect.objectContaining({ action: 'hook_decided', subject: 'anna', detail })]);
    },
  );
});

test('revocation clears the attribute, denies the token, deletes the step-up, withdraws the consent, and is idempotent', async () => {
  const { stepUp, hook, connection, deps, profile, clock, audit } = await setUpEnrolled();
  const token = profile.attributes.get('anna')!;
  await stepUp();
  await revokeSubject({ connection, subject: 'anna' }, deps);
  await revokeSubject({ connection, subject: 'anna' }, deps);
  expect(profile.attributes.get('anna')).toBeNull();
  expect(await hook()).toMatchObject({ outcome: 'unverified' });
  expect((await stepUp()).state).toBe('failed');
  expect(await readConsent({ connection: 'work', subject: 'anna' }, deps)).toMatchObject({
    withdrawnAt: clock.now(),
  });
  profile.attributes.set('anna', token);
  expect((await stepUp()).state).toBe('failed');
  expect(refusal(audit)).toBe('token_revoked');
});

describe('tokens kept by their caller', () => {
  const binding = { tenant: 'default', idp: 'api', subject: '', scope: 'app', accuracy: 4 } as const;
  const seal = async (expiresAt: ReturnType<typeof toEpochSec> | null = null) => {
    const core = await setUp();
    const photos = [drawPhoto('anna', 1)];
    const { token } = await enrolToken({ photos, binding, secret: null, expiresAt, share: testShare }, core.deps);
    const check = (person: string, given = token) => ({
      photos: [drawPhoto(person, 2)],
      token: given,
      binding,
      secret: null,
      requireLiveness: false,
      allowRenewal: false,
      share: testShare,
    });
    return { ...core, token, check };
  };

  test('are refused after their expiry', async () => {
    const { clock } = await setUp();
    const expiresAt = toEpochSec(addSec(clock.now(), 60));
    const sealed = await seal(expiresAt);
    expect((await verifyToken(sealed.check('anna'), acceptAnyPhotos, sealed.deps)).matched).toBe(true);
    sealed.clock.advanceSec(60);
    await expect(verifyToken(sealed.check('anna'), acceptAnyPhotos, sealed.deps)).rejects.toMatchObject({
      code: 'token_expired',
    });
  });

  test('can be revoked by a caller who presents them', async () => {
    const { deps, check, token } = await seal();
    await revokeToken(token, { tenant: 'default', client: 'c1' }, deps);
    await expect(verifyToken(check('anna'), acceptAnyPhotos, deps)).rejects.toMatchObject({ code: 'token_revoked' });
  });
});
