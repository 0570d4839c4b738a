import { decodeJwt } from 'jose';
import { z } from 'zod';
import { isForgotten } from '../core/change-stored.js';
import type { Ports } from '../core/deps.js';
import { digestOf } from '../core/digest.js';
import { addSec, epochSec, toEpochMs } from '../core/units.js';

/** Maximum age of a signed request in seconds, and tolerance for client clocks that are ahead. */
const signedLifeSec = 600;

const timesGuard = z.object({ iat: z.number().optional(), exp: z.number().optional() });

/**
 * Returns true if a signed request object (RFC 9101) is fresh and used for the first time. A replayed object is no
 * error, but counts as unsigned. Uses are stored by a digest of the content, because one signature has several
 * encodings.
 */
export async function takeSignedRequest(
  object: string,
  name: string,
  { clock, state }: Ports<'state' | 'clock'>,
): Promise<boolean> {
  const { iat, exp } = timesGuard.parse(decodeJwt(object));
  const signedAtSec = iat ?? (exp === undefined ? null : exp - signedLifeSec);
  if (signedAtSec === null) return false;
  const signedAt = toEpochMs(epochSec(signedAtSec));
  if (Math.abs(clock.now() - signedAt) > signedLifeSec * 1000) return false;
  if (await isForgotten(epochSec(signedAtSec), { state })) return false;
  const digest = digestOf(object.slice(0, object.lastIndexOf('.'))).toString('base64url');
  // Twice the maximum age, because the clocks of replicas differ.
  const used = { when: 'absent', expiresAt: addSec(signedAt, 2 * signedLifeSec) } as const;
  return state.write(`signed-request:${name}:${digest}`, true, used);
}
