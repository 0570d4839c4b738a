import type { Connection } from '../../../src/core/connection.js';
import type { CoreDeps, Ports } from '../../../src/core/deps.js';
import { digestOf } from '../../../src/core/digest.js';
import { decideHook } from '../../../src/step-up/decide.js';
import { commitFrame, startChallenge, submitFrames } from '../../../src/step-up/frames.js';
import { findSession, giveConsent, openSession } from '../../../src/step-up/session.js';
import { consentVersion } from '../../../src/step-up/session-view.js';
import { startStepUp } from '../../../src/step-up/step-up.js';
import { joinTicket } from '../../../src/step-up/ticket.js';
import { testEvent, testSignIn } from '../../../test/core.js';
import { drawPhoto } from '../../../test/simulated-engine.js';

export interface ActDeps {
  readonly deps: CoreDeps & Ports<'keys' | 'passkeys' | 'judge' | 'sight' | 'connections'>;
  readonly connection: Connection;
  readonly clock: { advanceSec(seconds: number): void };
}

/** Makes each picture unique, because the server refuses repeated ones. */
let shots = 0;

/** Runs a step-up like the capture page, with one picture a second. */
export async function stepUp(
  subject: string,
  purpose: 'enrol' | 'verify',
  { deps, connection, clock }: ActDeps,
): Promise<void> {
  const hookSignIn = purpose === 'verify' ? testSignIn : null;
  const started = await startStepUp({ connection, subject, purpose, kept: null, receipt: null, hookSignIn }, deps);
  const ticket = joinTicket(started.id, started.challenge);
  const { session, view } = await openSession({ ticket, browser: null, returnUrl: null }, deps);
  if (view.consentNeeded) {
    const found = await findSession(session, 'consent', deps);
    await giveConsent({ session: found, version: consentVersion, language: 'en' }, deps);
  }
  const found = await findSession(session, 'start_challenge', deps);
  const { nonce, next } = await startChallenge({ session: found, shows: null, userAgent: null, shown: null }, deps);
  const photos = [];
  for (let asked = next; asked !== null; ) {
    clock.advanceSec(1);
    const photo = drawPhoto(subject, shots++);
    photos.push(photo);
    const digest = photo.use((bytes) => digestOf(bytes).toString('base64url'));
    asked = await commitFrame({ session: await findSession(session, 'commit_frame', deps), nonce, digest }, deps);
  }
  const submitted = { nonce, photos, reference: null, secret: { pin: null, passkey: null }, device: null };
  const challenged = await findSession(session, 'submit_frames', deps);
  const { outcome } = await submitFrames({ ...submitted, session: challenged }, deps);
  if (outcome !== 'passed') throw new Error(`${purpose} of ${subject}: ${outcome}`);
}

export async function decideSignIn(subject: string, eventId: string, { deps, connection }: ActDeps): Promise<void> {
  const event = { ...testEvent, connection, subject, hook: 'token', eventId, eventTime: deps.clock.now() };
  const { outcome } = await decideHook({ ...event, budgetMs: 60_000 }, deps);
  if (outcome !== 'verified') throw new Error(`hook for ${subject}: ${outcome}`);
}
