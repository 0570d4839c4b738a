import { beforeEach, describe, expect, test } from '@jest/globals';
import { draw, enrolByApi, startCapture } from '../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { standardSettings } from '../../support/data/settings.js';
import { findEveryGroup } from '../../support/fakes/simulated-profile.js';
import { type ApiServer, toForm } from '../../support/servers/api-server.js';
import type { Policy } from '../core/connection.js';
import type { SignInRule } from '../core/rules/rule.js';
import { addSec, toEpochSec } from '../core/units.js';
import { createSignInRules } from './evaluate-sign-in.js';
import { summarizeStepUp } from './stored.js';

/* Requests that a provider signed for a caller who passed no first factor: anyone can get them. */

type Bench = Awaited<ReturnType<typeof startCapture>>;

let server: ApiServer;
let profile: Bench['profile'];
let connections: Bench['connections'];
let acme: Bench['acme'];
let auth: Bench['auth'];

/** Starts a server whose provider signs `<first factor: yes or no>_<subject>_<nonce>`. */
async function start(limits: Partial<typeof standardSettings.limits> = {}, more: Partial<Policy> = {}) {
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
    ...more,
  } as const;
  const settings = { ...standardSettings, limits: { ...standardSettings.limits, ...limits } };
  ({ server, profile, connections, acme, auth } = await startCapture(policy, { openStepUpRequest, settings }));
}
beforeEach(() => start());

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

describe('a rule that refuses by facts which the caller leaves out', () => {
  const showAt = async (url: unknown, person: string) => {
    const { body } = await openLink(server, String(url));
    const page = openPage(server, String(body.session));
    await page.consent();
    return (await page.check(draw(person))).body.receipt;
  };
  /** Starts a check in each way, and returns the ways that gave a receipt. */
  async function findReceipts(subject: string, person: string): Promise<string[]> {
    const asked = { connection: 'acme', subject, audience: 'portal' };
    const ask = async (path: string, body: object) => (await server.postJson(path, body, auth)).body;
    const request = `no_${subject}_n-${++nonces}`;
    const { id, challenge } = await ask('/step-ups', asked);
    const form = toForm({ challenge: String(challenge), photo: [draw(person)('still')] });
    const receipts = {
      'a step-up': await showAt((await ask('/step-ups', asked)).url, person),
      'a step-up with a nonce': await showAt((await ask('/step-ups', { ...asked, nonce: 'n-1' })).url, person),
      'after a first factor': await showAt(toLink('yes', subject), person),
      'without a first factor': await showAt(toLink('no', subject), person),
      'by a program': await showAt((await ask('/step-ups/requested', { connection: 'acme', request })).url, person),
      photos: (await server.postForm(`/step-ups/${id}/photos`, form, auth)).body.receipt,
    };
    return Object.entries(receipts).flatMap(([way, receipt]) => (typeof receipt === 'string' ? [way] : []));
  }

  test.each<Partial<SignInRule>>([
    { when: { groups: ['pilot'] } },
    { when: { newNetwork: true } },
    { when: { newBrowser: true } },
    { when: { lastCheckHours: 1 } },
    { when: { groups: ['pilot'] }, outcome: 'face', liveness: 'light' },
  ])('issues no receipt to the person, and one to others: %j', async (given) => {
    const rule = { name: 'pilot', when: {}, mode: 'enforce', whenUnknown: 'deny', outcome: 'deny', ...given } as const;
    await start({}, { rules: [rule], liveness: 'off', sameAddress: false });
    const ruled = { ...acme, findGroupIds: findEveryGroup };
    connections.set('acme', { ...acme, signInRules: createSignInRules(ruled, server.deps) });
    profile.groups.set('00u1', [{ id: 'g-1', name: 'Pilot' }]);
    await enrolByApi(server, '00u1', 'ada');
    expect(await findReceipts('00u1', 'ada')).toEqual([]);
    await enrolByApi(server, '00u2', 'eve');
    if (given.when?.groups !== undefined)
      expect(await findReceipts('00u2', 'eve')).toEqual(expect.arrayContaining(['a step-up', 'photos']));
  });
});
