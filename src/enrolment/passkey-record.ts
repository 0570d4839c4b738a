import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { changeStored, readStored } from '../core/change-stored.js';
import type { SubjectRef } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import type { PasskeyCredential } from '../core/ports.js';
import { type EpochMs, epochMsGuard, toIso } from '../core/units.js';

const recordGuard = z.object({
  id: z.string(),
  publicKey: z.string(),
  counter: z.int(),
  transports: z.array(z.string()),
  backupEligible: z.boolean(),
  hardened: z.boolean().default(false),
  tokenId: z.string(),
  expiresAt: epochMsGuard.nullable(),
});

const storedGuard = recordGuard.extend({
  /** Passkey of the token that is still in the profile while a new one is written. */
  replaces: recordGuard.nullable(),
});

export type PasskeyRecord = z.output<typeof storedGuard>;

const passkeyKey = ({ connection, subject }: SubjectRef): string => `passkey:${connection}:${subject}`;

const toStored = (owner: SubjectRef) => ({
  key: passkeyKey(owner),
  guard: storedGuard,
  expiresAt: ({ expiresAt }: PasskeyRecord): EpochMs | null => expiresAt,
});

export async function readPasskey(owner: SubjectRef, deps: Ports<'state'>): Promise<PasskeyRecord | null> {
  return (await readStored(toStored(owner), deps))?.record ?? null;
}

/**
 * Stores the passkey of a new enrolment before its token is written. The current passkey stays in the record in case
 * the write fails.
 */
export async function keepPasskey(
  owner: SubjectRef,
  kept: {
    readonly credential: PasskeyCredential;
    readonly tokenId: string;
    readonly expiresAt: EpochMs | null;
    readonly current: string | null;
  },
  { state }: Ports<'state'>,
): Promise<void> {
  const { credential, tokenId, expiresAt, current } = kept;
  const found = await readPasskey(owner, { state });
  // While the record has a previous passkey, the new enrolment is not confirmed, and the token in the profile decides
  // which passkey is current.
  const isCurrent = found === null || found.replaces === null || found.tokenId === current;
  const former = isCurrent ? found : found.replaces;
  const record = { ...credential, tokenId, expiresAt, replaces: former === null ? null : recordGuard.parse(former) };
  await state.write(passkeyKey(owner), record, { when: 'any', expiresAt });
}

/** Restores the previous passkey after the token could not be written. */
export async function restorePasskey(owner: SubjectRef, tokenId: string, deps: Ports<'state'>): Promise<void> {
  const { former, changed } = await changeStored(
    toStored(owner),
    (found) =>
      found === null || found.tokenId !== tokenId || found.replaces === null
        ? found
        : { ...found.replaces, replaces: null },
    deps,
  );
  if (former !== null && former === changed && former.tokenId === tokenId) await forgetPasskey(owner, deps);
}

/**
 * Stores the new signature counter of a passkey.
 * @param kept - record that was read for the verification
 * @returns false if the passkey was used or replaced meanwhile. Two responses with the same counter indicate a cloned
 * passkey
 */
export async function countPasskeyUse(
  owner: SubjectRef,
  kept: PasskeyRecord,
  counter: number,
  deps: Ports<'state'>,
): Promise<boolean> {
  if (counter === kept.counter) return true;
  const { former, changed } = await changeStored(
    toStored(owner),
    (found) => (found?.id === kept.id && found.counter === kept.counter ? { ...found, counter } : found),
    deps,
  );
  return former !== changed;
}

export async function confirmPasskey(owner: SubjectRef, tokenId: string, deps: Ports<'state'>): Promise<void> {
  const { changed } = await changeStored(
    toStored(owner),
    (found) =>
      found === null || found.tokenId !== tokenId || found.replaces === null ? found : { ...found, replaces: null },
    deps,
  );
  if (changed !== null && changed.tokenId !== tokenId) await forgetPasskey(owner, deps);
}

export async function forgetPasskey(owner: SubjectRef, { state }: Ports<'state'>): Promise<void> {
  await state.delete(passkeyKey(owner));
}

/** Shapes of real credential ids: Android and iCloud, Windows Hello, security keys. */
const decoyShapes = [
  { bytes: 16, transports: ['hybrid', 'internal'] },
  { bytes: 20, transports: ['hybrid', 'internal'] },
  { bytes: 32, transports: ['internal'] },
  { bytes: 48, transports: ['nfc', 'usb'] },
] as const;

/** COSE key of P-256's generator. Verification with it takes as long as with a real key. */
const decoyPublicKey =
  'pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU';

/** Returns a stable decoy credential, so that an attacker cannot tell which users have a passkey. */
export async function decoyPasskey(
  { connection, subject }: SubjectRef,
  deps: Ports<'state' | 'random'>,
): Promise<PasskeyCredential> {
  const key = await readDecoyKey(deps);
  const digestOf = (label: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([label, connection, subject]))
      .digest();
  const shape = decoyShapes[digestOf('shape').readUInt8() % decoyShapes.length] ?? decoyShapes[0];
  const id = Buffer.concat([digestOf('id'), digestOf('id, continued')]).subarray(0, shape.bytes);
  return {
    id: id.toString('base64url'),
    publicKey: decoyPublicKey,
    counter: 0,
    transports: shape.transports,
    backupEligible: false,
    hardened: true,
  };
}

async function readDecoyKey({ state, random }: Ports<'state' | 'random'>): Promise<Buffer> {
  const fresh = Buffer.from(random(32)).toString('base64url');
  const stored = { key: 'passkey-decoy-key', guard: z.base64url(), expiresAt: () => null };
  const { changed } = await changeStored(stored, (kept) => kept ?? fresh, { state });
  return Buffer.from(changed, 'base64url');
}

export const passkeyData = {
  part: 'passkey',
  keys: ['passkey:*:*'],
  read: async (who, deps) => {
    const kept = await readPasskey(who, deps);
    if (kept === null) return { passkey: null };
    const { id, publicKey, counter, transports, backupEligible, expiresAt } = kept;
    const until = expiresAt === null ? null : toIso(expiresAt);
    return { passkey: { id, publicKey, counter, transports, backupEligible, expiresAt: until } };
  },
  // A new enrolment does not delete the passkey here, because `confirmPasskey` replaces it.
  endedBy: 'revocation',
  forget: forgetPasskey,
} as const satisfies PersonalData;
