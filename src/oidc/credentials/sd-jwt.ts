import type { Json, JsonObject } from '../../base/json.js';
import { digestOf } from '../../core/digest.js';
import type { Random } from '../../core/ports.js';

/** Claims that a holder shows or keeps back, one by one (RFC 9901, section 4.2). */
export interface ConcealedClaims {
  /** What stands in the signed part, in their own order, which tells nothing. */
  readonly digests: string[];
  /** What goes with it: each opens one digest. */
  readonly disclosures: string[];
}

/** 128 bits, as the standard recommends. */
const saltBytes = 16;

/** Conceals every member by itself. A value that is an object or a list is shown whole, or not at all. */
export function concealClaims(claims: JsonObject, { random }: { readonly random: Random }): ConcealedClaims {
  const disclosures = Object.entries(claims).map(([name, value]) => {
    const parts: readonly Json[] = [Buffer.from(random(saltBytes)).toString('base64url'), name, value];
    return Buffer.from(JSON.stringify(parts)).toString('base64url');
  });
  const digests = disclosures.map((disclosure) => digestOf(disclosure).toString('base64url')).sort();
  return { digests, disclosures };
}

/** A credential without a proof of who shows it: its signed part, and all its disclosures. */
export const joinSdJwt = (jws: string, { disclosures }: ConcealedClaims): string => [jws, ...disclosures, ''].join('~');
