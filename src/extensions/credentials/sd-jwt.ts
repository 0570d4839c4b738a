import type { Json, JsonObject } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { digestOf } from '../../core/digest.js';

/** Selectively disclosable claims (RFC 9901, section 4.2). */
export interface ConcealedClaims {
  /** Digests of the disclosures, sorted so that their order reveals nothing about the claims. */
  readonly digests: string[];
  readonly disclosures: string[];
}

/** Size of a salt: 128 bits, as RFC 9901 recommends. */
const saltBytes = 16;

export function concealClaims(claims: JsonObject, { random }: Ports<'random'>): ConcealedClaims {
  const disclosures = Object.entries(claims).map(([name, value]) => {
    const parts: readonly Json[] = [Buffer.from(random(saltBytes)).toString('base64url'), name, value];
    return Buffer.from(JSON.stringify(parts)).toString('base64url');
  });
  const digests = disclosures.map((disclosure) => digestOf(disclosure).toString('base64url')).sort();
  return { digests, disclosures };
}

/** Joins the signed part and the disclosures to an SD-JWT without key binding. */
export const joinSdJwt = (jws: string, { disclosures }: ConcealedClaims): string => [jws, ...disclosures, ''].join('~');
