import type { Json, JsonObject } from '../../base/json.js';
import { digestOf } from '../../core/digest.js';
import type { Random } from '../../core/ports.js';

/** Selectively disclosable claims (RFC 9901, section 4.2). */
export interface ConcealedClaims {
  /** Sorted, so that the order reveals nothing. */
  readonly digests: string[];
  readonly disclosures: string[];
}

/** 128 bits, as the standard recommends. */
const saltBytes = 16;

export function concealClaims(claims: JsonObject, { random }: { readonly random: Random }): ConcealedClaims {
  const disclosures = Object.entries(claims).map(([name, value]) => {
    const parts: readonly Json[] = [Buffer.from(random(saltBytes)).toString('base64url'), name, value];
    return Buffer.from(JSON.stringify(parts)).toString('base64url');
  });
  const digests = disclosures.map((disclosure) => digestOf(disclosure).toString('base64url')).sort();
  return { digests, disclosures };
}

/** Joins signed part and disclosures, without key binding. */
export const joinSdJwt = (jws: string, { disclosures }: ConcealedClaims): string => [jws, ...disclosures, ''].join('~');
