import type { Connection } from '../../../src/core/connection.js';
import { decideHook } from '../../../src/core/decide.js';
import { digestOf } from '../../../src/core/digest.js';
import type { CaptureDeps } from '../../../src/core/step-up/frames.js';
import { commitFrame, startChallenge, submitFrames } from '../../../src/core/step-up/frames.js';
import { findSession, giveConsent, openSession } from '../../../src/core/step-up/session.js';
import { consentVersion } from '../../../src/core/step-up/session-view.js';
import { startStepUp } from '../../../src/core/step-up/step-up.js';
import { joinTicket } from '../../../src/core/step-up/ticket.js';
import { drawPhoto } from '../../../test/simulated-engine.js';

/** What people and their provider do with a server, at the core. */
export interface ActDeps {
  readonly deps: CaptureDeps;
  readonly connection: Connection;
  readonly clock: { advanceSec(seconds: number): void };
}

/** A picture nobody has sent before. */
let shots = 0;

const signIn = { application: 'portal', address: '192.0.2.7' };

/**
 * One step-up from its link to its end, as the capture page asks for it: five pictures, one a second, each committed to before
 * the next movement is told.
 */
export async function stepUp(
  subject: string,
  purpose: 'enrol' | 'verify',
  { deps, connection, clock }: ActDeps,
): Promise<void> {
  const started = await startStepUp(
    { connection, subject, purpose, kept: null, receipt: null, hookSignIn: purpose === 'verify' ? signIn : null },
    deps,
  );
  const ticket = joinTicket(started.id, started.challenge);
  const opened = await openSession({ ticket, browser: null, returnUrl: null }, deps);
  const session = opened.session;
  if (opened.view.consentNeeded) {
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
  const secret = { pin: null, passkey: null };
  const submitted = { nonce, photos, reference: null, secret, device: null };
  const { outcome } = await submitFrames(
    { ...submitted, session: await findSession(session, 'submit_frames', deps) },
    deps,
  );
  if (outcome !== 'passed') throw new Error(`${purpose} of ${subject}: ${outcome}`);
}

/** The provider's hook for the sign-in that follows. */
export async function decideSignIn(subject: string, eventId: string, { deps, connection }: ActDeps): Promise<void> {
  const event = { connection, subject, hook: 'token', eventId, eventTime: deps.clock.now(), ...signIn };
  const { outcome } = await decideHook(
    { ...event, isAfterFirstFactor: true, repeatableForSec: 900, budgetMs: 60_000 },
    deps,
  );
  if (outcome !== 'verified') throw new Error(`hook for ${subject}: ${outcome}`);
}
