import { timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { z } from 'zod';
import {
  findSecret,
  type Hook,
  probeBody,
  type RequestHead,
  requireBearer,
  toProofRefusal,
  type UsedSecret,
} from '../../src/connections/hook.js';
import type { Ports } from '../../src/core/deps.js';
import { digestOf } from '../../src/core/secrets.js';
import { toDate } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { OktaConnection } from './config.js';

type ExpectedCallers = OktaConnection['okta']['hooks'];

// Only asymmetric algorithms are accepted. With an HMAC algorithm, anyone could sign with the published key as the
// secret.
const signatureAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];

const KEYS_TIMEOUT_MS = 1_000;
const CLOCK_TOLERANCE_SEC = 30;

// Okta puts the client id in `cid`, RFC 9068 in `client_id`.
const clientGuard = z.object({ cid: z.string().optional(), client_id: z.string().optional() });

/**
 * Creates the check that a call is from the configured org, by the headers only. If a header secret and OAuth are both
 * configured, one of them suffices.
 * @throws FaceError `caller_untrusted`, or `profile_unavailable` if the keys cannot be fetched
 * @see https://developer.okta.com/docs/guides/secure-hooks/nodejs/main/
 */
export function createVerifyCaller({ secret, previousSecret, oauth }: ExpectedCallers, deps: Ports<'clock' | 'fetch'>) {
  const verifyBearer = oauth === undefined ? null : createVerifyBearer(oauth, deps);
  const header = secret?.header ?? null;
  const digests =
    secret === undefined
      ? null
      : { current: secret.value.use(digestOf), previous: previousSecret?.use((value) => digestOf(value)) };
  return async (headers: RequestHead['headers']): Promise<{ readonly secret: UsedSecret | null }> => {
    const value = header === null ? undefined : headers[header];
    if (digests !== null && value !== undefined) {
      const digest = digestOf(value);
      const found = findSecret(digests, (each) => timingSafeEqual(digest, each));
      if (found !== null) return { secret: found };
    }
    if (verifyBearer === null) throw new FaceError('caller_untrusted');
    await verifyBearer(requireBearer(headers));
    return { secret: null };
  };
}

/** Creates a test call with the header secret. With OAuth, only Okta can obtain an access token. */
export const createProbe = ({ secret }: ExpectedCallers): Hook['probe'] =>
  secret === undefined
    ? null
    : () => ({ headers: secret.value.use((value) => ({ [secret.header]: value })), body: probeBody });

function createVerifyBearer(
  oauth: NonNullable<ExpectedCallers['oauth']>,
  { fetch, clock }: Ports<'clock' | 'fetch'>,
): (bearer: string) => Promise<void> {
  const keys = createRemoteJWKSet(new URL(oauth.jwksUri ?? `${oauth.issuer.replace(/\/$/, '')}/v1/keys`), {
    timeoutDuration: KEYS_TIMEOUT_MS,
    [customFetch]: (url, options) => fetch(url, options),
  });
  return async (bearer) => {
    const { payload } = await jwtVerify(bearer, keys, {
      issuer: oauth.issuer,
      audience: oauth.audience,
      algorithms: signatureAlgorithms,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SEC,
      currentDate: toDate(clock.now()),
    }).catch((error: unknown) => {
      // If the keys cannot be fetched, the error leads to a reply that denies the sign-in. Okta would ignore a 401 and
      // allow it.
      throw toProofRefusal(error, 'bearer');
    });
    const client = clientGuard.safeParse(payload);
    const clientId = client.success ? (client.data.cid ?? client.data.client_id) : undefined;
    if (clientId !== oauth.clientId) throw new FaceError('caller_untrusted', { bearer: 'client' });
  };
}
