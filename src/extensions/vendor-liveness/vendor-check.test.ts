import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, beginPage, draw, enrolByApi, who } from '../../../support/benches/capture-bench.js';
import { openStarted } from '../../../support/benches/capture-page.js';
import { createVisit, startVendorBench } from '../../../support/benches/vendor-bench.js';
import { standardSettings } from '../../../support/data/settings.js';
import { eventually } from '../../../support/run/eventually.js';
import type { Trouble } from '../../../support/servers/rekognition.js';
import { epochMs } from '../../core/units.js';
import { recordExpired } from '../../step-up/expired.js';
import { findStepUp } from '../../step-up/stored.js';

/* A vendor's check over sockets: the real server, the real AWS SDK, and a simulator of Amazon Rekognition and STS. */

let bench: Awaited<ReturnType<typeof startVendorBench>>;

const start = async (...given: Parameters<typeof startVendorBench>) => {
  bench = await startVendorBench(...given);
  return bench;
};

/** Ada, who is enrolled without a vendor, opens a check and agrees. */
async function openCheck(fields: object = { audience: 'app' }) {
  const begun = await beginAgreed(bench.server, fields);
  return { ...begun, visit: createVisit(begun.page, bench) };
}

/** Someone opens a check of Ada without any proof of the first factor, and agrees. */
async function openAnonymous(source = '192.0.2.7') {
  const { page } = await openStarted(bench.server, { assurance: { kind: 'anonymous', source } });
  await page.consent('consent-1+aws-2');
  return createVisit(page, bench);
}

async function openEnrolled(...given: Parameters<typeof startVendorBench>) {
  await start(...given);
  await enrolByApi(bench.server);
  return openCheck();
}

const detailsOf = (action: string) =>
  bench.server.audit.events.flatMap((event) => (event.action === action ? [event.detail] : []));

describe('a check of a vendor', () => {
  test('passes with the enrolled face, and receipt, audit and decision log name the vendor and its confidence', async () => {
    const { visit, page } = await openEnrolled();
    expect(await visit.pass('ada')).toMatchObject({ outcome: 'passed' });
    const { body } = await page.get('/face/session');
    const claims = decodeJwt(String(body.receipt));
    expect(claims).toMatchObject({ amr: ['face'], presence: 'aws-face-movement-and-light', liveness: 0.991 });
    expect(detailsOf('liveness_judged')).toMatchObject([
      {
        judge: 'aws-face-movement-and-light',
        pass: true,
        signals: [{ name: 'vendor_confidence', value: 99.1, atLeast: 80, pass: true }],
      },
    ]);
    expect(detailsOf('liveness_session_opened')).toMatchObject([{ vendor: 'aws' }]);
  });

  test('asks AWS for no audit images and no storage, and lets the browser start sessions only, for 15 minutes', async () => {
    const { visit } = await openEnrolled();
    await visit.pass('ada');
    expect(bench.rekognition.created).toEqual([
      {
        ClientRequestToken: expect.any(String),
        Settings: { AuditImagesLimit: 0, ChallengePreferences: [{ Type: 'FaceMovementAndLightChallenge' }] },
      },
    ]);
    const [assumed] = bench.rekognition.assumed;
    expect(assumed!.get('DurationSeconds')).toBe('900');
    expect(JSON.parse(assumed!.get('Policy')!)).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'rekognition:StartFaceLivenessSession', Resource: '*' }],
    });
  });

  test('enrols the face of the vendor’s picture', async () => {
    await start();
    const { page } = await beginAgreed(bench.server, { purpose: 'enrol' }, '/invitations');
    expect(await createVisit(page, bench).pass('ada')).toMatchObject({ outcome: 'passed' });
    const { visit } = await openCheck();
    expect(await visit.pass('ada')).toMatchObject({ outcome: 'passed' });
  });

  test('keeps the browser’s credentials and the picture out of log, audit and store', async () => {
    const { visit, id } = await openEnrolled();
    const { nonce, session } = await visit.start();
    const stored = JSON.stringify(await bench.server.deps.state.read(`step-up:${id}`));
    bench.rekognition.finish(session, { picture: Buffer.from('face ada centre:picture-of-the-vendor 0.9') });
    await visit.finish(nonce);
    const kept = [
      stored,
      JSON.stringify(await bench.server.deps.state.read(`step-up:${id}`)),
      JSON.stringify(bench.server.audit.events),
      bench.server.log.text(),
    ].join();
    for (const secret of ['browser-secret', 'browser-token', 'picture-of-the-vendor', nonce])
      expect(kept).not.toContain(secret);
  });

  test('asks people for consent again who agreed to a check without the vendor', async () => {
    await start();
    const enrolled = await beginAgreed(bench.server, { purpose: 'enrol' }, '/invitations');
    expect(enrolled.view).toMatchObject({ consentVersion: 'consent-1+aws-2', livenessVendor: 'aws' });
    await createVisit(enrolled.page, bench).pass('ada');
    expect((await beginPage(bench.server, {})).view).toMatchObject({ consentNeeded: false });
    // A backend enrolled this person, with a text of its own.
    await enrolByApi(bench.server, '00u2', 'berta');
    expect((await beginPage(bench.server, { ...who, subject: '00u2' })).view).toMatchObject({ consentNeeded: true });
  });
});

describe('is refused, and nothing passes', () => {
  test.each([
    ['another face', 'eve', {}],
    ['a confidence below that of the policy', 'ada', { confidence: 79.9 }],
    ['no live person in front of the camera', null, { status: 'FAILED', confidence: 3 }],
  ] as const)('with %s: the same answer, and one try less', async (_name, person, result) => {
    const { visit } = await openEnrolled();
    expect(await visit.pass(person, result)).toMatchObject({ outcome: 'try_again', view: { triesLeft: 2 } });
    await visit.pass(person, result);
    expect(await visit.pass(person, result)).toMatchObject({ outcome: 'failed', view: { state: 'failed' } });
  });

  test('if the vendor forgot the picture, without a try less', async () => {
    const { visit } = await openEnrolled();
    expect(await visit.pass(null)).toMatchObject({ outcome: 'try_again', view: { triesLeft: 3 } });
  });

  test('if the page says it is done before the vendor has judged, and no own check takes its place', async () => {
    const { visit, page } = await openEnrolled({ fallback: 'movement' });
    const { nonce } = await visit.start();
    expect(await visit.finish(nonce)).toMatchObject({ code: 'liveness_unfinished' });
    expect((await page.post('/face/challenge', {})).body).toMatchObject({ code: 'liveness_vendor_needed' });
  });

  test('a result that was used before', async () => {
    const { visit } = await openEnrolled();
    const { nonce, session } = await visit.start();
    bench.rekognition.finish(session, { confidence: 10, picture: null });
    await visit.finish(nonce);
    bench.rekognition.finish(session, { confidence: 99 });
    expect(await visit.finish(nonce)).toMatchObject({ code: 'challenge_wrong' });
  });

  test('a session of another step-up', async () => {
    const { visit } = await openEnrolled();
    const other = await openCheck();
    const { nonce, session } = await other.visit.start();
    await visit.start();
    bench.rekognition.finish(session, {});
    expect(await visit.finish(nonce)).toMatchObject({ code: 'challenge_wrong' });
  });

  test('the older one of two sessions at once', async () => {
    const { visit } = await openEnrolled();
    const first = await visit.start();
    const second = await visit.start();
    bench.rekognition.finish(first.session, {});
    expect(await visit.finish(first.nonce)).toMatchObject({ code: 'challenge_wrong' });
    bench.rekognition.finish(second.session, { picture: Buffer.from('face ada centre:x 0.9') });
    expect(await visit.finish(second.nonce)).toMatchObject({ outcome: 'passed' });
  });

  test('refuses the result of a session that is expired, by the clock of this server or at AWS', async () => {
    const { visit } = await openEnrolled();
    const { nonce, session } = await visit.start();
    bench.rekognition.finish(session, { picture: draw('ada')('centre') });
    bench.server.clock.advanceSec(181);
    expect(await visit.finish(nonce)).toMatchObject({ code: 'liveness_expired' });
    const again = await visit.start();
    bench.rekognition.finish(again.session, { status: 'EXPIRED' });
    expect(await visit.finish(again.nonce)).toMatchObject({ code: 'liveness_expired' });
  });

  test('an enrolment with a confidence below that of the policy', async () => {
    await start();
    const { page } = await beginAgreed(bench.server, { purpose: 'enrol' }, '/invitations');
    expect(await createVisit(page, bench).pass('ada', { confidence: 79.9 })).toMatchObject({ outcome: 'try_again' });
    expect(detailsOf('enrolled')).toEqual([]);
  });

  test('pictures that the page sends in place of those of the vendor', async () => {
    const { page } = await openEnrolled();
    const { body } = await page.post('/face/challenge', {});
    expect(body).toMatchObject({ code: 'liveness_vendor_needed' });
    const sent = await page.send({ nonce: 'x', photo: [Buffer.from('face ada centre:1 0.9')] });
    expect(sent.body.ok).toBe(false);
  });
});

describe('while the vendor’s service fails', () => {
  const troubles: readonly (readonly [Trouble, string])[] = [
    ['broken', 'liveness_unavailable'],
    ['throttled', 'liveness_throttled'],
    ['denied', 'liveness_refused'],
    ['other region', 'liveness_refused'],
  ];

  test.each(troubles)('%s: refuses with the code %s if the policy has no fallback', async (trouble, code) => {
    const { visit, page } = await openEnrolled();
    bench.rekognition.cause(trouble);
    expect((await visit.start()).body).toMatchObject({ ok: false, code });
    expect((await page.post('/face/challenge', {})).body).toMatchObject({ code: 'liveness_vendor_needed' });
    expect(detailsOf('liveness_vendor_failed')).toMatchObject([{ vendor: 'aws', code, fallback: 'none' }]);
  });

  test.each(troubles)('%s: asks for movements if the policy says so, and the audit says why', async (trouble, code) => {
    const { visit, page } = await openEnrolled({ fallback: 'movement' });
    bench.rekognition.cause(trouble);
    expect((await visit.start()).body).toMatchObject({ check: null });
    expect((await page.get('/face/session')).body).toMatchObject({ view: { livenessVendor: null, light: 'none' } });
    const { body } = await page.check((movement) => Buffer.from(`face ada ${movement}:${Math.random()} 0.9`));
    expect(body).toMatchObject({ outcome: 'passed' });
    expect(detailsOf('liveness_vendor_failed')).toMatchObject([{ vendor: 'aws', code, fallback: 'movement' }]);
  });

  test('asks for movements after a result that could not be read', async () => {
    const { visit, page } = await openEnrolled({ fallback: 'movement' });
    const { nonce } = await visit.start();
    bench.rekognition.cause('broken');
    expect(await visit.finish(nonce)).toMatchObject({ code: 'liveness_unavailable' });
    expect((await page.get('/face/session')).body).toMatchObject({ view: { livenessVendor: null, triesLeft: 3 } });
  });

  test('another step-up asks the vendor again', async () => {
    const { visit } = await openEnrolled({ fallback: 'movement' });
    bench.rekognition.cause('broken');
    await visit.start();
    bench.rekognition.cause('none');
    expect(await (await openCheck()).visit.pass('ada')).toMatchObject({ outcome: 'passed' });
  });
});

describe('a failure that the vendor sends no picture with', () => {
  test('counts as a failed attempt of the person, who is locked out after five', async () => {
    const { visit } = await openEnrolled();
    for (let failures = 0; failures < 3; failures += 1) await visit.pass(null, { status: 'FAILED', confidence: 1 });
    const second = await openCheck();
    for (let failures = 0; failures < 2; failures += 1)
      await second.visit.pass(null, { status: 'FAILED', confidence: 1 });
    expect(await (await openCheck()).visit.pass('ada')).toMatchObject({ code: 'locked_out' });
    expect(detailsOf('locked_out')).toHaveLength(1);
  });

  test('is another challenge than the configured one, which proves less', async () => {
    const { visit } = await openEnrolled();
    expect(await visit.pass('ada', { type: 'FaceMovementChallenge' })).toMatchObject({
      outcome: 'try_again',
      view: { triesLeft: 2 },
    });
  });
});

describe('sessions that are being opened', () => {
  test('are one at a time for a step-up', async () => {
    const { visit } = await openEnrolled();
    const opened = await Promise.all([visit.start(), visit.start(), visit.start()]);
    expect(opened.filter(({ nonce }) => nonce !== '')).toHaveLength(1);
    expect(bench.rekognition.created).toHaveLength(1);
  });

  test('do not replace the one that was opened after they took too long', async () => {
    const { visit } = await openEnrolled();
    const release = bench.rekognition.holdNext();
    const late = visit.start();
    await eventually(async () => expect(bench.rekognition.created).toHaveLength(1));
    bench.server.clock.advanceSec(16);
    const { nonce, session } = await visit.start();
    release();
    expect((await late).body).toMatchObject({ code: 'challenge_wrong' });
    bench.rekognition.finish(session, { picture: draw('ada')('centre') });
    expect(await visit.finish(nonce)).toMatchObject({ outcome: 'passed' });
  });

  test('and that the vendor fails to open use up neither the day nor the challenges of the person', async () => {
    const settings = { ...standardSettings, limits: { ...standardSettings.limits, vendorChecks: 3 } };
    const { visit } = await openEnrolled({}, { settings });
    bench.rekognition.cause('broken');
    for (let failed = 0; failed < 6; failed += 1)
      expect((await visit.start()).body).toMatchObject({ code: 'liveness_unavailable' });
    bench.rekognition.cause('none');
    expect(await visit.pass('ada')).toMatchObject({ outcome: 'passed' });
  });
});

test.each([
  ['does not name the vendor', 'consent-1 (en)'],
  ['does not say that the vendor may keep the video', 'consent-1+aws (en)'],
])('a step-up with a consent that %s asks for consent again before a session is opened', async (_title, statement) => {
  const { id, page } = await openEnrolled();
  const state = bench.server.deps.state;
  const found = (await state.read(`step-up:${id}`))!;
  const consent = { statement, givenAt: bench.server.clock.now() };
  const expiresAt = epochMs(bench.server.clock.now() + 600_000);
  await state.write(`step-up:${id}`, { ...Object(found.value), consent }, { when: 'any', expiresAt });
  expect((await page.post('/face/vendor-check', {})).body).toMatchObject({ code: 'consent_missing' });
  expect((await page.get('/face/session')).body).toMatchObject({ view: { consentNeeded: true } });
  await page.consent('consent-1+aws-2');
  expect((await page.post('/face/vendor-check', {})).body).toMatchObject({ check: { vendor: 'aws' } });
});

describe('the sessions of an hour are bounded', () => {
  const settings = { ...standardSettings, limits: { ...standardSettings.limits, vendorChecks: 4 } };

  test('refuses the third of two, and allows it in the next hour', async () => {
    const { visit } = await openEnrolled({}, { settings });
    for (let at = 0; at < 2; at += 1) await visit.pass('eve');
    expect((await visit.start()).body).toMatchObject({ code: 'liveness_throttled' });
    expect(bench.rekognition.created).toHaveLength(2);
    bench.server.clock.advanceSec(3600);
    expect(await (await openCheck()).visit.pass('ada')).toMatchObject({ outcome: 'passed' });
  });

  const ofSixteen = { ...standardSettings, limits: { ...standardSettings.limits, vendorChecks: 16 } };

  test('anonymous callers of all networks cause at most half of them, in turns, and then get no own check', async () => {
    const { visit } = await openEnrolled({ fallback: 'movement' }, { settings: ofSixteen });
    const flood = await openAnonymous('192.0.2.1');
    await flood.start();
    await flood.start();
    expect((await flood.start()).body).toMatchObject({ code: 'locked_out' });
    for (let at = 2; at < 6; at += 1) expect((await (await openAnonymous(`192.0.2.${at}`)).start()).nonce).not.toBe('');
    expect((await (await openAnonymous('192.0.2.9')).start()).body).toMatchObject({ code: 'locked_out' });
    expect(detailsOf('liveness_vendor_failed')).toEqual([]);
    expect(await visit.pass('ada')).toMatchObject({ outcome: 'passed' });
  });

  test('and the last session of an expired check is given back, in the hour in which it was counted', async () => {
    const { visit, id } = await openEnrolled({}, { settings });
    expect((await visit.start()).nonce).not.toBe('');
    const stepUp = await findStepUp(id, bench.server.deps);
    await recordExpired(stepUp, bench.server.deps);
    for (let at = 0; at < 2; at += 1) await (await openCheck()).visit.pass('eve');
    expect(bench.rekognition.created).toHaveLength(3);
    const { visit: third } = await openCheck();
    expect((await third.start()).body).toMatchObject({ code: 'liveness_throttled' });
    bench.server.clock.advanceSec(3600);
    await recordExpired({ ...stepUp, id: `${id}-2` }, bench.server.deps);
    for (let at = 0; at < 2; at += 1) await (await openCheck()).visit.pass('eve');
    expect((await (await openCheck()).visit.start()).body).toMatchObject({ code: 'liveness_throttled' });
    expect(bench.rekognition.created).toHaveLength(5);
  });
});
