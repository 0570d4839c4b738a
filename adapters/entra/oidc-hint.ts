import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose';
import { z } from 'zod';
import { digestOf } from '../../src/core/digest.js';
import { isForgotten } from '../../src/core/forgotten.js';
import type { Clock, Fetch, State } from '../../src/core/ports.js';
import { addSec, epochSec, toEpochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { Proof } from '../openid-client.js';
import { createFindAuthority } from './caller-authority.js';
import { isEntraKeyOf } from './caller-key.js';

/** Whose hints are taken. */
export interface EntraHintPolicy {
  /** The tenants allowed, in lower case. */
  readonly tenantIds: readonly string[];
  /** What Entra may name as the audience: the client id it was given, and the application it was registered as. */
  readonly audiences: readonly string[];
  /** The login host, without a slash at the end: `https://login.microsoftonline.com`. */
  readonly login: string;
}

/** Who has passed the first factor, as Entra says it. */
export interface EntraUser {
  /** What the answer has to name: pairwise, and no id of the directory. */
  readonly sub: string;
  readonly tid: string;
  /** The object id: the subject of an enrolment. */
  readonly oid: string;
  /** The hint itself, which is good for one sign-in: it holds no nonce, so what binds it to a request is that it makes one. */
  readonly proof: Proof;
}

/**
 * Checks the hint Entra sends with an External MFA request. Nothing in it is trusted before this returns; whether it was
 * used is for whoever keeps the proof.
 * @throws FaceError `caller_untrusted`: bad signature, issuer, audience or tenant, or out of time; `profile_unavailable`: the keys to tell cannot be fetched; `state_unavailable`
 */
export type VerifyEntraHint = (hint: string) => Promise<EntraUser>;

/**
 * Greatest distance of `iat` from now, either way. Entra gives up the sign-in after about five minutes; the rest is for
 * clocks.
 */
const hintLifeSec = 600;

const guid = z.guid().transform((text) => text.toLowerCase());

// Far more than Entra sends; a hint is held against them before anything is computed or fetched.
const MAX_HINT_CHARACTERS = 16_384;

const claimsGuard = z.object({
  iss: z.string(),
  aud: z.string(),
  iat: z.number(),
  nbf: z.number().optional(),
  tid: guid,
  oid: guid,
  sub: z.string().min(1).max(255),
});

const tenantGuard = z.object({ tid: guid });
const headerGuard = z.object({ alg: z.literal('RS256'), kid: z.string().min(1) });

/**
 * Makes the check for one client, with the issuers and keys of its tenants cached in it.
 *
 * Entra issues the hint expired, so `exp` tells nothing: `iat` does. A hint is named by the digest of what was signed
 * and not of the whole text, as a signature can be written in several ways.
 * @param name - keeps used hints of one connection's client apart from others'
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export function createVerifyEntraHint(
  { tenantIds, audiences, login }: EntraHintPolicy,
  { name, fetch, clock, state }: { name: string; fetch: Fetch; clock: Clock; state: State },
): VerifyEntraHint {
  const findAuthority = createFindAuthority(login, { fetch, clock });

  return async (hint) => {
    // Keys are fetched for hints that name a tenant of the list alone: a stranger cannot make us ask.
    const { kid, tid: named } = readUnverified(hint, tenantIds);
    const { issuer, keys } = await findAuthority(named);
    const { payload } = await compactVerify(hint, keys, { algorithms: ['RS256'] }).catch((error: unknown) => {
      throw toRefusal(error);
    });
    const { iss, aud, iat, nbf = iat, tid, oid, sub } = parseClaims(payload);
    if (iss !== issuer) throw untrusted('issuer');
    const key = keys.jwks()?.keys.find((each) => each.kid === kid);
    if (!isEntraKeyOf(tid, key)) throw untrusted('key');
    if (!audiences.includes(aud)) throw untrusted('audience');
    const issuedAt = toEpochMs(epochSec(iat));
    if (Math.abs(clock.now() - issuedAt) > hintLifeSec * 1000) throw untrusted('out_of_time');
    if (toEpochMs(epochSec(nbf)) > addSec(clock.now(), hintLifeSec)) throw untrusted('not_yet_valid');
    if (await isForgotten(epochSec(iat), { state })) throw untrusted('forgotten');
    const digest = digestOf(hint.slice(0, hint.lastIndexOf('.'))).toString('base64url');
    // For as long as the time of issue would let it in again, and a little more for the clocks of other replicas.
    const proof = { id: `entra-hint:${name}:${digest}`, expiresAt: addSec(issuedAt, 2 * hintLifeSec) };
    return { sub, tid, oid, proof };
  };
}

const untrusted = (hint: string): FaceError => new FaceError('caller_untrusted', { hint });

/** What a hint says of itself, before its signature is looked at. */
function readUnverified(hint: string, tenantIds: readonly string[]): { kid: string; tid: string } {
  if (hint.length > MAX_HINT_CHARACTERS) throw untrusted('malformed');
  try {
    const { kid } = headerGuard.parse(decodeProtectedHeader(hint));
    const { tid } = tenantGuard.parse(decodeJwt(hint));
    if (tenantIds.includes(tid)) return { kid, tid };
  } catch {
    // No cause: it may quote the hint.
    throw untrusted('malformed');
  }
  throw untrusted('tenant');
}

function parseClaims(payload: Uint8Array): z.output<typeof claimsGuard> {
  const parsed = claimsGuard.safeParse(JSON.parse(Buffer.from(payload).toString('utf8')));
  if (parsed.success) return parsed.data;
  throw untrusted('claims');
}

/** How it looks when the keys could not be had: no connection, no answer in time, a status, no key set. */
const keysMissing = new Set(['keys_unreachable', 'ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']);

/** Without its cause: the error of a signature may hold what was signed. */
function toRefusal(error: unknown): FaceError {
  const reason = error instanceof errors.JOSEError ? error.code : 'keys_unreachable';
  return keysMissing.has(reason) ? new FaceError('profile_unavailable', { hint: reason }) : untrusted(reason);
}
