import express, { type Express } from 'express';
import { z } from 'zod';
import type { PageContext } from '../../simulators/cognito/index.js';
import { addUser, type PoolIdentityProvider, type UserPool } from '../../simulators/cognito/pool.js';
import { completeSignIn, createSignInElsewhere, toAuthorizationRequest } from '../../simulators/relying-party.js';

const skewSec = 60;

const startGuard = z.object({ pool: z.string(), idp: z.string(), hint: z.string().optional() });

/**
 * Creates managed login with an OpenID provider at `/oauth2/start?pool=<id>&idp=<name>`, optionally with
 * `hint=<login>`. Cognito sends no code challenge, checks no nonce, and sends its client secret only in the form of the
 * token request.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html
 */
export function createFederation(pools: ReadonlyMap<string, UserPool>, { now, url, fetch }: PageContext): Express {
  const pages = createSignInElsewhere({
    startPath: '/oauth2/start',
    callbackPath: '/oauth2/idpresponse',
    origin: url,
    find(query) {
      const { pool: poolId, idp, hint } = startGuard.parse(query);
      const pool = pools.get(poolId);
      const provider = pool?.identityProviders.get(idp);
      return pool === undefined || provider === undefined ? null : { pool, provider, hint };
    },
    async leave({ provider: { client }, hint }, started) {
      const { nonce: _, ...params } = toAuthorizationRequest(client, started);
      return [client.authorizationEndpoint, hint === undefined ? params : { ...params, login_hint: hint }];
    },
    async finish({ pool, provider }, answer) {
      const { client } = provider;
      const { claims, readUserinfo } = await completeSignIn(client, {
        ...answer,
        now,
        skewSec,
        fetch,
        hasNonce: false,
      });
      return signIn(pool, provider, { ...claims, ...(await readUserinfo()), sub: claims.sub }, now());
    },
  });
  return express().use(pages);
}

function signIn(
  pool: UserPool,
  { name, mapping }: PoolIdentityProvider,
  claims: Readonly<Record<string, unknown>> & { readonly sub: string },
  now: number,
): object {
  const username = `${name}_${claims.sub}`;
  const user =
    pool.users.get(pool.links.get(username) ?? username) ??
    addUser(pool, username, { created: now, status: 'EXTERNAL_PROVIDER' });
  for (const [attribute, claim] of Object.entries(mapping)) {
    const value = claims[claim];
    if (attribute === 'username' || value === undefined) continue;
    user.attributes.set(attribute, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { username: user.username, attributes: Object.fromEntries(user.attributes) };
}
