import { expect, test } from '@jest/globals';
import { createTestCore, plainRequest } from '../../support/benches/core.js';
import { enrolDrawn } from '../../support/benches/drawn-face.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import { Credential } from '../core/secrets.js';
import { joinTicket } from '../core/tickets.js';
import { openSession } from './session.js';
import { startStepUp, submitPhotos, takeStepUp } from './step-up.js';

const about = { subject: 'anna' } as const;

test('one of twenty concurrent attempts to open a link succeeds', async () => {
  const { connection, deps } = await createTestCore();
  const started = await startStepUp({ connection, ...about }, plainRequest, deps);
  const open = () =>
    openSession({ ticket: joinTicket(started.id, started.challenge), browser: null, returnUrl: null }, deps);
  const results = await Promise.allSettled(Array.from({ length: 20 }, open));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('the stored state of a step-up contains none of its secrets', async () => {
  const { connection, deps, state } = await createTestCore();
  const browser = new Credential('the secret in its cookie');
  const started = await startStepUp({ connection, ...about, browser }, plainRequest, deps);
  const { session } = await openSession(
    { ticket: joinTicket(started.id, started.challenge), browser, returnUrl: null },
    deps,
  );
  const stored = JSON.stringify(await state.read(`step-up:${started.id}`));
  for (const secret of [started.challenge, session, browser])
    secret.use((text) => expect(stored).not.toContain(text.split('.').at(-1)));
});

test('a passed step-up can be consumed once, and a step-up that has not passed cannot be consumed', async () => {
  const { connection, deps } = await createTestCore();
  await enrolDrawn({ connection, subject: 'anna' }, deps);
  const { id, challenge } = await startStepUp({ connection, ...about }, plainRequest, deps);
  await expect(takeStepUp(id, deps)).rejects.toMatchObject({ code: 'face_not_verified' });
  await submitPhotos({ id, challenge, photos: [drawPhoto('anna', 9)], secret: null }, deps);
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => takeStepUp(id, deps)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await expect(takeStepUp(id, deps)).rejects.toMatchObject({ code: 'step_up_finished' });
  await expect(takeStepUp('nobody’s', deps)).rejects.toMatchObject({ code: 'step_up_unknown' });
});

test('an unused step-up is deleted after its expiry', async () => {
  const { connection, deps, clock, state } = await createTestCore();
  const { id } = await startStepUp(
    { connection, ...about, assurance: { kind: 'anonymous', source: '192.0.2.7' } },
    plainRequest,
    deps,
  );
  expect(await state.read(`step-up:${id}`)).not.toBeNull();
  clock.advanceSec(600 + 3601);
  expect(await state.read(`step-up:${id}`)).toBeNull();
});
