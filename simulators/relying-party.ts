import { createHash, randomBytes } from 'node:crypto';
import { type Response as ExpressResponse, Router } from 'express';
import * as client from 'openid-client';
import { z } from 'zod';
import { html } from '../src/core/base/html.js';
import type { Fetch } from '../src/core/ports.js';

/* Authorization code flow, shared by the simulated providers that are relying parties. */

/**
 * Creates a sign-in at another OpenID provider. The start page redirects the browser there; the callback page shows the
 * result.
 */
export function createSignInElsewhere<Subject>(given: {
  readonly startPath: string;
  readonly callbackPath: string;
  /** URL of this simulated provider, known once its server listens. */
  readonly origin: () => string;
  /** Returns whom the start page is for; `null` if there is no such user or provider. */
  find(query: unknown): Subject | null;
  /** Returns the URL to redirect the browser to, with its query. */
  leave(subject: Subject, started: StartedSignIn): Promise<readonly [string, Readonly<Record<string, string>>]>;
  /** Redeems the code, and returns details for the result page. */
  finish(subject: Subject, answer: { readonly code: string; readonly started: StartedSignIn }): Promise<object>;
}): Router {
  const router = Router();
  const pending = new Map<string, { readonly subject: Subject; readonly started: StartedSignIn }>();
  router.get(given.startPath, async (request, response) => {
    const subject = given.find(request.query);
    if (subject === null) return void response.status(404).end();
    const started = startSignIn(given.origin() + given.callbackPath);
    pending.set(started.state, { subject, started });
    try {
      const [endpoint, query] = await given.leave(subject, started);
      const url = new URL(endpoint);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      response.redirect(302, url.href);
    } catch (error) {
      await showResult(response, () => Promise.reject(error));
    }
  });
  router.get(given.callbackPath, (request, response) =>
    showResult(response, async () => {
      const { data } = queryGuard.safeParse(request.query);
      const found = pending.get(data?.state ?? '');
      if (data === undefined || found === undefined) throw new Refusal('state');
      pending.delete(data.state);
      if (data.error !== undefined) throw new Refusal('error', data.error);
      if (data.code === undefined) throw new Refusal('code');
      return given.finish(found.subject, { code: data.code, started: found.started });
    }),
  );
  return router;
}

export type OpenIdProvider = Awaited<ReturnType<typeof discover>>;

/** Reads the metadata of a provider. @throws Error, also if the metadata is of another issuer */
export async function discover(
  issuer: string,
  registered: { readonly clientId: string; readonly clientSecret: string; readonly scopes: readonly string[] },
  fetch: Fetch,
) {
  const found = await client.discovery(new URL(issuer), registered.clientId, undefined, undefined, {
    execute: [client.allowInsecureRequests],
    [client.customFetch]: toCustomFetch(fetch),
  });
  const metadata = found.serverMetadata();
  return {
    issuer,
    authorizationEndpoint: metadata.authorization_endpoint ?? '',
    tokenEndpoint: metadata.token_endpoint ?? '',
    jwksUri: metadata.jwks_uri ?? '',
    userinfoEndpoint: metadata.userinfo_endpoint ?? null,
    parEndpoint: metadata.pushed_authorization_request_endpoint ?? null,
    ...registered,
  };
}

const toCustomFetch =
  (fetch: Fetch): client.CustomFetch =>
  (url, { method, headers, body, redirect }) =>
    fetch(url, { method, headers, redirect, body: body ?? null });

/** Failure of a sign-in, with a word for the result page and the provider's message. */
export class Refusal extends Error {
  constructor(
    readonly reason: string,
    readonly said = '',
  ) {
    super(`${reason} ${said}`);
  }
}

export type StartedSignIn = ReturnType<typeof startSignIn>;

export const startSignIn = (redirectUri: string) => ({
  state: randomBytes(24).toString('base64url'),
  nonce: randomBytes(24).toString('base64url'),
  codeVerifier: randomBytes(32).toString('base64url'),
  redirectUri,
});

/** Parameters of the authorization request of a sign-in. */
export const toAuthorizationRequest = (
  { clientId, scopes }: OpenIdProvider,
  { state, nonce, redirectUri }: StartedSignIn,
) => ({
  client_id: clientId,
  redirect_uri: redirectUri,
  response_type: 'code',
  scope: scopes.join(' '),
  state,
  nonce,
});

/** PKCE, S256 (RFC 7636). */
export const toCodeChallenge = (codeVerifier: string): string =>
  createHash('sha256').update(codeVerifier).digest('base64url');

const queryGuard = z.object({
  state: z.string(),
  code: z.string().optional(),
  error: z.string().optional(),
});

interface Completion {
  readonly code: string;
  readonly started: StartedSignIn;
  readonly now: () => number;
  readonly skewSec: number;
  readonly fetch: Fetch;
  readonly hasPkce?: boolean;
  readonly hasNonce?: boolean;
}

/** Configures the library as this relying party: it sends the client secret in the form, and verifies signatures. */
function configure(
  { issuer, tokenEndpoint, jwksUri, userinfoEndpoint, clientId, clientSecret }: OpenIdProvider,
  { now, skewSec, fetch }: Pick<Completion, 'now' | 'skewSec' | 'fetch'>,
): client.Configuration {
  const config = new client.Configuration(
    { issuer, token_endpoint: tokenEndpoint, jwks_uri: jwksUri, userinfo_endpoint: userinfoEndpoint ?? '' },
    clientId,
    { [client.clockSkew]: Math.round((now() - Date.now()) / 1000), [client.clockTolerance]: skewSec },
    client.ClientSecretPost(clientSecret),
  );
  config[client.customFetch] = toCustomFetch(fetch);
  client.allowInsecureRequests(config);
  client.enableNonRepudiationChecks(config);
  return config;
}

/** Turns the errors of the library into refusals. */
const refuse =
  (reason: string) =>
  (error: unknown): never => {
    if (error instanceof client.ResponseBodyError) throw new Refusal(reason, error.error);
    if (error instanceof client.ClientError) throw new Refusal(reason, error.code ?? error.message);
    throw error;
  };

/** Redeems a code, and verifies the ID token. */
export async function completeSignIn(provider: OpenIdProvider, completion: Completion) {
  const { code, started, hasPkce = false, hasNonce = true } = completion;
  const answer = new URL(started.redirectUri);
  answer.search = `${new URLSearchParams({ code, state: started.state })}`;
  const config = configure(provider, completion);
  const checks: client.AuthorizationCodeGrantChecks = { expectedState: started.state, idTokenExpected: true };
  if (hasNonce) checks.expectedNonce = started.nonce;
  if (hasPkce) checks.pkceCodeVerifier = started.codeVerifier;
  const tokens = await client.authorizationCodeGrant(config, answer, checks).catch(refuse('token'));
  const claims = tokens.claims();
  if (claims === undefined) throw new Refusal('token', 'no ID token');
  /** Reads the userinfo endpoint and checks that it has the same subject (section 5.3.2). */
  const readUserinfo = () => client.fetchUserInfo(config, tokens.access_token, claims.sub).catch(refuse('userinfo'));
  return { claims, readUserinfo };
}

/** Shows the result: `data-result` is the outcome, `data-reason` the failure. */
export async function showResult(response: ExpressResponse, finish: () => Promise<object>): Promise<void> {
  const { result, reason, details } = await finish().then(
    (details) => ({ result: 'signed-in', reason: '', details }),
    (error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      const { reason, said } = error;
      return { result: 'refused', reason, details: { reason, said } };
    },
  );
  const title = result === 'signed-in' ? 'Signed in' : 'Not signed in';
  response
    .status(result === 'signed-in' ? 200 : 403)
    .set({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    .send(
      html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>
<body data-result="${result}" data-reason="${reason}"><main><h1>${title}</h1>
<pre id="details">${JSON.stringify(details, null, 2)}</pre></main></body></html>
`.toString(),
    );
}
