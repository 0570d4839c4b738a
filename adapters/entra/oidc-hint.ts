import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { toProofRefusal } from '../../src/connections/hook.js';
import type { Proof } from '../../src/connections/openid-client.js';
import { parseJsonAs } from '../../src/core/base/json.js';
import { mayHaveBeenLost } from '../../src/core/change-stored.js';
import type { Clock, Fetch, State } from '../../src/core/ports.js';
import { digestOf } from '../../src/core/secrets.js';
import { addSec, epochSec, toEpochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { createFindAuthority, isEntraKeyOf } from './caller.js';
import { guidGuard } from './config.js';

export type VerifyEntraHint = ReturnType<typeof createVerifyEntraHint>;

/** Maximum difference between `iat` and now: Entra's five minutes plus clock skew, in seconds. */
const hintLifeSec = 600;

const MAX_HINT_CHARACTERS = 16_384;

const claimsGuard = z.object({
  iss: z.string(),
  aud: z.string(),
  iat: z.number(),
  nbf: z.number().optional(),
  tid: guidGuard,
  oid: guidGuard,
  sub: z.string().min(1).max(255),
});

const tenantGuard = z.object({ tid: guidGuard });
const headerGuard = z.object({ alg: z.literal('RS256'), kid: z.string().min(1) });

/**
 * Creates the verifier of hints (`id_token_hint`) of External MFA. Entra's hints have expired when they arrive, so `iat`
 * is checked instead of `exp`. The caller must record the hint's proof as used, because a hint has no nonce. The proof's
 * id is a digest of the signed part, because one signature has several encodings.
 * @param name - separates used hints by connection and client
 * @throws FaceError `caller_untrusted`; `profile_unavailable` if the keys cannot be fetched; `state_unavailable`
 */
export function createVerifyEntraHint(
  {
    tenantIds,
    audiences,
    login,
  }: { readonly tenantIds: readonly string[]; readonly audiences: readonly string[]; readonly login: string },
  { name, fetch, clock, state }: { name: string; fetch: Fetch; clock: Clock; state: State },
) {
  const findAuthority = createFindAuthority(login, { fetch, clock });

  return async (hint: string) => {
    // Keys are fetched only for allowed tenants, so that anonymous callers cannot trigger requests to others.
    const { kid, tid: named } = readUnverified(hint, tenantIds);
    const { issuer, keys } = await findAuthority(named);
    const { payload } = await compactVerify(hint, keys, { algorithms: ['RS256'] }).catch((error: unknown) => {
      throw toProofRefusal(error, 'hint');
    });
    const { iss, aud, iat, nbf = iat, tid, oid, sub } = parseClaims(payload);
    if (iss !== issuer) throw untrusted('issuer');
    const key = keys.jwks()?.keys.find((each) => each.kid === kid);
    if (!isEntraKeyOf(tid, key)) throw untrusted('key');
    if (!audiences.includes(aud)) throw untrusted('audience');
    const issuedAt = toEpochMs(epochSec(iat));
    if (Math.abs(clock.now() - issuedAt) > hintLifeSec * 1000) throw untrusted('out_of_time');
    if (toEpochMs(epochSec(nbf)) > addSec(clock.now(), hintLifeSec)) throw untrusted('not_yet_valid');
    if (await mayHaveBeenLost(epochSec(iat), { state })) throw untrusted('forgotten');
    const digest = digestOf(hint.slice(0, hint.lastIndexOf('.'))).toString('base64url');
    // The record is kept for as long as the hint's `iat` is accepted, plus the clock skew between replicas.
    const proof: Proof = { id: `entra-hint:${name}:${digest}`, expiresAt: addSec(issuedAt, 2 * hintLifeSec) };
    // `sub` is pairwise, and the answer must repeat it; the object id is the subject of enrolments.
    return { sub, tid, oid, proof };
  };
}

const untrusted = (hint: string): FaceError => new FaceError('caller_untrusted', { hint });

function readUnverified(hint: string, tenantIds: readonly string[]): { kid: string; tid: string } {
  if (hint.length > MAX_HINT_CHARACTERS) throw untrusted('malformed');
  try {
    const { kid } = headerGuard.parse(decodeProtectedHeader(hint));
    const { tid } = tenantGuard.parse(decodeJwt(hint));
    if (tenantIds.includes(tid)) return { kid, tid };
  } catch {
    // The error has no cause, because the cause may quote the hint.
    throw untrusted('malformed');
  }
  throw untrusted('tenant');
}

function parseClaims(payload: Uint8Array): z.output<typeof claimsGuard> {
  const claims = parseJsonAs(payload, claimsGuard);
  if (claims !== undefined) return claims;
  throw untrusted('claims');
}
