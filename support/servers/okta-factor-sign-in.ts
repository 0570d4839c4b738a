import type { Router } from 'express';
import { decodeJwt, SignJWT } from 'jose';
import { z } from 'zod';
import { OAuthError } from '../../simulators/okta/errors.js';
import { mintTokens } from '../../simulators/okta/minting.js';
import { findUser, type IdentityProvider, type Org, type OrgUser } from '../../simulators/okta/org.js';
import {
  completeSignIn,
  createSignInElsewhere,
  Refusal,
  toAuthorizationRequest,
} from '../../simulators/relying-party.js';

/** Default of `policy.maxClockSkew`. */
const skewSec = 120;

const startGuard = z.object({ user: z.string() });
const claimsGuard = z.looseObject({ amr: z.array(z.string()).optional() });

/**
 * Creates a sign-in with the IdP authenticator, after the password: `/signin/factor/start?user=<login>`.
 * @see https://help.okta.com/oie/en-us/Content/Topics/identity-engine/authenticators/configure-idp-authenticator.htm
 */
export const createFactorSignIn = (org: Org): Router =>
  createSignInElsewhere({
    startPath: '/signin/factor/start',
    callbackPath: '/oauth2/v1/authorize/callback',
    origin: () => org.url,
    find(query) {
      const user = findUser(org, startGuard.parse(query).user);
      const [authenticator] = org.authenticators.values();
      const idp = org.identityProviders.get(authenticator?.idpId ?? '');
      return user === undefined || idp === undefined ? null : { user, idp };
    },
    async leave({ idp }, started) {
      const params = { ...toAuthorizationRequest(idp.client, started), response_mode: 'query' };
      return [idp.client.authorizationEndpoint, await signIfAsked(idp, params, org)];
    },
    async finish({ user, idp: { id } }, answer) {
      // Its definition may have changed since the start.
      const idp = org.identityProviders.get(id);
      if (idp?.usage !== 'FACTOR_ONLY') throw new Refusal('state');
      const { fetch, now } = org;
      const { claims } = await completeSignIn(idp.client, { ...answer, now, skewSec, fetch });
      const { amr, ...rest } = claimsGuard.parse(claims);
      checkIsSigningIn(idp, user, claims.sub, rest[idp.userNameClaim]);
      if (idp.trustClaims && amr === undefined) throw new Refusal('amr');
      const tokens = await signIn(org, user);
      const characteristics = toCharacteristics(idp, amr ?? []);
      return { login: user.profile.login, characteristics, idToken: claims, ...tokens };
    },
  });

/** Replaces the parameters with `request` (RFC 9101) if the identity provider is configured so. */
async function signIfAsked(
  { requestAlgorithm: alg, client }: IdentityProvider,
  params: Readonly<Record<string, string>>,
  org: Org,
): Promise<Readonly<Record<string, string>>> {
  if (alg === null) return params;
  if (!alg.startsWith('HS')) throw new Error('this simulator signs requests under the secret alone');
  const now = Math.floor(org.now() / 1000);
  const request = await new SignJWT({ ...params, iss: client.clientId, aud: client.issuer, iat: now, exp: now + 300 })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(client.clientSecret));
  return { client_id: client.clientId, response_type: 'code', scope: 'openid', request };
}

/** Links the user by the mapped login at the first sign-in. Later only `sub` counts. */
function checkIsSigningIn(
  { links, userNameClaim }: IdentityProvider,
  user: OrgUser,
  sub: string,
  username: unknown,
): void {
  const linked = links.get(sub);
  if (linked !== undefined && linked !== user.id) throw new Refusal('user', 'another user');
  if (linked !== undefined) return;
  if ([...links.values()].includes(user.id)) throw new Refusal('user', 'another sub before');
  if (username !== user.profile.login) throw new Refusal('user', userNameClaim);
  links.set(sub, user.id);
}

const possessions = ['hwk', 'otp', 'phr', 'pop', 'sc', 'sms', 'swk', 'tel'];

/**
 * Returns the factor types. Without trusted claims, the type is possession. With trusted claims, `amr` determines the
 * types, and a face counts only together with a possession factor.
 * @see https://developer.okta.com/docs/guides/configure-claims-sharing/thirdpartyoidc/main/
 */
function toCharacteristics({ trustClaims }: IdentityProvider, amr: readonly string[]): readonly string[] {
  if (!trustClaims) return ['possession'];
  if (!amr.some((method) => possessions.includes(method))) return [];
  return amr.includes('face') ? ['possession', 'biometric'] : ['possession'];
}

async function signIn(org: Org, user: OrgUser): Promise<object> {
  const server = org.servers.get('default');
  const client = [...org.clients.values()].find(({ name }) => name === 'Web application');
  if (server === undefined || client === undefined) throw new Refusal('application');
  const issue = { server, client, user, grantType: 'authorization_code', scope: 'openid' };
  const tokens = await mintTokens(org, issue).catch((error: unknown) => {
    throw error instanceof OAuthError ? new Refusal('token_hook', error.message) : error;
  });
  return { accessToken: decodeJwt(tokens.access_token) };
}
