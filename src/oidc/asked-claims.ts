import { z } from 'zod';
import type { OidcClient } from '../../adapters/openid-client.js';
import { isProtocolClaim } from '../config/claims.js';
import { type AskedClaim, claimsOfScope, isDataScope } from '../core/consented-data/claims.js';
import { oidcErrors } from './library.js';

/** A claim that a request asks for, and where it is to be told. */
export interface ClaimWanted extends AskedClaim {
  readonly inIdToken: boolean;
  readonly inUserInfo: boolean;
  /** The id of the connection that it comes from; `null`: the issuer's own. */
  readonly from: string | null;
}

const membersGuard = z
  .record(z.string(), z.object({ essential: z.boolean().optional() }).nullable())
  .default({})
  .transform((members) => new Map(Object.entries(members).map(([name, member]) => [name, member?.essential === true])));

const claimsGuard = z.object({ id_token: membersGuard, userinfo: membersGuard });

/**
 * What a request wants to know of the person, in the order of the client's registration: by its scopes in UserInfo
 * (OpenID Connect Core, section 5.4), by its `claims` where they say (section 5.5).
 * @throws oidcErrors.InvalidScope, oidcErrors.InvalidRequest: a claim is not registered
 */
export function toClaimsWanted(
  { consented }: Pick<OidcClient, 'consented'>,
  { scope = '', claims }: { readonly scope?: string | undefined; readonly claims?: string | undefined },
): readonly ClaimWanted[] {
  if (consented === undefined) return [];
  const registered = Object.keys(consented.claims);
  // Who registered nothing may name any scope, as ever, and gets nothing for it.
  const scopes = registered.length === 0 ? [] : scope.split(' ').filter(isDataScope);
  const byScope = scopes.flatMap((each) => {
    const own = registered.filter((name) => claimsOfScope[each].some((claim) => claim === name));
    if (own.length === 0) throw new oidcErrors.InvalidScope(`scope ${each}: no claim of it is registered`, each);
    return own;
  });
  const asked = claimsGuard.safeParse(claims === undefined ? {} : JSON.parse(claims));
  if (!asked.success) throw new oidcErrors.InvalidRequest('claims parameter is not understood');
  const { id_token: idToken, userinfo: userInfo } = asked.data;
  for (const name of [...idToken.keys(), ...userInfo.keys()]) {
    const isToldAnyway = isProtocolClaim(name) || (registered.length === 0 && name === 'preferred_username');
    if (isToldAnyway || registered.includes(name)) continue;
    // Whoever sent it wrote it: only what can be in such a text is repeated.
    throw new oidcErrors.InvalidRequest(`claim not registered: ${/^[\w.:/-]{1,100}$/.test(name) ? name : 'as sent'}`);
  }
  return registered
    .map((name) => ({
      name,
      isEssential: idToken.get(name) === true || userInfo.get(name) === true,
      inIdToken: idToken.has(name),
      inUserInfo: userInfo.has(name) || byScope.includes(name),
      from: consented.claims[name]?.from ?? null,
    }))
    .filter(({ inIdToken, inUserInfo }) => inIdToken || inUserInfo);
}
