import { createHash, randomBytes } from 'node:crypto';
import { type Response as ExpressResponse, Router } from 'express';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
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

export interface OpenIdProvider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly userinfoEndpoint: string | null;
  readonly parEndpoint: string | null;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

const metadataGuard = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  userinfo_endpoint: z.string().optional(),
  pushed_authorization_request_endpoint: z.string().optional(),
});

export async function discover(
  issuer: string,
  client: Pick<OpenIdProvider, 'clientId' | 'clientSecret' | 'scopes'>,
  fetch: Fetch,
): Promise<OpenIdProvider> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, {});
  if (!response.ok) throw new Refusal('discovery', `status ${response.status}`);
  const metadata = metadataGuard.parse(await response.json());
  if (metadata.issuer !== issuer) throw new Refusal('discovery', 'another issuer');
  return {
    issuer,
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
    jwksUri: metadata.jwks_uri,
    userinfoEndpoint: metadata.userinfo_endpoint ?? null,
    parEndpoint: metadata.pushed_authorization_request_endpoint ?? null,
    ...client,
  };
}

/** Failure of a sign-in, with a word for the result page and the provider's message. */
export class Refusal extends Error {
  constructor(
    readonly reason: string,
    readonly said = '',
  ) {
    super(`${reason} ${said}`);
  }
}

export interface StartedSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

export const startSignIn = (redirectUri: string): StartedSignIn => ({
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

const tokenErrorGuard = z.object({ error: z.string() });
const tokensGuard = z.object({ id_token: z.string(), access_token: z.string().optional() });

interface Completion {
  readonly code: string;
  readonly started: StartedSignIn;
  readonly now: () => number;
  readonly skewSec: number;
  readonly fetch: Fetch;
  readonly hasPkce?: boolean;
  readonly hasNonce?: boolean;
}

/** Redeems a code, with the client secret in the form, and verifies the ID token. */
export async function completeSignIn(provider: OpenIdProvider, completion: Completion) {
  const { code, started, hasPkce = false, fetch } = completion;
  const response = await fetch(provider.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: started.redirectUri,
      ...(hasPkce ? { code_verifier: started.codeVerifier } : {}),
      client_id: provider.clientId,
      client_secret: provider.clientSecret,
    }),
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal('token', tokenErrorGuard.safeParse(body).data?.error ?? String(response.status));
  const tokens = tokensGuard.safeParse(body);
  if (!tokens.success) throw new Refusal('token', 'not understood');
  const claims = await verifyIdToken(provider, tokens.data.id_token, completion);
  return { claims, accessToken: tokens.data.access_token ?? null };
}

/** Verifies an ID token (OpenID Connect Core, section 3.1.3.7). */
async function verifyIdToken(
  provider: OpenIdProvider,
  idToken: string,
  { started, now, skewSec, fetch, hasNonce = true }: Completion,
): Promise<JWTPayload & { readonly sub: string }> {
  const keys = createRemoteJWKSet(new URL(provider.jwksUri), { [customFetch]: (url, init) => fetch(url, init) });
  const payload = await jwtVerify(idToken, keys, {
    issuer: provider.issuer,
    audience: provider.clientId,
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['sub', 'exp', 'iat'],
    clockTolerance: skewSec,
    currentDate: new Date(now()),
  }).then(
    (verified) => verified.payload,
    (error: unknown) => {
      throw new Refusal('id_token', error instanceof errors.JOSEError ? error.code : 'keys');
    },
  );
  const { sub } = payload;
  if (sub === undefined || sub === '') throw new Refusal('id_token', 'sub');
  if (hasNonce && payload.nonce !== started.nonce) throw new Refusal('id_token', 'nonce');
  return { ...payload, sub };
}

const userinfoGuard = z.looseObject({ sub: z.string() });

/** Reads the userinfo endpoint and checks that it has the same subject (section 5.3.2). */
export async function readUserinfo(
  { userinfoEndpoint }: OpenIdProvider,
  accessToken: string | null,
  sub: string,
  fetch: Fetch,
): Promise<Readonly<Record<string, unknown>>> {
  if (userinfoEndpoint === null || accessToken === null) throw new Refusal('userinfo', 'none');
  const response = await fetch(userinfoEndpoint, { headers: { authorization: `Bearer ${accessToken}` } });
  const claims = userinfoGuard.safeParse(await response.json().catch(() => null));
  if (!response.ok || !claims.success) throw new Refusal('userinfo', String(response.status));
  if (claims.data.sub !== sub) throw new Refusal('userinfo', 'sub');
  return claims.data;
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
