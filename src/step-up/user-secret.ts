import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../core/base/json.js';
import { changeStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { AssertionAnswer, PasskeyAnswer, PasskeyCredential, PresentedSecret } from '../core/ports.js';
import { UserSecret } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { checkNewPin } from '../enrolment/new-pin.js';
import { countPasskeyUse, decoyPasskey, readPasskey } from '../enrolment/passkey-record.js';
import { FaceError } from '../errors.js';
import { checkStarted, subjectOf } from './record.js';
import type { FoundSession } from './session.js';
import { requiredSecret } from './session-view.js';
import type { StepUp } from './stored.js';

export type Ceremony = 'create' | 'get';

/** Seconds in which the ceremony must end and the frames must arrive. */
const challengeLifeSec = 600;

/**
 * Starts a WebAuthn ceremony, which replaces the previous one. Users without a passkey get indistinguishable options.
 */
export async function startCeremony(
  request: SubjectRef & {
    readonly stepUpId: string;
    readonly ceremony: Ceremony;
    readonly organisation: string | null;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'passkeys'>,
): Promise<JsonObject> {
  const { stepUpId, ceremony, organisation, connection, subject } = request;
  const owner = { connection, subject };
  const challenge = Buffer.from(deps.random(32)).toString('base64url');
  await deps.state.write(
    challengeKey(stepUpId),
    { challenge, isUsed: false },
    { when: 'any', expiresAt: addSec(deps.clock.now(), challengeLifeSec), relaxedDurability: true },
  );
  const salt = prfSaltOf(owner);
  if (ceremony === 'get') {
    const { credential } = await credentialOf(owner, deps);
    return deps.passkeys.requestOptions({ challenge, salt, credential });
  }
  const user = { id: ownDigest('facestep/passkey/user', owner), name: subject };
  return deps.passkeys.creationOptions({ challenge, salt, user, organisation });
}

/**
 * Verifies a new passkey and returns its secret and the credential to store.
 * @throws `secret_missing` for a response to another ceremony or without PRF output
 */
export async function takeNewPasskey(
  { stepUpId, answer }: { readonly stepUpId: string; readonly answer: PasskeyAnswer },
  deps: Ports<'state' | 'clock' | 'passkeys'>,
): Promise<{ secret: PresentedSecret; passkey: PasskeyCredential }> {
  const expectedChallenge = await takeChallenge(stepUpId, deps);
  const proven = expectedChallenge === null ? null : await deps.passkeys.verifyCreation(answer, { expectedChallenge });
  if (proven === null) throw new FaceError('secret_missing', { passkey: 'not proven' });
  const { secret: value, method, credential } = proven;
  return { secret: { value, method }, passkey: credential };
}

/**
 * Returns the secret of the subject's passkey. An invalid response gives a secret that opens no token, so that time and
 * result are like those of a wrong face.
 */
export async function takePasskey(
  request: SubjectRef & { readonly stepUpId: string; readonly answer: AssertionAnswer | null },
  deps: Ports<'state' | 'clock' | 'random' | 'log' | 'passkeys'>,
): Promise<PresentedSecret> {
  const { stepUpId, answer, connection, subject } = request;
  const owner = { connection, subject };
  const unproven: PresentedSecret = {
    value: new UserSecret(Buffer.from(deps.random(32)).toString('base64url')),
    method: 'swk',
  };
  const expectedChallenge = await takeChallenge(stepUpId, deps);
  const { kept, credential } = await credentialOf(owner, deps);
  const proven =
    answer === null
      ? null
      : await deps.passkeys.verifyAssertion(answer, {
          // Without a challenge no response is valid, but the same work is done.
          expectedChallenge: expectedChallenge ?? Buffer.from(deps.random(32)).toString('base64url'),
          credential,
        });
  const isCounted =
    proven !== null && kept !== null && (await countPasskeyUse(owner, kept, proven.credential.counter, deps));
  if (proven === null || !isCounted) {
    deps.log.info('passkey verification failed', { connection, stepUpId });
    return unproven;
  }
  return { value: proven.secret, method: proven.method };
}

/**
 * Returns the PRF input. It is constant and not secret, because only the authenticator's key and the origin determine
 * the output.
 * @returns 32 bytes
 */
export const prfSaltOf = (owner: SubjectRef): Uint8Array => ownDigest('facestep/passkey/prf', owner);

/** Hashes texts with their lengths, so that no character can move from one text to the next. */
function ownDigest(label: string, { connection, subject }: SubjectRef): Uint8Array {
  const hash = createHash('sha256');
  for (const text of [label, connection, subject]) {
    const bytes = Buffer.from(text, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest();
}

/** A decoy is computed for everyone, so that timing does not reveal who has a passkey. */
async function credentialOf(owner: SubjectRef, deps: Ports<'state' | 'random'>) {
  const decoy = await decoyPasskey(owner, deps);
  const kept = await readPasskey(owner, deps);
  return { kept, credential: kept ?? decoy };
}

const challengeKey = (stepUpId: string): string => `passkey-challenge:${stepUpId}`;

const challengeGuard = z.object({ challenge: z.string(), isUsed: z.boolean() });

/**
 * Consumes a challenge and returns it, or `null`. The browser signs the ceremony's type, so the type need not be
 * stored.
 */
async function takeChallenge(stepUpId: string, { state, clock }: Ports<'state' | 'clock'>): Promise<string | null> {
  const expiresAt = (): EpochMs => addSec(clock.now(), challengeLifeSec);
  const { former, changed } = await changeStored(
    { key: challengeKey(stepUpId), guard: challengeGuard, expiresAt },
    (found) => (found === null || found.isUsed ? found : { ...found, isUsed: true }),
    { state },
  );
  return former === changed ? null : (changed?.challenge ?? null);
}

/** Secrets that the page submitted, unverified. `null` if not submitted. */
export interface SentSecret {
  readonly pin: UserSecret | null;
  readonly passkey: PasskeyAnswer | null;
}

export function checkSecret(stepUp: Pick<StepUp, 'record' | 'connection'>, sent: SentSecret): void {
  const demanded = requiredSecret(stepUp);
  const isNew = stepUp.record.purpose === 'enrol';
  const { pin, passkey } = sent;
  if (demanded === 'pin') {
    if (pin === null) throw new FaceError('secret_missing');
    if (isNew) checkNewPin(pin);
  } else if (demanded === 'passkey') {
    if (passkey === null || passkey[isNew ? 'creation' : 'assertion'] === null) throw new FaceError('secret_missing');
  }
}

export async function presentSecret(
  stepUp: StepUp,
  { pin, passkey }: SentSecret,
  deps: Ports<'state' | 'clock' | 'random' | 'log' | 'passkeys'>,
): Promise<{ secret: PresentedSecret | null; passkey: PasskeyCredential | null }> {
  const { id: stepUpId, record } = stepUp;
  const demanded = requiredSecret(stepUp);
  if (demanded === 'none') return { secret: null, passkey: null };
  if (demanded === 'pin') {
    if (pin === null) throw new FaceError('secret_missing');
    return { secret: { value: pin, method: 'pin' }, passkey: null };
  }
  if (passkey === null) throw new FaceError('secret_missing');
  if (record.purpose === 'enrol') return takeNewPasskey({ stepUpId, answer: passkey }, deps);
  const answer = passkey.assertion;
  return { secret: await takePasskey({ stepUpId, answer, ...subjectOf(record) }, deps), passkey: null };
}

/**
 * Starts the WebAuthn ceremony of a session.
 * @throws `step_up_finished`, `consent_missing`; `not_found` if no passkey is required
 */
export async function askForPasskey(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'random' | 'passkeys'>,
): Promise<{ readonly ceremony: Ceremony; readonly options: JsonObject }> {
  const { id: stepUpId, record, connection } = session;
  checkStarted(record, deps.clock.now());
  const { purpose, consent } = record;
  if (purpose === 'manage' || requiredSecret(session) !== 'passkey') throw new FaceError('not_found');
  if (consent === null) throw new FaceError('consent_missing');
  const ceremony = purpose === 'enrol' ? 'create' : 'get';
  const organisation = connection?.policy.organisation ?? null;
  const options = await startCeremony({ stepUpId, ceremony, organisation, ...subjectOf(record) }, deps);
  return { ceremony, options };
}
