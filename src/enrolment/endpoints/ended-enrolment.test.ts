import { beforeEach, expect, test } from '@jest/globals';
import { beginAgreed, draw, enrolByApi, startCapture, who } from '../../../support/benches/capture-bench.js';
import { openLink, openPage, openStarted } from '../../../support/benches/capture-page.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import { takeStepUp } from '../../step-up/step-up.js';

/* Once an enrolment has ended, nothing that was begun before enrols anybody, or lets anybody in. */

let server: ApiServer;
let profile: Awaited<ReturnType<typeof startCapture>>['profile'];
let auth: { 'x-auth-token': string };
beforeEach(async () => {
  ({ server, profile, auth } = await startCapture({ replaceFace: 'link' }));
  await enrolByApi(server);
});

const invite = async (more: object) =>
  String((await server.postJson('/invitations', { ...who, ...more }, auth)).body.url);
const revoke = async () => expect((await server.postJson('/enrolments/revoke', who, auth)).status).toBe(200);
const isEnrolled = () => profile.attributes.get('00u1') !== null;

test.each([
  ['to enrol', { lifeHours: 720 }, 1],
  ['to enrol that was issued 29 days ago', { lifeHours: 720 }, 29],
  ['to the self-service page', { purpose: 'manage' }, 1],
])('a link %s can no longer be opened after the enrolment was revoked', async (_, more, days) => {
  const url = await invite(more);
  server.clock.advanceSec(60);
  await revoke();
  server.clock.advanceSec(days * 86_400);
  expect((await openLink(server, url)).body).toMatchObject({ code: 'step_up_finished' });
});

test.each([
  ['to enrol', {}],
  ['to the self-service page', { purpose: 'manage' }],
])('a link %s that is older than the current enrolment can no longer be opened; a newer link can', async (_, more) => {
  const former = await invite({ lifeHours: 720, ...more });
  server.clock.advanceSec(1800);
  await enrolByApi(server);
  expect((await openLink(server, former)).body).toMatchObject({ code: 'step_up_finished' });
  server.clock.advanceSec(1);
  expect((await openLink(server, await invite(more))).status).toBe(201);
});

test('an open self-service page cannot enrol again after a revocation, unless it shows the enrolled face first', async () => {
  const openOwn = async () => {
    const { body } = await openLink(server, await invite({ purpose: 'manage' }));
    return openPage(server, String(body.session));
  };
  const page = await openOwn();
  server.clock.advanceSec(5);
  await revoke();
  expect((await page.post('/face/enrolment/renew')).body.code).toBe('step_up_finished');
  expect(isEnrolled()).toBe(false);

  server.clock.advanceSec(5);
  const own = await openOwn();
  server.clock.advanceSec(5);
  expect((await own.post('/face/enrolment/revoke')).status).toBe(200);
  expect((await own.post('/face/enrolment/renew')).body.code).toBe('not_found');
});

test('an enrolment that is revoked while its photos are judged does not complete', async () => {
  await revoke();
  server.clock.advanceSec(1);
  const { page } = await beginAgreed(server, {}, '/invitations');
  const { nonce, photos } = await page.takeFrames(draw('eve'));
  const { state } = server.deps;
  const { readMany } = state;
  let asked = 0;
  Object.assign(state, {
    // Between the first look and the last.
    readMany: async (keys: readonly string[]) => {
      const found = await readMany(keys);
      if (keys[0]?.startsWith('enrolment-end:') && ++asked === 2) {
        server.clock.advanceSec(1);
        await revoke();
      }
      return found;
    },
  });
  expect((await page.send({ nonce, photo: photos })).body.code).toBe('step_up_finished');
  expect(isEnrolled()).toBe(false);
});

test('an unused pass is refused after the enrolment was revoked', async () => {
  const { id, page } = await openStarted(server, { assurance: { kind: 'anonymous', source: '203.0.113.9' } });
  await page.consent();
  expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
  server.clock.advanceSec(60);
  await revoke();
  await expect(takeStepUp(id, server.deps)).rejects.toMatchObject({ code: 'step_up_finished' });
});
