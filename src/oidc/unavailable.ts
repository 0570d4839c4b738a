import type { Log, State } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { OidcSigningKey } from '../storage/keys/oidc-keys.js';
import { oidcErrors } from './library.js';

export async function nullIfUnreadable<Told>(
  what: string,
  read: () => Promise<Told>,
  { connection, log }: { readonly connection: string; readonly log: Log },
): Promise<Told | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FaceError) || error.code !== 'profile_unavailable') throw error;
    const { code, detail } = error;
    log.warn(`${what} could not be read`, { connection, code, detail });
    return null;
  }
}

export const withProtocolErrors = (state: State): State => ({
  read: (key) => state.read(key).catch(toUnavailable),
  readMany: (keys) => state.readMany(keys).catch(toUnavailable),
  write: (key, value, options) => state.write(key, value, options).catch(toUnavailable),
  add: (key, amount, expiresAt) => state.add(key, amount, expiresAt).catch(toUnavailable),
  delete: (key) => state.delete(key).catch(toUnavailable),
  storeEpoch: () => state.storeEpoch().catch(toUnavailable),
  close: () => state.close(),
});

export const inProtocolSigning = (key: OidcSigningKey): OidcSigningKey => ({
  ...key,
  sign: (data, algorithm) => key.sign(data, algorithm).catch(toUnavailable),
});

/** Throws `temporarily_unavailable`, the only OAuth error for temporary failures, instead of a `FaceError`. */
export function toUnavailable(error: unknown): never {
  if (error instanceof FaceError) throw new oidcErrors.TemporarilyUnavailable('try again later', { cause: error });
  throw error;
}
