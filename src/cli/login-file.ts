import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { headerCredentialGuard } from '../config/credential.js';
import type { Environment } from '../config/references.js';
import { safeUrlGuard } from '../config/safe-url.js';
import type { Credential } from '../core/concealed.js';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { parseKeyJson, readPrivateFile, replaceFile } from '../files/durable-file.js';
import { UsageError } from './usage-error.js';

const loginGuard = z.strictObject({ url: safeUrlGuard, key: headerCredentialGuard });
export type Login = z.output<typeof loginGuard>;

function loginFileOf({ XDG_CONFIG_HOME, HOME, USERPROFILE }: Environment): string | null {
  const home = HOME || USERPROFILE;
  const folder = XDG_CONFIG_HOME || (home ? join(home, '.config') : null);
  return folder === null ? null : join(folder, 'facestep', 'login.json');
}

/** Reads the login, or returns `null`. @throws UsageError if other users can read the file, or if it is not a login */
export async function readLogin(env: Environment): Promise<Login | null> {
  const file = loginFileOf(env);
  if (file === null) return null;
  const text = await readPrivateFile(file, 'login').catch((cause: unknown) => {
    if (!(cause instanceof FaceError)) throw cause;
    throw new UsageError(
      `${file} cannot be read, or other accounts can read it`,
      `Run “chmod 600 ${file}”. If others may have read it, replace the key, too.`,
    );
  });
  if (text === null) return null;
  const login = loginGuard.safeParse(parseKeyJson(text));
  if (!login.success) throw new UsageError(`${file} is not a login`, 'Run “facestep login” again.');
  return login.data;
}

/** Writes the login, with mode 0600. @returns the file */
export async function writeLogin(
  { url, key }: { readonly url: string; readonly key: Credential },
  { env, random }: { readonly env: Environment; readonly random: Random },
): Promise<string> {
  const file = loginFileOf(env);
  if (file === null) throw new UsageError('this account has no home folder', 'Set XDG_CONFIG_HOME to a folder.');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await key.use((text) => replaceFile(file, `${JSON.stringify({ url, key: text })}\n`, random));
  return file;
}

export async function removeLogin(env: Environment): Promise<void> {
  const file = loginFileOf(env);
  if (file !== null) await rm(file, { force: true });
}
