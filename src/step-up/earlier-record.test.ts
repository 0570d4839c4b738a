import { expect, test } from '@jest/globals';
import { createTestCore } from '../../support/benches/core.js';
import { Credential } from '../core/secrets.js';
import { joinTicket, toStoredDigest } from '../core/tickets.js';
import { openSession } from './session.js';
import { readStepUp } from './step-up.js';

test('a link that the release candidate sent still opens; a check and a page of a sign-in are over', async () => {
  const { connection, deps, clock, state } = await createTestCore();
  const challenge = new Credential('link');
  // As 371bb564 wrote it, without the members that this version does not read.
  const stored = {
    connection: connection.id,
    subject: 'anna',
    purpose: 'enrol',
    proved: true,
    source: '',
    kept: null,
    feedsHooks: false,
    state: 'started',
    startedAt: clock.now(),
    expiresAt: clock.now() + 86_400_000,
    captured: null,
    challengeDigest: toStoredDigest(challenge),
    browserDigest: null,
    sessionDigest: null,
    handOff: null,
    movement: null,
    consent: null,
    triesLeft: 3,
    challengesLeft: 12,
    pass: null,
    taken: false,
    returnUrl: 'https://app.example.com/',
  };
  await state.write('step-up:link', stored, { when: 'absent', expiresAt: null });
  const ofSignIn = { ...stored, purpose: 'manage', browserDigest: toStoredDigest(challenge) };
  await state.write('step-up:page', ofSignIn, { when: 'absent', expiresAt: null });
  await state.write('step-up:check', { ...stored, purpose: 'verify' }, { when: 'absent', expiresAt: null });
  const opening = { ticket: joinTicket('link', challenge), browser: null, returnUrl: null };
  expect((await openSession(opening, deps)).view).toMatchObject({ purpose: 'enrol', state: 'started', role: 'own' });
  for (const id of ['check', 'page']) expect((await readStepUp(id, deps)).state).toBe('abandoned');
});
