import { createLocalJWKSet, decodeJwt, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { keySetGuard } from '../../admin/operations/keys.js';
import { safeUrlGuard } from '../../config/safe-url.js';
import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, secondsPerDay, toDate } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { readJsonUpTo } from '../../network/read-json.js';
import type { TransmitterConfig } from './config.js';
import { type SetClaims, setGuard } from './signal.js';

/** Asymmetric algorithms: the secret of an HMAC would be a public key. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Maximum age of a SET in seconds. Transmitters send one again for about a day. */
const maxAgeSec = 2 * secondsPerDay;
const skewSec = 60;
/** Seconds for which a SET is known as received. */
export const knownSec = maxAgeSec + 2 * skewSec;

const pauseSec = 30;
const maxKeysBytes = 1024 * 1024;
const keyErrors = [errors.JWKSNoMatchingKey, errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed];

/** Refusals of a SET (RFC 8935, section 2.4). */
export const setRefusals = {
  invalid_request: 'The body is not a recent SET of the type application/secevent+jwt.',
  invalid_key: 'No key of the transmitter verifies the signature.',
  invalid_issuer: 'The issuer is not a transmitter of this connection.',
  invalid_audience: 'The audience is not the configured one.',
  authentication_failed: 'The bearer token is missing or wrong.',
} as const;
export type SetRefusal = keyof typeof setRefusals;

export interface Transmitter extends TransmitterConfig {
  readonly findKey: JWTVerifyGetKey;
}

/** @throws `profile_unavailable` if the keys of the transmitter cannot be read */
export async function verifySet(
  set: string,
  transmitters: readonly Transmitter[],
  { clock }: Ports<'clock'>,
): Promise<SetClaims | SetRefusal> {
  try {
    const transmitter = transmitters.find(({ issuer }) => issuer === decodeJwt(set).iss);
    if (transmitter === undefined) return 'invalid_issuer';
    const { payload } = await jwtVerify(set, transmitter.findKey, {
      issuer: transmitter.issuer,
      audience: transmitter.audience,
      algorithms,
      typ: 'secevent+jwt',
      maxTokenAge: maxAgeSec,
      clockTolerance: skewSec,
      currentDate: toDate(clock.now()),
    });
    return setGuard.safeParse(payload).data ?? 'invalid_request';
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') return 'invalid_audience';
    if (keyErrors.some((kind) => error instanceof kind)) return 'invalid_key';
    if (error instanceof errors.JOSEError) return 'invalid_request';
    throw error;
  }
}

/** Creates the function that finds a key. Unknown ones, which anyone can name, are read at most every 30 seconds. */
export function createFindKey(
  { issuer, jwksUri }: TransmitterConfig,
  { fetch, clock }: Ports<'clock' | 'fetch'>,
): JWTVerifyGetKey {
  const readJson = async (url: string): Promise<unknown> => {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
    return readJsonUpTo(maxKeysBytes, response);
  };
  const findAddress = async (): Promise<string> => {
    const { origin, pathname } = new URL(issuer);
    const metadata = await readJson(`${origin}/.well-known/ssf-configuration${pathname.replace(/^\/$/, '')}`);
    return z.object({ issuer: z.literal(issuer), jwks_uri: safeUrlGuard }).parse(metadata).jwks_uri;
  };
  const read = async (): Promise<JWTVerifyGetKey> => {
    try {
      return createLocalJWKSet(keySetGuard.parse(await readJson(jwksUri ?? (await findAddress()))));
    } catch (cause) {
      throw new FaceError('profile_unavailable', { transmitter: issuer }, { cause });
    }
  };
  let kept: { readonly keys: Promise<JWTVerifyGetKey>; readonly at: EpochMs } | null = null;
  return (header, set) => {
    const find = async (maxAge: number) => {
      const now = clock.now();
      if (kept === null || addSec(kept.at, maxAge) <= now) {
        const former = kept?.keys;
        // Former keys stay if they cannot be read again, which a call with an unknown key asks for.
        kept = { keys: read().catch((error: unknown) => former ?? Promise.reject(error)), at: now };
      }
      return (await kept.keys)(header, set);
    };
    return find(secondsPerDay).catch(() => find(pauseSec));
  };
}
