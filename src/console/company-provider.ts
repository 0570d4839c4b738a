import * as client from 'openid-client';
import type { SignInConfig } from '../config/console.js';
import type { Clock, Fetch } from '../core/ports.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type Person, toPerson } from './person.js';
import { secretsOf, type Visit } from './visit.js';

/** How long what the provider says of itself is believed. */
const discoveryLifeSec = 60 * 60;

/** The provider answers within this, or has not. */
const answerWithinSec = 5;

/** Signs administrators in at the company's own identity provider: code flow with PKCE. */
export interface CompanyProvider {
  /** Where the browser is sent. @throws FaceError `profile_unavailable`: it does not answer, or not as it must */
  begin(visit: Visit): Promise<URL>;
  /**
   * Takes what the browser came back with.
   * @param query - with its question mark
   * @throws FaceError `caller_untrusted`: the answer is no good; `profile_unavailable`: the provider does not answer
   */
  finish(query: string, visit: Visit): Promise<Person>;
}

export function createCompanyProvider(
  config: SignInConfig,
  { redirectUri, clock, fetch }: { readonly redirectUri: string; readonly clock: Clock; readonly fetch: Fetch },
): CompanyProvider {
  let known: { readonly until: EpochMs; readonly provider: Promise<client.Configuration> } | null = null;

  /** What could not be found out is asked for again the next time. */
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
    async begin(visit) {
      const { state, nonce, verifier } = secretsOf(visit);
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
        throw new FaceError('profile_unavailable', { console: 'signIn' }, { cause });
      }
    },
    async finish(query, visit) {
      const { state, nonce, verifier } = secretsOf(visit);
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
        return toPerson(await complete(claims, tokens.access_token, provider), config);
      } catch (cause) {
        throw toRefusal(cause);
      }
    },
  };

  /** Some providers keep groups out of ID tokens. */
  async function complete(
    claims: client.IDToken,
    accessToken: string,
    provider: client.Configuration,
  ): Promise<Readonly<Record<string, unknown>>> {
    const isWhole = config.groupsClaim in claims && ('preferred_username' in claims || 'email' in claims);
    if (isWhole || provider.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await client.fetchUserInfo(provider, accessToken, claims.sub)), ...claims };
  }
}

async function discoverProvider(config: SignInConfig, fetch: Fetch): Promise<client.Configuration> {
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
      // The configuration takes such an address of this machine alone.
      execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
    },
  );
  // Its signature is checked as well, whoever stood between.
  client.enableNonRepudiationChecks(provider);
  return provider;
}

/** Of all forms of a body the library sends two. */
const toBody = (body: client.FetchBody): string | URLSearchParams | null =>
  typeof body === 'string' || body instanceof URLSearchParams ? body : null;

function toRefusal(cause: unknown): FaceError {
  if (cause instanceof FaceError) return cause;
  const isUnanswered =
    cause instanceof TypeError || (cause instanceof client.ClientError && cause.code === 'OAUTH_TIMEOUT');
  return new FaceError(isUnanswered ? 'profile_unavailable' : 'caller_untrusted', { console: 'signIn' }, { cause });
}
