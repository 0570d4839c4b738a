import { httpAddressOf } from '../base/http-address.js';
import { headerCredentialGuard } from '../config/credential.js';
import { isLoopback, safeUrlGuard } from '../config/safe-url.js';
import type { AddressConfig } from '../config/schema.js';
import type { Credential } from '../core/concealed.js';
import { FaceError } from '../errors.js';
import type { CliDeps } from './deps.js';
import { type Login, readLogin } from './login-file.js';
import { UsageError } from './usage-error.js';

export type AddressDeps = Pick<CliDeps, 'env' | 'loadAddress'>;

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
    throw new UsageError('FACESTEP_URL is neither an https address nor an address of this machine');
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
