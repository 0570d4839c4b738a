import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { CoreDeps } from './deps.js';
import type { PasskeyCredential } from './ports.js';
import { type EpochMs, epochMsGuard } from './units.js';

/** A subject of a connection. */
export interface PasskeyOwner {
  readonly connection: string;
  readonly subject: string;
}

const recordGuard = z.object({
  id: z.string(),
  publicKey: z.string(),
  counter: z.int(),
  transports: z.array(z.string()),
  backupEligible: z.boolean(),
  /** Of the enrolment; the record ends with it. */
  expiresAt: epochMsGuard.nullable(),
});

/** A kept credential, and the number of the write that made it. */
export interface KeptPasskey {
  readonly credential: PasskeyCredential;
  readonly expiresAt: EpochMs | null;
  readonly revision: number;
}

const passkeyKey = ({ connection, subject }: PasskeyOwner): string => `passkey:${connection}:${subject}`;

/** The credential of a subject, or `null`. */
export async function readPasskey(
  owner: PasskeyOwner,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<KeptPasskey | null> {
  const found = await state.read(passkeyKey(owner));
  if (found === null) return null;
  const { expiresAt, ...credential } = recordGuard.parse(found.value);
  return { credential, expiresAt, revision: found.revision };
}

/** Keeps the credential of a new enrolment in place of any former one, for as long as the enrolment lasts. */
export async function keepPasskey(
  owner: PasskeyOwner,
  { credential, expiresAt }: { readonly credential: PasskeyCredential; readonly expiresAt: EpochMs | null },
  { state }: Pick<CoreDeps, 'state'>,
): Promise<void> {
  await state.write(passkeyKey(owner), { ...credential, expiresAt }, { when: 'any', expiresAt });
}

/**
 * Notes that a kept credential was used.
 * @returns `false` where it was used or replaced meanwhile: of two answers with one counter, one is a copy's
 */
export async function countPasskeyUse(
  owner: PasskeyOwner,
  kept: KeptPasskey,
  counter: number,
  { state }: Pick<CoreDeps, 'state'>,
): Promise<boolean> {
  const { credential, expiresAt, revision } = kept;
  if (counter === credential.counter) return true;
  const record = { ...credential, counter, expiresAt };
  return state.write(passkeyKey(owner), record, { when: { revision }, expiresAt });
}

/** Forgets the credential of a subject: at the end of the enrolment. */
export async function forgetPasskey(owner: PasskeyOwner, { state }: Pick<CoreDeps, 'state'>): Promise<void> {
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
  { connection, subject }: PasskeyOwner,
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
