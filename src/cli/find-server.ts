import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { headerCredentialGuard } from '../config/credential.js';
import type { Environment } from '../config/references.js';
import { isLoopback, safeUrlGuard } from '../config/safe-url.js';
import type { AddressConfig } from '../config/schema.js';
import { httpAddressOf } from '../core/base/http-address.js';
import { parseJson } from '../core/base/json.js';
import type { Random } from '../core/ports.js';
import type { Credential } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { readPrivateFile, replaceFile } from '../files/durable-file.js';
import { UsageError } from './command-error.js';
import type { CliDeps } from './deps.js';

type AddressDeps = Pick<CliDeps, 'env' | 'loadAddress'>;

export type CallDeps = AddressDeps & Pick<CliDeps, 'fetch' | 'loadConfiguredKey'>;

const standardUrl = 'http://127.0.0.1:8080';

interface Place {
  readonly url: string;
  /** True if the configuration of this machine describes this server. */
  readonly isOwn: boolean;
  readonly login: Login | null;
}

/**
 * Finds the address of the server: first in FACESTEP_URL, then in the configuration, then in the saved login.
 * @throws UsageError, `config_invalid`
 */
export const findAddress = async (deps: AddressDeps): Promise<string> => (await findPlace(deps)).url;

/**
 * Finds the server's address and an administrator's API key: first in FACESTEP_ADMIN_KEY, then in the configuration,
 * then in the saved login. An API key from the configuration or the login is only sent to the server to which it
 * belongs.
 * @throws UsageError, `config_invalid`
 */
export async function findServer(
  deps: Omit<CallDeps, 'fetch'>,
): Promise<{ readonly url: string; readonly key: Credential }> {
  const { url, isOwn, login } = await findPlace(deps);
  const given = deps.env.FACESTEP_ADMIN_KEY;
  if (given) {
    const key = headerCredentialGuard.safeParse(given);
    if (!key.success) throw new UsageError('FACESTEP_ADMIN_KEY holds no administrator key');
    return { url, key: key.data };
  }
  const key = isOwn ? await loadKeyUnlessLogin(login, deps) : null;
  const found = key ?? login?.key ?? null;
  if (found !== null) return { url, key: found };
  throw new UsageError(
    `no administrator key for ${url}`,
    `Run “facestep login ${url}”, or set FACESTEP_ADMIN_KEY, or FACESTEP_CONFIG to a configuration with adminKey.`,
  );
}

async function findPlace({ env, loadAddress }: AddressDeps): Promise<Place> {
  const login = await readLogin(env);
  const own = env.FACESTEP_CONFIG || env.PORT ? toOwnUrls(await loadAddress()) : [];
  const asked = env.FACESTEP_URL?.replace(/\/+$/, '');
  if (asked && !safeUrlGuard.safeParse(asked).success)
    throw new UsageError('FACESTEP_URL must be an https address, or an address of this machine');
  const loginHere = login !== null && own.includes(login.url) ? login : null;
  const url = asked || loginHere?.url || own[0] || login?.url || standardUrl;
  const isOwn = own.includes(url);
  return { url, isOwn, login: login?.url === url || (isOwn && loginHere !== null) ? login : null };
}

/**
 * Returns the addresses of the configured server, the local address first. Only these may receive the configured API
 * key.
 */
function toOwnUrls({ host, port, publicUrl }: AddressConfig): string[] {
  const nearest = ['0.0.0.0', '::', '[::]'].includes(host) ? '127.0.0.1' : host;
  const local = isLoopback(nearest) || nearest === '::1' ? [httpAddressOf(nearest, port)] : [];
  return [...local, ...(publicUrl === null ? [] : [publicUrl])];
}

/**
 * Loads the configured API key. If there is a saved login, a key file that this user account cannot read is ignored.
 */
async function loadKeyUnlessLogin(
  login: Login | null,
  { loadConfiguredKey }: Pick<CallDeps, 'loadConfiguredKey'>,
): Promise<Credential | null> {
  try {
    return await loadConfiguredKey();
  } catch (error) {
    if (login !== null && error instanceof FaceError && error.code === 'config_invalid') return null;
    throw error;
  }
}

const loginGuard = z.strictObject({ url: safeUrlGuard, key: headerCredentialGuard });
type Login = z.output<typeof loginGuard>;

function loginFileOf({ XDG_CONFIG_HOME, HOME, USERPROFILE }: Environment): string | null {
  const home = HOME || USERPROFILE;
  const folder = XDG_CONFIG_HOME || (home ? join(home, '.config') : null);
  return folder === null ? null : join(folder, 'facestep', 'login.json');
}

/** Reads the login, or returns `null`. @throws UsageError if other users can read the file, or if it is not a login */
async function readLogin(env: Environment): Promise<Login | null> {
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
  const login = loginGuard.safeParse(parseJson(text));
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
