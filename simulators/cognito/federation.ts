import express, { type Express } from 'express';
import { z } from 'zod';
import type { Fetch } from '../../src/core/ports.js';
import {
  Refusal,
  readUserinfo,
  redeemCode,
  redirectTo,
  showResult,
  startPending,
  takePending,
  verifyIdToken,
} from '../relying-party.js';
import { addUser, type PoolIdentityProvider, type UserPool } from './pool.js';

const skewSec = 60;

const startGuard = z.object({ pool: z.string(), idp: z.string(), hint: z.string().optional() });

/**
 * Creates managed login with an OpenID provider at `/oauth2/start?pool=<id>&idp=<name>`, optionally with
 * `hint=<login>`. Cognito sends no code challenge, checks no nonce, and sends its client secret only in the form of the
 * token request.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html
 */
export function createFederation(
  pools: ReadonlyMap<string, UserPool>,
  { now, url, fetch }: { readonly now: () => number; readonly url: () => string; readonly fetch: Fetch },
): Express {
  const app = express();
  const pending = new Map<string, ReturnType<typeof startPending> & { poolId: string; idp: string }>();

  app.get('/oauth2/start', (request, response) => {
    const { pool: poolId, idp, hint } = startGuard.parse(request.query);
    const provider = pools.get(poolId)?.identityProviders.get(idp);
    if (provider === undefined) return void response.status(404).end();
    const started = startPending(`${url()}/oauth2/idpresponse`);
    pending.set(started.state, { ...started, poolId, idp });
    redirectTo(response, provider.client.authorizationEndpoint, {
      client_id: provider.client.clientId,
      redirect_uri: started.redirectUri,
      scope: provider.client.scopes.join(' '),
      response_type: 'code',
      state: started.state,
      ...(hint === undefined ? {} : { login_hint: hint }),
    });
  });

  app.get('/oauth2/idpresponse', (request, response) =>
    showResult(response, async () => {
      const { started, code } = takePending(pending, request.query);
      const pool = pools.get(started.poolId);
      const provider = pool?.identityProviders.get(started.idp);
      if (pool === undefined || provider === undefined) throw new Refusal('state');
      const { idToken, accessToken } = await redeemCode(provider.client, { code, started, hasPkce: false, fetch });
      const claims = await verifyIdToken(provider.client, idToken, { nonce: null, now, skewSec, fetch });
      const userinfo = await readUserinfo(provider.client, accessToken, claims.sub, fetch);
      return signIn(pool, provider, { ...claims, ...userinfo, sub: claims.sub }, now());
    }),
  );
  return app;
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
