import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject } from '../core/base/json.js';
import { changeStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { SessionRole } from '../core/page-protocol.js';
import type {
  AssertionAnswer,
  PasskeyAnswer,
  PasskeyCredential,
  PresentedSecret,
  ProvenPasskey,
} from '../core/ports.js';
import { UserSecret } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { checkNewPin } from '../enrolment/new-pin.js';
import { countPasskeyUse, decoyPasskey, readPasskey } from '../enrolment/passkey-record.js';
import { FaceError } from '../errors.js';
import { checkStarted, subjectOf } from './record.js';
import type { FoundSession } from './session.js';
import { mayChangePasskey, passkeyUseOf, requiredSecret } from './session-view.js';
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
    /** True if the token's secret is derived from the passkey. */
    readonly derivesSecret: boolean;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'passkeys'>,
): Promise<JsonObject> {
  const { stepUpId, ceremony, organisation, derivesSecret, connection, subject } = request;
  const owner = { connection, subject };
  const challenge = Buffer.from(deps.random(32)).toString('base64url');
  await deps.state.write(
    challengeKey(stepUpId),
    { challenge, isUsed: false },
    { when: 'any', expiresAt: addSec(deps.clock.now(), challengeLifeSec), relaxedDurability: true },
  );
  const salt = derivesSecret ? prfSaltOf(owner) : null;
  if (ceremony === 'get') {
    const { credential } = await credentialOf(owner, deps);
    return deps.passkeys.requestOptions({ challenge, salt, credential });
  }
  const user = { id: ownDigest('facestep/passkey/user', owner), name: subject };
  return deps.passkeys.creationOptions({ challenge, salt, user, organisation });
}

/**
 * Verifies a new passkey and returns its secret and the credential to store.
 * @throws `secret_missing` for a response to another ceremony, or without the PRF output that a secret needs
 */
export async function takeNewPasskey(
  {
    stepUpId,
    answer,
    derivesSecret,
  }: { readonly stepUpId: string; readonly answer: PasskeyAnswer; readonly derivesSecret: boolean },
  deps: Ports<'state' | 'clock' | 'passkeys'>,
): Promise<{ secret: PresentedSecret; passkey: PasskeyCredential }> {
  const expectedChallenge = await consumeChallenge(stepUpId, deps);
  const proven = expectedChallenge === null ? null : await deps.passkeys.verifyCreation(answer, { expectedChallenge });
  const { secret: value = null, method, credential } = proven ?? {};
  if (credential === undefined || method === undefined || (derivesSecret && value === null))
    throw new FaceError('secret_missing', { passkey: 'not proven' });
  return { secret: { value: derivesSecret ? value : null, method }, passkey: credential };
}

type PasskeyUse = SubjectRef & { readonly stepUpId: string; readonly answer: AssertionAnswer | null };
type PasskeyPorts = Ports<'state' | 'clock' | 'random' | 'log' | 'passkeys'>;

/**
 * Returns the secret of the subject's passkey. An invalid response gives a secret that opens no token, so that time and
 * result are like those of a wrong face.
 */
export async function takePasskey(
  use: PasskeyUse,
  deps: PasskeyPorts,
): Promise<PresentedSecret & { readonly value: UserSecret }> {
  const { secret, method } = (await provePasskey(use, deps)) ?? { secret: null, method: 'swk' };
  return { value: secret ?? new UserSecret(Buffer.from(deps.random(32)).toString('base64url')), method };
}

/** Verifies a use of the subject's passkey. @returns `null` for an invalid response */
export async function provePasskey(
  { stepUpId, answer, connection, subject }: PasskeyUse,
  deps: PasskeyPorts,
): Promise<ProvenPasskey | null> {
  const owner = { connection, subject };
  const expectedChallenge = await consumeChallenge(stepUpId, deps);
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
  if (isCounted) return proven;
  deps.log.info('passkey verification failed', { connection, stepUpId });
  return null;
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
async function consumeChallenge(stepUpId: string, { state, clock }: Ports<'state' | 'clock'>): Promise<string | null> {
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
  role: SessionRole,
  { pin, passkey }: SentSecret,
  deps: PasskeyPorts,
): Promise<{ secret: PresentedSecret | null; passkey: PasskeyCredential | null }> {
  const { id: stepUpId, record } = stepUp;
  const demanded = requiredSecret(stepUp);
  if (demanded === 'pin') {
    if (pin === null) throw new FaceError('secret_missing');
    return { secret: { value: pin, method: 'pin' }, passkey: null };
  }
  const derivesSecret = demanded === 'passkey';
  if (passkey === null || (!derivesSecret && passkeyUseOf(stepUp, role) === 'none')) {
    if (derivesSecret) throw new FaceError('secret_missing');
    return { secret: null, passkey: null };
  }
  if (record.purpose === 'enrol') return takeNewPasskey({ stepUpId, answer: passkey, derivesSecret }, deps);
  const use = { stepUpId, answer: passkey.assertion, ...subjectOf(record) };
  if (derivesSecret) return { secret: await takePasskey(use, deps), passkey: null };
  const proven = await provePasskey(use, deps);
  // A wrong passkey counts as none. The rule then refuses the check.
  return { secret: proven && { value: null, method: proven.method }, passkey: null };
}

/**
 * Starts the WebAuthn ceremony of a session.
 * @throws `step_up_finished`, `consent_missing`; `not_found` if no passkey is used here
 */
export async function askForPasskey(
  session: FoundSession,
  deps: Ports<'state' | 'clock' | 'random' | 'passkeys'>,
): Promise<{ readonly ceremony: Ceremony; readonly options: JsonObject }> {
  const { id: stepUpId, record, connection } = session;
  checkStarted(record, deps.clock.now());
  const derivesSecret = requiredSecret(session) === 'passkey';
  const use = passkeyUseOf(session, session.role);
  const isUsed = record.purpose === 'manage' ? mayChangePasskey(session) : derivesSecret || use !== 'none';
  if (!isUsed) throw new FaceError('not_found');
  // A passkey instead of the face needs no consent to a face check.
  if (record.purpose !== 'manage' && use !== 'instead' && record.consent === null)
    throw new FaceError('consent_missing');
  const ceremony = record.purpose === 'verify' ? 'get' : 'create';
  const organisation = connection?.policy.organisation ?? null;
  const options = await startCeremony({ stepUpId, ceremony, organisation, derivesSecret, ...subjectOf(record) }, deps);
  return { ceremony, options };
}
