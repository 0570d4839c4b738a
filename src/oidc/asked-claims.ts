import { isProtocolClaim } from '../config/claims.js';
import type { OidcClient } from '../connections/openid-client.js';
import { type AskedClaim, claimsOfScope, type DataScope, isDataScope } from '../core/consented-data/claims.js';
import type { Asked } from './asked.js';

export interface ClaimWanted extends AskedClaim {
  readonly inIdToken: boolean;
  readonly inUserInfo: boolean;
  /** Id of the source connection, or `null` for the issuer's own claims. */
  readonly from: string | null;
}

const mostLogged = 20;

/**
 * Returns the requested claims: by scopes for UserInfo (OpenID Connect Core, section 5.4), or by `claims` (section
 * 5.5). Claims that the client has not registered are ignored (section 5.5.1).
 */
export function toClaimsWanted(
  client: Pick<OidcClient, 'consented'>,
  { params, idToken, userInfo }: Asked,
): readonly ClaimWanted[] {
  const registered = Object.keys(client.consented?.claims ?? {});
  const byScope = scopesOf(params).flatMap((scope) => registered.filter((name) => isOfScope(name, scope)));
  return registered
    .map((name) => ({
      name,
      isEssential: idToken.get(name) === true || userInfo.get(name) === true,
      inIdToken: idToken.has(name),
      inUserInfo: userInfo.has(name) || byScope.includes(name),
      from: client.consented?.claims[name]?.from ?? null,
    }))
    .filter(({ inIdToken, inUserInfo }) => inIdToken || inUserInfo);
}

export function unregisteredIn(
  client: Pick<OidcClient, 'consented' | 'claimNames'>,
  { params, idToken, userInfo }: Asked,
): readonly string[] {
  const registered = Object.keys(client.consented?.claims ?? {});
  const isTold = (name: string): boolean =>
    isProtocolClaim(name) || client.claimNames.includes(name) || registered.includes(name);
  const isInUse = (scope: DataScope): boolean =>
    [...registered, ...client.claimNames].some((name) => isOfScope(name, scope));
  const claims = [...new Set([...idToken.keys(), ...userInfo.keys()])].filter((name) => !isTold(name));
  return [
    ...scopesOf(params)
      .filter((scope) => !isInUse(scope))
      .map((scope) => `scope ${scope}`),
    // Claim names from a request are untrusted text.
    ...claims.map((name) => (/^[\w.:/-]{1,100}$/.test(name) ? name : 'a name that cannot be logged')),
  ].slice(0, mostLogged);
}

const isOfScope = (name: string, scope: DataScope): boolean => claimsOfScope[scope].some((claim) => claim === name);

const scopesOf = ({ scope = '' }: Asked['params']): readonly DataScope[] => scope.split(' ').filter(isDataScope);
