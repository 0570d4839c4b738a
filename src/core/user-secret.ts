import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FaceError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { UserSecret } from './concealed.js';
import type { CoreDeps } from './deps.js';
import { countPasskeyUse, decoyPasskey, type PasskeyOwner, readPasskey } from './passkey-record.js';
import { isWeakPin } from './pin.js';
import type { AssertionAnswer, PasskeyAnswer, PasskeyCredential, Passkeys, PresentedSecret } from './ports.js';
import { addSec } from './units.js';

/** What the secrets of the capture page need. */
export type UserSecretDeps = Pick<CoreDeps, 'state' | 'clock' | 'random' | 'log'> & { readonly passkeys: Passkeys };

/** `create` makes a credential, for an enrolment; `get` uses one. The names are WebAuthn's. */
export type Ceremony = 'create' | 'get';

/** How long a ceremony and the frames after it may take. */
const challengeLifeSec = 600;

/**
 * A PIN as it came with the frames.
 * @param pin - 6 to 12 digits, already checked
 * @throws FaceError `secret_weak`: one of the first that anybody would try, chosen for a new enrolment
 */
export function toPinSecret(pin: UserSecret, purpose: 'verify' | 'enrol'): PresentedSecret {
  if (purpose === 'enrol' && pin.use(isWeakPin)) throw new FaceError('secret_weak');
  return { value: pin, method: 'pin' };
}

/**
 * Begins a WebAuthn ceremony of a step-up; a former one is over. Somebody without a credential gets options that look like
 * anybody's.
 * @returns the options, as the specification serialises them
 */
export async function startCeremony(
  request: PasskeyOwner & {
    readonly stepUpId: string;
    readonly ceremony: Ceremony;
    readonly organisation: string | null;
  },
  deps: UserSecretDeps,
): Promise<JsonObject> {
  const { stepUpId, ceremony, organisation, connection, subject } = request;
  const owner = { connection, subject };
  const challenge = Buffer.from(deps.random(32)).toString('base64url');
  await deps.state.write(
    challengeKey(stepUpId),
    { challenge, ceremony, isUsed: false },
    { when: 'any', expiresAt: addSec(deps.clock.now(), challengeLifeSec), mayBeLost: true },
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
 * The secret of a new credential, and what to keep of it once the enrolment is written.
 * @throws FaceError `secret_missing`: not the answer to this step-up's ceremony, or without a PRF output
 */
export async function takeNewPasskey(
  { stepUpId, answer }: { readonly stepUpId: string; readonly answer: PasskeyAnswer },
  deps: UserSecretDeps,
): Promise<{ secret: PresentedSecret; credential: PasskeyCredential }> {
  const expectedChallenge = await takeChallenge(stepUpId, 'create', deps);
  const proven = expectedChallenge === null ? null : await deps.passkeys.verifyCreation(answer, { expectedChallenge });
  if (proven === null) throw new FaceError('secret_missing', { passkey: 'not proven' });
  const { secret: value, method, credential } = proven;
  return { secret: { value, method }, credential };
}

/**
 * The secret of the subject's credential. An answer that does not prove itself becomes a secret that opens nothing, and
 * the face is held against the token all the same: from outside, in time too, that is a wrong face, and it counts as one.
 */
export async function takePasskey(
  request: PasskeyOwner & { readonly stepUpId: string; readonly answer: AssertionAnswer },
  deps: UserSecretDeps,
): Promise<PresentedSecret> {
  const { stepUpId, answer, connection, subject } = request;
  const owner = { connection, subject };
  const unproven: PresentedSecret = {
    value: new UserSecret(Buffer.from(deps.random(32)).toString('base64url')),
    method: 'swk',
  };
  const expectedChallenge = await takeChallenge(stepUpId, 'get', deps);
  const { kept, credential } = await credentialOf(owner, deps);
  const proven = await deps.passkeys.verifyAssertion(answer, {
    // Nothing that can be answered: the work is done for a challenge that is spent, too.
    expectedChallenge: expectedChallenge ?? Buffer.from(deps.random(32)).toString('base64url'),
    credential,
  });
  const isCounted =
    proven !== null && kept !== null && (await countPasskeyUse(owner, kept, proven.credential.counter, deps));
  if (proven === null || !isCounted) {
    deps.log.info('passkey not proven', { connection, stepUpId });
    return unproven;
  }
  return { value: proven.secret, method: proven.method };
}

/**
 * The input of the PRF: the same for a subject at every check, and another for every subject and connection. It is no
 * secret. The authenticator computes the output with a key that never leaves it, and for this origin alone; who has the
 * input and not the authenticator has nothing.
 * @returns 32 bytes
 */
export const prfSaltOf = (owner: PasskeyOwner): Uint8Array => ownDigest('facestep/passkey/prf', owner);

/** SHA-256 over a label and whose it is, each after its length, so that no character can move between two of them. */
function ownDigest(label: string, { connection, subject }: PasskeyOwner): Uint8Array {
  const hash = createHash('sha256');
  for (const text of [label, connection, subject]) {
    const bytes = Buffer.from(text, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest();
}

/** The decoy is made for everybody: the time does not tell who has a credential. */
async function credentialOf(owner: PasskeyOwner, deps: UserSecretDeps) {
  const decoy = await decoyPasskey(owner, deps);
  const kept = await readPasskey(owner, deps);
  return { kept, credential: kept?.credential ?? decoy };
}

const challengeKey = (stepUpId: string): string => `passkey-challenge:${stepUpId}`;

const challengeGuard = z.object({ challenge: z.string(), ceremony: z.enum(['create', 'get']), isUsed: z.boolean() });

/** The challenge of a step-up's ceremony, once; `null` where there is none, or it was for the other ceremony. */
async function takeChallenge(
  stepUpId: string,
  ceremony: Ceremony,
  { state, clock }: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<string | null> {
  const key = challengeKey(stepUpId);
  const found = await state.read(key);
  if (found === null) return null;
  const record = challengeGuard.parse(found.value);
  const expiresAt = addSec(clock.now(), challengeLifeSec);
  const used = { ...record, isUsed: true };
  if (record.isUsed || !(await state.write(key, used, { when: { revision: found.revision }, expiresAt }))) return null;
  return record.ceremony === ceremony ? record.challenge : null;
}
