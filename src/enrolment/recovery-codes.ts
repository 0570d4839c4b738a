import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { deriveMac } from '../core/derived-key.js';
import { type EnrolmentProof, enrolmentProofs } from '../core/enrolment-proof.js';
import { type Credential, isSameDigest } from '../core/secrets.js';
import { type EpochMs, epochMsGuard, toIso } from '../core/units.js';
import { drawWrittenCode, toCompared } from '../core/written-codes.js';
import { FaceError, toCode } from '../errors.js';

/*
 * Recovery codes for users who cannot show their face. Only digests keyed with a derived key are stored, because an
 * attacker who stole the store could brute-force plain digests of 60 random bits.
 */

const codesMade = 10;

const recordGuard = z.object({
  keyVersion: z.int(),
  salt: z.string(),
  madeAt: epochMsGuard,
  /** Proof of the enrolment that created them. `null` if a face alone created them, or if it is unknown. */
  proof: z.enum(enrolmentProofs).nullable().default(null),
  digests: z.array(z.string()),
});
type Kept = z.infer<typeof recordGuard>;

const toStored = ({ connection, subject }: SubjectRef) => ({
  key: `recovery-codes:${connection}:${subject}`,
  guard: recordGuard,
  expiresAt: () => null,
});

/**
 * Creates codes that replace the previous ones.
 * @returns the codes, which cannot be shown again
 * @throws `state_unavailable`, also after a concurrent creation
 */
export async function makeRecoveryCodes(
  who: SubjectRef,
  { proof }: { readonly proof: EnrolmentProof | null },
  deps: Ports<'state' | 'clock' | 'random' | 'keys'>,
): Promise<readonly Credential[]> {
  const { state, clock, random, keys } = deps;
  const former = await readStored(toStored(who), { state });
  const codes = Array.from({ length: codesMade }, () => drawWrittenCode(random));
  const keyVersion = await keys.currentVersion();
  const salt = Buffer.from(random(16)).toString('base64url');
  const digest = await createDigest(who, { keyVersion, salt }, { keys });
  const kept: Kept = { keyVersion, salt, madeAt: clock.now(), proof, digests: codes.map(digest) };
  const { key } = toStored(who);
  const when = former === null ? 'absent' : { revision: former.revision };
  if (await state.write(key, kept, { when, expiresAt: null })) return codes;
  throw new FaceError('state_unavailable', { reason: 'contended' });
}

/**
 * Consumes a code.
 * @param accepts - returns true if codes of an enrolment that rests on this are accepted
 * @returns true if it was valid
 */
export async function takeRecoveryCode(
  who: SubjectRef,
  code: Credential,
  accepts: (proof: EnrolmentProof | null) => boolean,
  { state, keys }: Ports<'state' | 'keys'>,
): Promise<boolean> {
  const known = await readStored(toStored(who), { state });
  if (known === null || !accepts(known.record.proof)) {
    // The key service is asked as for a person who has codes, so that the time does not reveal who has.
    await createDigest(who, { keyVersion: await keys.currentVersion(), salt: '' }, { keys });
    return false;
  }
  const digest = await createDigest(who, known.record, { keys }).catch((error: unknown) => {
    // Codes whose digests are keyed with a retired key are invalid.
    if (toCode(error) === 'token_key_retired') return null;
    throw error;
  });
  if (digest === null) return false;
  const given = digest(code);
  const { salt } = known.record;
  const without = ({ digests }: Kept): string[] => digests.filter((each) => !isSameDigest(each, given));
  const { former, changed } = await changeStored(
    toStored(who),
    (found) => {
      const left = found === null || found.salt !== salt ? null : without(found);
      return found === null || left === null || left.length === found.digests.length
        ? found
        : { ...found, digests: left };
    },
    { state },
    known,
  );
  return former !== changed;
}

export async function readRecoveryCodes(
  who: SubjectRef,
  { state, keys }: Ports<'state' | 'keys'>,
): Promise<{ readonly left: number; readonly madeAt: EpochMs } | null> {
  const found = await readStored(toStored(who), { state });
  if (found === null) return null;
  const { keyVersion, digests, madeAt } = found.record;
  return { left: (await keys.holds(keyVersion)) ? digests.length : 0, madeAt };
}

export async function forgetRecoveryCodes(who: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(toStored(who).key);
}

async function createDigest(
  { connection, subject }: SubjectRef,
  { keyVersion, salt }: Pick<Kept, 'keyVersion' | 'salt'>,
  deps: Ports<'keys'>,
): Promise<(code: Credential) => string> {
  const label = Buffer.from(`recovery codes ${JSON.stringify([connection, subject, salt])}`);
  const mac = await deriveMac(keyVersion, label, deps);
  return (code) => mac(toCompared(code)).toString('base64url');
}

export const recoveryCodeData = {
  part: 'recovery_codes',
  keys: ['recovery-codes:*:*'],
  read: async (who, deps) => {
    const kept = await readRecoveryCodes(who, deps);
    return { recoveryCodes: kept && { left: kept.left, madeAt: toIso(kept.madeAt) } };
  },
  endedBy: 'enrolment',
  forget: forgetRecoveryCodes,
} as const satisfies PersonalData;
