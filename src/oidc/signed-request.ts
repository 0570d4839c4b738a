import { decodeJwt } from 'jose';
import { z } from 'zod';
import { digestOf } from '../core/digest.js';
import { isForgotten } from '../core/forgotten.js';
import type { Clock, State } from '../core/ports.js';
import { addSec, epochSec, toEpochMs } from '../core/units.js';

/** Greatest distance from now of when a request was signed, either way: for whoever reads slowly, and for clocks. */
const signedLifeSec = 600;

const timesGuard = z.object({ iat: z.number().optional(), exp: z.number().optional() });

/**
 * Whether a signed request object (RFC 9101) shows that its client sends this request now: it is fresh, and comes for the
 * first time. A browser brings it, and could bring it again; then it proves no more than an unsigned request, which is taken
 * too, so it is no error. Used ones are named by the digest of what was signed, as a signature can be written in several ways.
 * @param object - whose signature, `iss` and `aud` the protocol library has checked, and that `exp` is not past
 * @param name - keeps those of one connection's client apart from others'
 * @throws FaceError `state_unavailable`
 */
export async function takeSignedRequest(
  object: string,
  name: string,
  { clock, state }: { readonly clock: Clock; readonly state: State },
): Promise<boolean> {
  const { iat, exp } = timesGuard.parse(decodeJwt(object));
  const signedAtSec = iat ?? (exp === undefined ? null : exp - signedLifeSec);
  if (signedAtSec === null) return false;
  const signedAt = toEpochMs(epochSec(signedAtSec));
  if (Math.abs(clock.now() - signedAt) > signedLifeSec * 1000) return false;
  if (await isForgotten(epochSec(signedAtSec), { state })) return false;
  const digest = digestOf(object.slice(0, object.lastIndexOf('.'))).toString('base64url');
  // Kept for as long as the time of issue would let it count again, and a little more for the clocks of other replicas.
  const used = { when: 'absent', expiresAt: addSec(signedAt, 2 * signedLifeSec) } as const;
  return state.write(`signed-request:${name}:${digest}`, true, used);
}
