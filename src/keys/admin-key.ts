import { createHash } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Credential } from '../core/concealed.js';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';

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
  if (given !== null) return { digest: digestOf(given), fresh: null };
  const fresh = new Credential(`fsa_${Buffer.from(random(32)).toString('base64url')}`);
  const digest = digestOf(fresh);
  if (await createOnce(file, `${digest.toString('hex')}\n`)) return { digest, fresh };
  const stored = Buffer.from((await readFile(file, 'utf8')).trim(), 'hex');
  if (stored.length !== digest.length) throw new FaceError('config_invalid', { adminKeyFile: 'is not a digest' });
  return { digest: stored, fresh: null };
}

const digestOf = (key: Credential): Buffer => key.use((text) => createHash('sha256').update(text).digest());

const fileExistsGuard = z.object({ code: z.literal('EEXIST') });

/** Makes a file whole or not at all. @returns whether it was made, and not there before */
async function createOnce(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${process.pid}.${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await link(draft, file);
    return true;
  } catch (cause) {
    if (fileExistsGuard.safeParse(cause).success) return false;
    throw new FaceError('config_invalid', { adminKeyFile: 'cannot be written' }, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}
