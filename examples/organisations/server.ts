/*
 * A tax office where people file for a company: whoever shows their face chooses for which, and may do there what their role
 * says. A whole relying party with openid-client and nothing else.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { type Organisation, renderCompany, renderFiled, renderStart } from './pages.js';

/** The tax office, listening. */
export interface TaxOffice {
  readonly url: string;
  /** To be registered for the client. */
  readonly redirectUri: string;
  close(): Promise<void>;
}

/** What has to be remembered of a browser that is at the face check. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** A browser that is signed in, for as long as its access token is good. */
interface Session {
  readonly subject: string;
  readonly accessToken: string;
}

const cookieName = 'tax-office';

/**
 * Starts the tax office on this machine.
 * @param port - 0 takes a free one
 * @param issuer - of the OpenID provider that checks faces; asked for at the first visit
 */
export async function startTaxOffice({
  port,
  issuer,
  clientId,
  clientSecret,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}): Promise<TaxOffice> {
  const pending = new Map<string, Pending>();
  const sessions = new Map<string, Session>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 500, renderStart('Something went wrong.')));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://localhost:${typeof address === 'object' ? address?.port : port}`;
  const redirectUri = `${url}/callback`;

  // On this machine alone: anywhere else both sides speak https.
  const isLocal = new URL(issuer).protocol === 'http:';
  const discover = (): Promise<client.Configuration> =>
    client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
      execute: isLocal ? [client.allowInsecureRequests] : [],
    });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', url);
    if (pathname === '/') return send(response, 200, renderStart());
    if (pathname === '/sign-in') return leave(response);
    if (pathname === '/callback') return comeBack(request, response);
    if (pathname === '/file' && request.method === 'POST') return file(request, response);
    return send(response, 404, renderStart('There is nothing here.'));
  }

  /** To the face check. */
  async function leave(response: ServerResponse): Promise<void> {
    const codeVerifier = client.randomPKCECodeVerifier();
    const started = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
    const browser = randomBytes(24).toString('base64url');
    pending.set(browser, started);
    const authorize = client.buildAuthorizationUrl(await discover(), {
      redirect_uri: redirectUri,
      scope: 'openid organisation',
      // A face and no less, where the policy lets a code count too.
      claims: JSON.stringify({ id_token: { acr: { essential: true, values: ['face'] } } }),
      state: started.state,
      nonce: started.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    response.setHeader('set-cookie', `${cookieName}=${browser}; HttpOnly; SameSite=Lax; Path=/; Max-Age=900`);
    response.writeHead(303, { location: authorize.href }).end();
  }

  /** From the face check. */
  async function comeBack(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const browser = browserOf(request);
    const started = pending.get(browser);
    pending.delete(browser);
    if (started === undefined) return send(response, 400, renderStart('Please begin again.'));
    const config = await discover();
    try {
      const tokens = await client.authorizationCodeGrant(config, new URL(request.url ?? '', url), {
        pkceCodeVerifier: started.codeVerifier,
        expectedState: started.state,
        expectedNonce: started.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const organisation = toOrganisation(claims?.organisation);
      if (claims === undefined || organisation === null) throw new Error('for whom?');
      sessions.set(browser, { subject: claims.sub, accessToken: tokens.access_token });
      return send(response, 200, renderCompany(organisation, claims.sub));
    } catch (error) {
      const isRefused = error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
      const why = isRefused ? (error.error_description ?? 'access denied') : 'please try again';
      return send(response, isRefused ? 403 : 502, renderStart(`Not signed in: ${why}.`));
    }
  }

  /** What counts is asked for again: a role may have ended since. */
  async function file(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const session = sessions.get(browserOf(request));
    if (session === undefined) return send(response, 401, renderStart('Please sign in.'));
    try {
      const told = await client.fetchUserInfo(await discover(), session.accessToken, session.subject);
      const organisation = toOrganisation(told.organisation);
      if (organisation?.roles.includes('filer') !== true)
        return send(response, 403, renderStart('Your role does not let you file.'));
      return send(response, 200, renderFiled(organisation));
    } catch (error) {
      if (!(error instanceof client.WWWAuthenticateChallengeError) || error.status !== 401) throw error;
      sessions.delete(browserOf(request));
      return send(response, 403, renderStart('You do not act for this company any more.'));
    }
  }

  return {
    url,
    redirectUri,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const browserOf = ({ headers }: IncomingMessage): string =>
  new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1] ?? '';

/** The claim `organisation`; `null` where it is none. */
function toOrganisation(claim: unknown): Organisation | null {
  const { sub, name, roles } = Object(claim);
  if (typeof sub !== 'string' || typeof name !== 'string' || !Array.isArray(roles)) return null;
  return { sub, name, roles: roles.filter((role) => typeof role === 'string') };
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
  });
  response.end(page);
}
