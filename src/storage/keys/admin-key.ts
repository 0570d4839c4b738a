import { readFile } from 'node:fs/promises';
import type { Random } from '../../core/ports.js';
import { Credential, digestOf } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { createFile, isSystemError } from '../../files/durable-file.js';

export interface AdminKey {
  readonly digest: Uint8Array;
  /** A new API key that is not stored yet. Call {@link storeAdminKey}, then show it once. */
  readonly fresh: Credential | null;
}

/**
 * Loads the administrator's API key from the configuration or its file. If there is none, a new key is created, which
 * becomes valid when it is stored.
 */
export async function loadAdminKey({
  given,
  file,
  random,
}: {
  given: Credential | null;
  file: string;
  random: Random;
}): Promise<AdminKey> {
  if (given !== null) return { digest: given.use(digestOf), fresh: null };
  const stored = await readDigest(file);
  if (stored !== null) return { digest: stored, fresh: null };
  const fresh = new Credential(`fsa_${Buffer.from(random(32)).toString('base64url')}`);
  return { digest: fresh.use(digestOf), fresh };
}

async function readDigest(file: string): Promise<Uint8Array | null> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (isSystemError(cause, 'ENOENT')) return null;
    throw new FaceError('config_invalid', { adminKeyFile: 'cannot be read' }, { cause });
  });
  if (text === null) return null;
  const digest = Buffer.from(text.trim(), 'hex');
  if (digest.length !== 32) throw new FaceError('config_invalid', { adminKeyFile: 'is not a digest' });
  return digest;
}

/**
 * Stores the digest of a new API key, mode 0600.
 * @throws `config_invalid` if not writable, or if another process has stored a key
 */
export async function storeAdminKey(
  { digest }: Pick<AdminKey, 'digest'>,
  { file, random }: { readonly file: string; readonly random: Random },
): Promise<void> {
  const isMade = await createFile(file, `${Buffer.from(digest).toString('hex')}\n`, random).catch((cause: unknown) => {
    throw new FaceError('config_invalid', { adminKeyFile: 'cannot be written' }, { cause });
  });
  if (!isMade) throw new FaceError('config_invalid', { adminKeyFile: 'was made by another process' });
}
