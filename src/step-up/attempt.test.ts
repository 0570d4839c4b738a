import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTestCore, plainRequest, testSignIn } from '../../support/benches/core.js';
import { enrolDrawn } from '../../support/benches/drawn-face.js';
import { testShare } from '../../support/data/share.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import { type Assurance, vouched } from '../core/connection.js';
import type { VerifyRequest } from '../core/ports.js';
import { enrolToken } from '../enrolment/enrol.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { toCode } from '../errors.js';
import { passedKey, takePassedStepUp } from './passed-step-up.js';
import { defaultTimeoutSec, readStepUp, startStepUp, submitPhotos } from './step-up.js';
import { readRecords } from './stored.js';

/* Attempts at a step-up whose process dies, or that take so long that another begins. */

let core: Awaited<ReturnType<typeof createTestCore>>;
const enrol = () => enrolDrawn({ connection: core.connection, subject: 'anna' }, core.deps);
beforeEach(async () => {
  core = await createTestCore();
  await enrol();
});

const start = () =>
  startStepUp({ connection: core.connection, subject: 'anna' }, { ...plainRequest, hookSignIn: testSignIn }, core.deps);
type Started = Awaited<ReturnType<typeof start>>;

const submit = ({ id, challenge }: Started, verify = core.deps.verifier.verify) => {
  const deps = { ...core.deps, verifier: { ...core.deps.verifier, verify } };
  return submitPhotos({ id, challenge, photos: [drawPhoto('anna', 9)], secret: null }, deps);
};

test('photos of another person end the check, which is recorded for webhooks', async () => {
  const { id, challenge } = await start();
  const photos = [drawPhoto('berta', 9)];
  expect((await submitPhotos({ id, challenge, photos, secret: null }, core.deps)).state).toBe('failed');
  const failed = core.audit.events.filter(({ action }) => action === 'step_up_failed');
  expect(failed).toMatchObject([{ connection: 'work', subject: 'anna', detail: { stepUpId: id } }]);
});

const anna = { connection: 'work', subject: 'anna' };
const codesOf = () =>
  core.audit.events.flatMap(({ action, detail }) => (action === 'verification_refused' ? [detail.code ?? null] : []));

describe('a directory that does not return an enrolment made here', () => {
  let attributes: Map<string, string | null>;
  beforeEach(() => {
    ({ attributes } = core.profile);
    core.clock.advanceSec(61);
  });
  const check = async (assurance: Assurance = vouched) => {
    const about = { connection: core.connection, subject: 'anna', assurance };
    return submit(await startStepUp(about, plainRequest, core.deps)).then(({ state }) => state, toCode);
  };

  test.each<[string, (former: string) => unknown]>([
    ['no such user', () => attributes.delete('anna')],
    ['an empty attribute', () => attributes.set('anna', null)],
    ['a text that is no token', () => attributes.set('anna', 'x')],
    ['a token that was replaced', (former) => attributes.set('anna', former)],
  ])('and answers %s passes no check and locks no one out', async (_, spoil) => {
    const former = String(attributes.get('anna'));
    await enrol();
    core.clock.advanceSec(61);
    const sound = String(attributes.get('anna'));
    spoil(former);
    for (let checks = 0; checks < 4; checks += 1) expect(await check()).toBe('enrolment_lost');
    expect(codesOf()).toEqual(Array(4).fill('enrolment_lost'));
    // Anonymous callers get the answer for a person who is not enrolled.
    expect(await check({ kind: 'anonymous', source: '203.0.113.9' })).toBe('failed');
    attributes.set('anna', sound);
    expect(await check()).toBe('passed');
  });

  test.each<[string, () => unknown]>([
    ['was ended here', () => revokeSubject({ connection: core.connection, subject: 'anna' }, core.deps)],
    [
      'has expired',
      async () => {
        Object.assign(core.connection.policy, { enrolmentDays: 1 });
        await enrol();
        core.clock.advanceSec(86_400);
      },
    ],
    ['is known to no record here', () => core.deps.state.delete('consent:work:anna')],
  ])('is believed if the enrolment %s: three failures lock out', async (_, end) => {
    await end();
    attributes.set('anna', null);
    for (let checks = 0; checks < 5; checks += 1) expect(await check()).toBe('failed');
    expect(await check()).toBe('locked_out');
  });
});

/** As a process that dies while it looks at the pictures. */
const never = () => new Promise<never>(() => {});

/** Begins an attempt, and waits until it is under way. */
async function begin(started: Started, verify: (request: VerifyRequest) => Promise<never>): Promise<void> {
  void submit(started, verify);
  while ((await readStepUp(started.id, core.deps)).state !== 'captured') await new Promise(setImmediate);
}

test('a step-up whose attempt was interrupted is open again after 30 seconds', async () => {
  const started = await start();
  await begin(started, never);
  core.clock.advanceSec(29);
  expect(await submit(started).catch(toCode)).toBe('step_up_finished');
  core.clock.advanceSec(1);
  expect((await readStepUp(started.id, core.deps)).state).toBe('started');
  expect((await submit(started)).state).toBe('passed');
});

test('each interrupted attempt counts: after three the step-up has failed', async () => {
  const started = await start();
  for (let tries = 0; tries < 3; tries += 1) {
    await begin(started, never);
    core.clock.advanceSec(30);
  }
  expect((await readStepUp(started.id, core.deps)).state).toBe('failed');
  expect(await submit(started).catch(toCode)).toBe('step_up_finished');
});

test('an attempt that ends after a newer one began is ignored, and leaves no second pass', async () => {
  const started = await start();
  let resume: () => void = () => {};
  const waiting = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const slow = submit(started, async (request) => {
    await waiting;
    return core.deps.verifier.verify(request);
  });
  while ((await readStepUp(started.id, core.deps)).state !== 'captured') await new Promise(setImmediate);
  core.clock.advanceSec(30);
  expect((await submit(started)).state).toBe('passed');
  const take = async (eventId: string, freshnessSec = 300) =>
    takePassedStepUp(
      {
        who: anna,
        eventId,
        signIn: testSignIn,
        freshnessSec,
        repeatableForSec: 60,
        needed: { outcome: 'face', takesCodes: false },
        liveness: null,
        mayTake: true,
        at: core.clock.now(),
      },
      await core.deps.state.read(passedKey(anna)),
      core.deps,
    );
  // Under a policy that was made stricter meanwhile, the pass is too old.
  expect(await take('event-1', 0)).toBe('no_check');
  expect(await take('event-1')).toMatchObject({ stepUpId: started.id });
  resume();
  expect(await slow.catch(toCode)).toBe('step_up_finished');
  expect((await readStepUp(started.id, core.deps)).state).toBe('passed');
  expect(await take('event-2')).toBe('check_used');
});

test('an attempt started before the expiry can pass after the expiry; an interrupted attempt leaves no token in the store', async () => {
  const binding = { tenant: 'default', idp: 'api', subject: '', scope: 'app', accuracy: 4 } as const;
  const photos = [drawPhoto('anna', 1)];
  const { token } = await enrolToken({ photos, binding, secret: null, expiresAt: null, share: testShare }, core.deps);
  const keep = () => {
    const receipt = { for: { audience: 'https://app.example.com', nonce: null }, issued: null };
    const held = { token: token.use((text) => text), binding };
    const flow = { ...plainRequest, kind: 'held_token', receipt, held, contentKey: null } as const;
    return startStepUp({ connection: null, subject: 'anna' }, flow, core.deps);
  };
  const slow = await keep();
  const dying = await keep();
  core.clock.advanceSec(defaultTimeoutSec - 1);
  await begin(dying, never);
  const ended = await submit(slow, (request) => {
    core.clock.advanceSec(2);
    return core.deps.verifier.verify(request);
  });
  expect(ended).toMatchObject({ state: 'passed', receipt: expect.anything() });
  expect(await readStepUp(dying.id, core.deps)).toMatchObject({ state: 'expired' });
  core.clock.advanceSec(30);
  expect(await core.deps.state.read(`step-up:${dying.id}`)).toBeNull();
});

test('a step-up that an earlier version stored is over, and does not hide the others of a list', async () => {
  const stored = { connection: core.connection.id, subject: 'anna', purpose: 'enrol', proved: true };
  await core.state.write('step-up:link', stored, { when: 'absent', expiresAt: null });
  await expect(readStepUp('link', core.deps)).rejects.toMatchObject({ code: 'step_up_unknown' });
  expect(await readRecords(['link', 'none'], core.deps)).toEqual([null, null]);
});
