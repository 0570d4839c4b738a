import { z } from 'zod';
import { isProtocolClaim } from '../config/claims.js';
import type { OidcClient } from '../connections/openid-client.js';
import { type AskedClaim, claimsOfScope, type DataScope, isDataScope } from '../core/consented-data/claims.js';
import { oidcErrors } from './library.js';

export interface ClaimWanted extends AskedClaim {
  readonly inIdToken: boolean;
  readonly inUserInfo: boolean;
  /** Id of the source connection, or `null` for the issuer's own claims. */
  readonly from: string | null;
}

const mostLogged = 20;

const membersGuard = z
  .record(z.string(), z.object({ essential: z.boolean().optional() }).nullable())
  .default({})
  .transform((members) => new Map(Object.entries(members).map(([name, member]) => [name, member?.essential === true])));

const claimsGuard = z.object({ id_token: membersGuard, userinfo: membersGuard });

interface ClaimsRequest {
  readonly scope?: string | undefined;
  readonly claims?: string | undefined;
}

/**
 * Returns the requested claims: by scopes for UserInfo (OpenID Connect Core, section 5.4), or by `claims` (section
 * 5.5). Claims that the client has not registered are ignored (section 5.5.1).
 * @throws oidcErrors.InvalidRequest
 */
export function toClaimsWanted(client: Pick<OidcClient, 'consented'>, request: ClaimsRequest): readonly ClaimWanted[] {
  const { registered, scopes, idToken, userInfo } = readRequest(client, request);
  const byScope = scopes.flatMap((scope) => registered.filter((name) => isOfScope(name, scope)));
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
  request: ClaimsRequest,
): readonly string[] {
  const { registered, scopes, idToken, userInfo } = readRequest(client, request);
  const isTold = (name: string): boolean =>
    isProtocolClaim(name) || client.claimNames.includes(name) || registered.includes(name);
  const isInUse = (scope: DataScope): boolean =>
    [...registered, ...client.claimNames].some((name) => isOfScope(name, scope));
  const claims = [...new Set([...idToken.keys(), ...userInfo.keys()])].filter((name) => !isTold(name));
  return [
    ...scopes.filter((scope) => !isInUse(scope)).map((scope) => `scope ${scope}`),
    // Claim names from a request are untrusted text.
    ...claims.map((name) => (/^[\w.:/-]{1,100}$/.test(name) ? name : 'a name that cannot be logged')),
  ].slice(0, mostLogged);
}

const isOfScope = (name: string, scope: DataScope): boolean => claimsOfScope[scope].some((claim) => claim === name);

function readRequest({ consented }: Pick<OidcClient, 'consented'>, { scope = '', claims }: ClaimsRequest) {
  const asked = claimsGuard.safeParse(claims === undefined ? {} : JSON.parse(claims));
  if (!asked.success) throw new oidcErrors.InvalidRequest('claims parameter is invalid');
  return {
    registered: Object.keys(consented?.claims ?? {}),
    scopes: scope.split(' ').filter(isDataScope),
    idToken: asked.data.id_token,
    userInfo: asked.data.userinfo,
  };
}
