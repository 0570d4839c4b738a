import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { draw, enrolByApi, startCapture } from '../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { standardSettings } from '../../support/data/settings.js';
import type { ApiServer } from '../../support/servers/api-server.js';
import { addSec, toEpochSec } from '../core/units.js';
import { summarizeStepUp } from './stored.js';

/* Requests that a provider signed for a caller who passed no first factor: anyone can get them. */

let server: ApiServer;
let profile: Awaited<ReturnType<typeof startCapture>>['profile'];

/** Starts a server whose provider signs `<first factor: yes or no>_<subject>_<nonce>`. */
async function start(limits: Partial<typeof standardSettings.limits> = {}) {
  const openStepUpRequest = async (request: string) => {
    const [factor, subject = '', nonce = ''] = request.split('_');
    const issuedAt = toEpochSec(server.clock.now());
    const expiresAt = addSec(server.clock.now(), 120);
    return { subject, nonce, audience: 'pool', issuedAt, expiresAt, isAfterFirstFactor: factor === 'yes' };
  };
  const policy = {
    whenNotEnrolled: 'enrol',
    helpRequests: true,
    anotherWay: { email: true, sms: true, recoveryCodes: true, counts: true },
  } as const;
  const settings = { ...standardSettings, limits: { ...standardSettings.limits, ...limits } };
  ({ server, profile } = await startCapture(policy, { openStepUpRequest, settings }));
}
beforeEach(() => start());
afterEach(() => server.stop());

let nonces = 0;
const toLink = (factor: 'yes' | 'no', subject = '00u1', nonce = `n-${++nonces}`) =>
  `https://face.example.com/face#requested.acme.${factor}_${subject}_${nonce}`;
const open = (...given: Parameters<typeof toLink>) => openLink(server, toLink(...given));

async function show(person: string, ...given: Parameters<typeof toLink>) {
  const { body } = await open(...given);
  const page = openPage(server, String(body.session));
  await page.consent();
  return (await page.check(draw(person))).body;
}

test('with a first factor a request is not counted; without one, it is counted by source before anything is stored', async () => {
  await server.stop();
  await start({ outsiderStarts: 2, outsiderStartsOfConnection: 100 });
  for (let each = 0; each < 3; each++) expect((await open('yes')).status).toBe(201);
  for (let each = 0; each < 2; each++) expect((await open('no')).status).toBe(201);
  const before = server.audit.events.length;
  expect(await open('no', '00u1', 'refused')).toMatchObject({ status: 429, body: { code: 'locked_out' } });
  const sent = await server.postJson('/step-ups/requested', { connection: 'acme', request: 'no_00u1_refused' });
  expect(sent).toMatchObject({ status: 429, body: { code: 'locked_out' } });
  expect(server.audit.events).toHaveLength(before);
  expect(await server.deps.state.read('step-up-request:acme:refused')).toBeNull();
  expect((await open('yes')).status).toBe(201);
});

test('a request without a first factor that is sent again does not count', async () => {
  await server.stop();
  await start({ outsiderStarts: 2, outsiderStartsOfConnection: 100 });
  const send = () => server.postJson('/step-ups/requested', { connection: 'acme', request: 'no_00u1_once' });
  expect((await send()).status).toBe(201);
  for (let each = 0; each < 5; each++) expect((await send()).body.code).toBe('step_up_finished');
  expect((await open('no')).status).toBe(201);
});

test('without a first factor no one can enrol, hand off, ask for help, get a code or learn who is enrolled', async () => {
  const { body: known } = await open('yes');
  expect(known).toMatchObject({ view: { purpose: 'enrol', handOffAllowed: true } });
  const { body } = await open('no');
  expect(body).toMatchObject({
    missingEnrolment: null,
    lockedForSec: null,
    view: { purpose: 'verify', handOffAllowed: false },
  });
  await enrolByApi(server);
  const { id: _, expiresAt: __, ...enrolled } = (await open('no')).body.view as Record<string, unknown>;
  for (const subject of ['00u2', 'nobody']) {
    const { id: ___, expiresAt: ____, ...other } = (await open('no', subject)).body.view as Record<string, unknown>;
    expect(other).toEqual(enrolled);
  }
  const page = openPage(server, String(body.session));
  expect((await page.post('/face/hand-off')).status).toBeGreaterThanOrEqual(400);
  expect(server.messages).toEqual([]);
  expect(profile.attributes.get('00u2')).toBeNull();
});

test('failures without a first factor pause these checks, and never the user who passed one', async () => {
  await enrolByApi(server);
  // Three tries each.
  for (let each = 0; each < 2; each++) expect(await show('eve', 'no')).toMatchObject({ outcome: 'try_again' });
  for (let each = 0; each < 3; each++) await show('eve', 'no');
  expect(await show('ada', 'no')).toMatchObject({ code: 'locked_out' });
  expect(await show('ada', 'yes')).toMatchObject({ outcome: 'passed' });
  expect(server.messages).toEqual([]);
});

test('the user is notified of a failure only if the caller passed a first factor', async () => {
  const summaryOf = async (factor: 'yes' | 'no') => {
    const { view } = (await open(factor)).body as { view: { id: string } };
    return summarizeStepUp(view.id, server.deps);
  };
  expect(await summaryOf('yes')).toMatchObject({ notifies: true });
  expect(await summaryOf('no')).toMatchObject({ notifies: false });
});

test('an unknown, an unenrolled and another person get the same answers', async () => {
  await enrolByApi(server);
  const answers = await Promise.all(
    (['00u1', '00u2', 'nobody'] as const).map(async (subject) => {
      const { outcome, hint, code = null } = await show('eve', 'no', subject);
      return { outcome, hint, code };
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
});
