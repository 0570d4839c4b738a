import { createHash } from 'node:crypto';
import * as client from 'openid-client';
import { z } from 'zod';
import type { Clock, Fetch } from '../core/ports.js';
import type { Credential } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';

/**
 * Values that bind the provider's answer to one browser (state), the token to one visit (nonce), and the code to both
 * (PKCE).
 */
interface VisitSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * Derives the values from the 256 random bits in a browser's cookie, one-way, so that nothing is stored.
 * @param page - separates the visits of different pages
 */
export function secretsOf(secret: Credential, page: string): VisitSecrets {
  const derive = (use: string): string =>
    secret.use((text) => createHash('sha256').update(`facestep ${page} ${use} ${text}`).digest('base64url'));
  return { state: derive('state'), nonce: derive('nonce'), verifier: derive('verifier') };
}

export const matchesState = ({ state }: VisitSecrets, query: string): boolean =>
  new URLSearchParams(query).get('state') === state;

const discoveryLifeSec = 60 * 60;

const answerWithinSec = 5;

export interface SignInRegistration {
  /** Issuer, exactly as in the discovery document. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: Credential;
  /** Scopes in addition to `openid`. */
  readonly scopes: readonly string[];
}

export type Claims = Readonly<Record<string, unknown>> & { readonly sub: string };

export interface SignInProvider {
  /** @throws `profile_unavailable` if the provider does not respond correctly */
  begin(secrets: VisitSecrets): Promise<URL>;
  /**
   * Completes the sign-in.
   * @param isWhole - returns true if the claims of the ID token suffice; otherwise the UserInfo endpoint is called too
   * @throws `caller_untrusted` if the answer is invalid; `profile_unavailable` if the provider does not respond
   */
  finish(query: string, secrets: VisitSecrets, isWhole: (claims: Claims) => boolean): Promise<Claims>;
}

export function createSignInProvider(
  config: SignInRegistration,
  {
    redirectUri,
    use,
    clock,
    fetch,
  }: { readonly redirectUri: string; readonly use: string; readonly clock: Clock; readonly fetch: Fetch },
): SignInProvider {
  let known: { readonly until: EpochMs; readonly provider: Promise<client.Configuration> } | null = null;

  function discover(): Promise<client.Configuration> {
    if (known !== null && clock.now() < known.until) return known.provider;
    const provider = discoverProvider(config, fetch);
    known = { until: addSec(clock.now(), discoveryLifeSec), provider };
    provider.catch(() => {
      if (known?.provider === provider) known = null;
    });
    return provider;
  }

  return {
    async begin({ state, nonce, verifier }) {
      try {
        return client.buildAuthorizationUrl(await discover(), {
          redirect_uri: redirectUri,
          scope: ['openid', ...config.scopes].join(' '),
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
      } catch (cause) {
        throw new FaceError('profile_unavailable', { signIn: use }, { cause });
      }
    },
    async finish(query, { state, nonce, verifier }, isWhole) {
      try {
        const provider = await discover();
        const tokens = await client.authorizationCodeGrant(provider, new URL(`${redirectUri}${query}`), {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new FaceError('caller_untrusted');
        return isWhole(claims) ? claims : await complete(claims, tokens.access_token, provider);
      } catch (cause) {
        throw toRefusal(cause, use);
      }
    },
  };
}

/** Adds claims from the UserInfo endpoint, because some providers omit requested claims from the ID token. */
async function complete(claims: client.IDToken, accessToken: string, provider: client.Configuration): Promise<Claims> {
  if (provider.serverMetadata().userinfo_endpoint === undefined) return claims;
  return { ...(await client.fetchUserInfo(provider, accessToken, claims.sub)), ...claims };
}

async function discoverProvider(config: SignInRegistration, fetch: Fetch): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret } = config;
  const provider = await client.discovery(
    new URL(issuer),
    clientId,
    undefined,
    clientSecret.use((text) => client.ClientSecretBasic(text)),
    {
      [client.customFetch]: (url, { method, headers, redirect, body, signal }) =>
        fetch(url, { method, headers, redirect, body: toBody(body), signal: signal ?? null }),
      timeout: answerWithinSec,
      // The configuration allows plain HTTP only for a provider on this machine.
      execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
    },
  );
  // Verifies signatures of ID tokens in addition to TLS.
  client.enableNonRepudiationChecks(provider);
  return provider;
}

const toBody = (body: client.FetchBody): string | URLSearchParams | null =>
  typeof body === 'string' || body instanceof URLSearchParams ? body : null;

const unusableGuard = z.union([
  z.object({ status: z.int() }),
  z.object({ cause: z.object({ status: z.int() }) }).transform(({ cause }) => cause),
]);

function toRefusal(cause: unknown, use: string): FaceError {
  if (cause instanceof FaceError) return cause;
  const { data: unusable } = unusableGuard.safeParse(cause);
  const isUnanswered =
    cause instanceof TypeError ||
    (cause instanceof client.ClientError && cause.code === 'OAUTH_TIMEOUT') ||
    (unusable !== undefined && (unusable.status >= 500 || unusable.status === 429));
  return new FaceError(isUnanswered ? 'profile_unavailable' : 'caller_untrusted', { signIn: use }, { cause });
}
