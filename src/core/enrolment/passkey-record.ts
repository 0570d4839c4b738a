import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import type { PasskeyCredential } from '../ports.js';
import { type EpochMs, epochMsGuard } from '../units.js';

const recordGuard = z.object({
  id: z.string(),
  publicKey: z.string(),
  counter: z.int(),
  transports: z.array(z.string()),
  backupEligible: z.boolean(),
  /** Of the enrolment that it was made for. */
  tokenId: z.string().default(''),
  /** Of the enrolment; the record ends with it. */
  expiresAt: epochMsGuard.nullable(),
});

const storedGuard = recordGuard.extend({
  /** The credential of the token that is still in the profile while a new one is written. */
  replaces: recordGuard.nullable().default(null),
});

/** A kept credential, and the number of the write that made it. */
export interface KeptPasskey {
  readonly credential: PasskeyCredential;
  readonly record: z.output<typeof storedGuard>;
  readonly revision: number;
}

const passkeyKey = ({ connection, subject }: SubjectRef): string => `passkey:${connection}:${subject}`;

/** The credential of a subject, or `null`. */
export async function readPasskey(owner: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<KeptPasskey | null> {
  const found = await state.read(passkeyKey(owner));
  if (found === null) return null;
  const record = storedGuard.parse(found.value);
  const { expiresAt: _, tokenId: __, replaces: ___, ...credential } = record;
  return { credential, record, revision: found.revision };
}

/**
 * Keeps the credential of a new enrolment, for as long as that lasts, right before its token is written to the profile. The
 * one of the token that stands there is kept beside it, in case the write fails.
 */
export async function keepPasskey(
  owner: SubjectRef,
  kept: {
    readonly credential: PasskeyCredential;
    readonly tokenId: string;
    readonly expiresAt: EpochMs | null;
    /** Public id of the token in the profile. */
    readonly standing: string | null;
  },
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  const { credential, tokenId, expiresAt, standing } = kept;
  const found = (await readPasskey(owner, { state }))?.record ?? null;
  // One that replaces another belongs to an enrolment that has not been settled yet.
  const isStanding = found === null || found.replaces === null || found.tokenId === standing;
  const former = isStanding ? found : found.replaces;
  const record = { ...credential, tokenId, expiresAt, replaces: former === null ? null : recordGuard.parse(former) };
  await state.write(passkeyKey(owner), record, { when: 'any', expiresAt });
}

/** Puts the former credential back in place of one whose token did not reach the profile. */
export async function restorePasskey(
  owner: SubjectRef,
  tokenId: string,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  const kept = await readPasskey(owner, { state });
  if (kept === null || kept.record.tokenId !== tokenId) return;
  const { replaces } = kept.record;
  if (replaces === null) return state.delete(passkeyKey(owner));
  const when = { revision: kept.revision };
  await state.write(passkeyKey(owner), replaces, { when, expiresAt: replaces.expiresAt });
}

/**
 * Notes that a kept credential was used.
 * @returns `false` where it was used or replaced meanwhile: of two answers with one counter, one is a copy's
 */
export async function countPasskeyUse(
  owner: SubjectRef,
  kept: KeptPasskey,
  counter: number,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<boolean> {
  const { credential, record, revision } = kept;
  if (counter === credential.counter) return true;
  return state.write(passkeyKey(owner), { ...record, counter }, { when: { revision }, expiresAt: record.expiresAt });
}

/** Once a token stands in the profile: keeps the credential that goes with it, and forgets any other. */
export async function settlePasskey(
  owner: SubjectRef,
  tokenId: string,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  const kept = await readPasskey(owner, { state });
  if (kept === null) return;
  const { record, revision } = kept;
  if (record.tokenId !== tokenId) return forgetPasskey(owner, { state });
  if (record.replaces === null) return;
  const alone = { ...record, replaces: null };
  await state.write(passkeyKey(owner), alone, { when: { revision }, expiresAt: record.expiresAt });
}

/** Forgets the credential of a subject: at the end of the enrolment. */
export async function forgetPasskey(owner: SubjectRef, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
  await state.delete(passkeyKey(owner));
}

const decoyKeyName = 'passkey-decoy-key';
const decoyKeyGuard = z.base64url();

/** What real credentials look like: of Android and iCloud, Windows Hello, security keys. */
const decoyShapes = [
  { bytes: 16, transports: ['hybrid', 'internal'] },
  { bytes: 20, transports: ['hybrid', 'internal'] },
  { bytes: 32, transports: ['internal'] },
  { bytes: 48, transports: ['nfc', 'usb'] },
] as const;

/** The generator of P-256, as a COSE key: well-formed, so that an answer to a decoy takes the work of a real one. */
const decoyPublicKey =
  'pQECAyYgASFYIGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWIlggT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU';

/**
 * A credential for somebody who has none, the same whenever it is asked for: options made with it look like anybody's.
 * Only this service can tell, as the key it is derived with is kept in State.
 */
export async function decoyPasskey(
  { connection, subject }: SubjectRef,
  deps: Pick<CoreDeps, 'state' | 'random'>,
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
  };
}

async function readDecoyKey({ state, random }: Pick<CoreDeps, 'state' | 'random'>): Promise<Buffer> {
  const fresh = Buffer.from(random(32)).toString('base64url');
  const found = await state.read(decoyKeyName);
  if (found !== null) return Buffer.from(decoyKeyGuard.parse(found.value), 'base64url');
  if (await state.write(decoyKeyName, fresh, { when: 'absent', expiresAt: null }))
    return Buffer.from(fresh, 'base64url');
  return readDecoyKey({ state, random });
}
