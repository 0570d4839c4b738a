import type { JsonObject } from '../../core/base/json.js';
import { FaceError } from '../../errors.js';
import type { OidcKeys, PublicKey } from './oidc-keys.js';

export interface SecurityEventSigner {
  /** @returns a compact JWS (RFC 7515). */
  sign(claims: JsonObject): Promise<string>;
  /** Returns the public keys, the signing one first. */
  publicKeys(): Promise<readonly PublicKey[]>;
}

/**
 * Creates a signer for Security Event Tokens (RFC 8417) with the OpenID provider's keys, because receivers require
 * RS256. Tokens without `exp` and `sub` cannot be mistaken for ID tokens.
 * @see https://openid.github.io/sharedsignals/openid-caep-interoperability-profile-1_0.html (section 2.6)
 */
export const createSecurityEventSigner = (openKeys: () => Promise<OidcKeys>): SecurityEventSigner => ({
  async sign(claims) {
    const { signing } = await (await openKeys()).current();
    const [key] = signing;
    if (key === undefined) throw new FaceError('internal');
    const signed = [{ alg: 'RS256', kid: key.kid, typ: 'secevent+jwt' }, claims].map(toPart).join('.');
    const signature = await key.sign(Buffer.from(signed), 'RS256');
    return `${signed}.${Buffer.from(signature).toString('base64url')}`;
  },
  async publicKeys() {
    return (await (await openKeys()).current()).published;
  },
});

const toPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
