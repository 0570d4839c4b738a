import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type ApiServer, startApiServer, toForm } from '../../test/api-server.js';
import { openLink, openPage } from '../../test/capture-page.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier, drawPicture } from '../../test/embedded.js';
import { createMemoryProfile } from '../../test/simulated-profile.js';
import type { Policy } from '../core/connection.js';

/* The light of a challenge over the wire, with a simulated engine: who is asked for it, what is told when, and what comes of it. */

let server: ApiServer;
afterEach(() => server.stop());

/** A page that has opened a check of Ada, who is enrolled. */
async function openWith(liveness: Policy['liveness']) {
  const connection = {
    ...{ id: 'acme', kind: 'okta', profile: createMemoryProfile(['00u1']), openStepUpRequest: null },
    policy: { ...defaultPolicy, liveness },
  };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['acme', connection]]) });
  const auth = { 'x-auth-token': (await server.issue()).token };
  const consent = { consentStatement: 'v1', consentGivenAt: new Date(server.clock.now()).toISOString() };
  const photo = [1, 2, 3].map((shot) => drawPicture('ada', shot));
  await server.postForm('/enrolments', toForm({ connection: 'acme', subject: '00u1', ...consent, photo }), auth);
  const started = await server.postJson('/step-ups', { connection: 'acme', subject: '00u1', audience: 'app' }, auth);
  const opened = await openLink(server, String(started.body.url));
  const page = openPage(server, String(opened.body.session));
  await page.consent();
  return { page, view: opened.body.view as { light: string } };
}

/** A picture no other test has sent, of somebody who follows. */
const draw =
  (person: string) =>
  (movement: string): Buffer =>
    Buffer.from(`face ${person} ${movement}:${randomUUID()} 0.9`);

describe('whether light takes part', () => {
  test.each([
    ['off', 'none', 5, 5],
    ['passive', 'none', 5, 5],
    ['movement', 'none', 5, 5],
    ['challenge', 'offered', 5, 12],
    ['light', 'demanded', null, 12],
  ] as const)('%s: %s', async (liveness, light, without, withLight) => {
    const { page, view } = await openWith(liveness);
    expect(view.light).toBe(light);
    const unlit = await page.post('/face/challenge', {});
    if (without === null) expect(unlit.body).toMatchObject({ ok: false, code: 'light_needed' });
    else expect(unlit.body.next).toMatchObject({ of: without, light: null });
    const lit = await page.post('/face/challenge', { light: 'down' });
    expect(lit.body.next).toMatchObject({ of: withLight });
    expect((lit.body.next as { light: object | null }).light === null).toBe(withLight === 5);
  });
});

describe('a lit challenge', () => {
  test('tells the second colour of a pair only once the picture under the first is committed to', async () => {
    const { page } = await openWith('light');
    const { lights, movements } = await page.takeFrames(draw('ada'), { light: 'across' });
    expect(lights).toHaveLength(12);
    expect(movements.filter((movement) => movement === 'centre')).toHaveLength(6);
    const begun = await page.post('/face/challenge', { light: 'across' });
    expect(Object.keys(begun.body).toSorted()).toEqual(['expiresAt', 'next', 'nonce', 'ok']);
  });

  test('passes with all its pictures, and the receipt says what was judged', async () => {
    const { page } = await openWith('light');
    const { nonce, photos } = await page.takeFrames(draw('ada'), { light: 'across' });
    const { body } = await page.send({ nonce, photo: photos });
    expect(body).toMatchObject({ outcome: 'passed' });
    expect(decodeJwt(String(body.receipt))).toMatchObject({ amr: ['face'], presence: 'simulated-light' });
    const judged = server.audit.events.find(({ action }) => action === 'liveness_judged');
    expect(judged!.detail).toMatchObject({ judge: 'simulated-light', pass: true });
    expect((judged!.detail as { asked: string[] }).asked).toHaveLength(12);
  });

  test('gives nobody more than three seconds for a picture of a light they need not move for', async () => {
    const { page } = await openWith('light');
    const { nonce, photos } = await page.takeFrames(draw('ada'), { light: 'across', afterMs: 3100 });
    expect((await page.send({ nonce, photo: photos })).body.outcome).toBe('try_again');
    const judged = server.audit.events.find(({ action }) => action === 'liveness_judged');
    expect((judged!.detail as { reasons: string[] }).reasons).toEqual(['slowest_light']);
  });

  test('is told by one picture of each pose whose face it is: the others are of nobody’s enrolment', async () => {
    const { page } = await openWith('light');
    // The pictures that show the poses are somebody else's.
    const { nonce, photos } = await page.takeFrames(
      (movement, index) => draw(index >= 2 && index % 2 === 0 ? 'eve' : 'ada')(movement),
      { light: 'across' },
    );
    expect((await page.send({ nonce, photo: photos })).body.outcome).toBe('try_again');
  });
});
