import { readFile } from 'node:fs/promises';
import { Credential } from '../core/concealed.js';
import { digestOf } from '../core/digest.js';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createFile } from '../files/durable-file.js';

/** How the administrator's key is known: by its digest, and by itself only in the moment it is made. */
export interface AdminKey {
  /** SHA-256 of the key's text, 32 bytes. */
  readonly digest: Uint8Array;
  /** A key made just now: to be shown once. It is not stored. */
  readonly fresh: Credential | null;
}

/**
 * The administrator's key: the one given, else the one of an earlier start, else a new one.
 * @param given - from the configuration; it is not stored
 * @param file - keeps the digest of a made key, mode 0600
 * @throws FaceError `config_invalid` where the file is not a digest
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
  const fresh = new Credential(`fsa_${Buffer.from(random(32)).toString('base64url')}`);
  const digest = fresh.use(digestOf);
  const isMade = await createFile(file, `${digest.toString('hex')}\n`, random).catch((cause: unknown) => {
    throw new FaceError('config_invalid', { adminKeyFile: 'cannot be written' }, { cause });
  });
  if (isMade) return { digest, fresh };
  const stored = Buffer.from((await readFile(file, 'utf8')).trim(), 'hex');
  if (stored.length !== digest.length) throw new FaceError('config_invalid', { adminKeyFile: 'is not a digest' });
  return { digest: stored, fresh: null };
}
