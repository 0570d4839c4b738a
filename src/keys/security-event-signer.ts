import type { JsonObject } from '../base/json.js';
import { FaceError } from '../errors.js';
import type { OidcKeys, PublicKey } from './oidc-key-set.js';

/** Signs Security Event Tokens (RFC 8417). */
export interface SecurityEventSigner {
  /** @returns a compact JWS (RFC 7515). @throws FaceError `key_service_unavailable` */
  sign(claims: JsonObject): Promise<string>;
  /** The key that signs first, then those whose tokens may still be about. @throws FaceError `key_service_unavailable` */
  publicKeys(): Promise<readonly PublicKey[]>;
}

/**
 * Signs with the keys of the OpenID provider, and takes turns with them: receivers take RS256 with 2048 bits or more and
 * nothing else. A token of this type is no ID token, also for who does not look at `typ`: it has neither `exp` nor `sub`.
 * @param openKeys - asked at the first use
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
