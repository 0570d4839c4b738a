/*
 * A bank that asks for what two sources know: the name from the company's directory, the income from the payroll. One face
 * check, one consent. A whole relying party with openid-client and jose.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { checkSources } from './check-sources.js';
import { renderApplication, renderMessage, renderStart } from './pages.js';

/** The application, listening. */
export interface SeveralSources {
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

/** Each is registered for this client, with its purpose; the second with where it comes from. */
const claims = { userinfo: { name: { essential: true }, annual_income: { essential: true } } };

const cookieName = 'several-sources';

/**
 * Starts the application on this machine.
 * @param port - 0 takes a free one
 * @param issuer - of the OpenID provider that checks faces; asked for at the first visit
 * @param sources - issuers of the other sources that are believed, by name
 * @param hint - for whoever tries it
 */
export async function startSeveralSources({
  port,
  issuer,
  sources,
  clientId,
  clientSecret,
  hint = null,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly hint?: { readonly text: string; readonly url: string } | null;
}): Promise<SeveralSources> {
  const pending = new Map<string, Pending>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 500, renderMessage('Something went wrong', '')));
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
    if (pathname === '/') return send(response, 200, renderStart(hint));
    if (pathname === '/apply') return leave(response);
    if (pathname === '/callback') return comeBack(request, response);
    return send(response, 404, renderMessage('There is nothing here', ''));
  }

  /** To the face check. */
  async function leave(response: ServerResponse): Promise<void> {
    const codeVerifier = client.randomPKCECodeVerifier();
    const started = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
    const browser = randomBytes(24).toString('base64url');
    pending.set(browser, started);
    const authorize = client.buildAuthorizationUrl(await discover(), {
      redirect_uri: redirectUri,
      scope: 'openid',
      claims: JSON.stringify(claims),
      state: started.state,
      nonce: started.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    response.setHeader('set-cookie', `${cookieName}=${browser}; HttpOnly; SameSite=Lax; Path=/callback; Max-Age=1800`);
    response.writeHead(303, { location: authorize.href }).end();
  }

  /** From the face check: what the person agreed to is in UserInfo, and what a source signed is checked with its own keys. */
  async function comeBack(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const browser = new RegExp(`(?:^|; )${cookieName}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
    const started = pending.get(browser);
    pending.delete(browser);
    if (started === undefined) return send(response, 400, renderMessage('Please begin again', ''));
    const config = await discover();
    try {
      const tokens = await client.authorizationCodeGrant(config, new URL(request.url ?? '', url), {
        pkceCodeVerifier: started.codeVerifier,
        expectedState: started.state,
        expectedNonce: started.nonce,
        idTokenExpected: true,
      });
      const told = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '');
      return send(response, 200, renderApplication(told, await checkSources(told, { issuers: sources, clientId })));
    } catch (error) {
      const isRefused = error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
      const text = isRefused ? 'Nothing was told to us.' : 'Please try again.';
      return send(response, isRefused ? 200 : 502, renderStart(hint, text));
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

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
  });
  response.end(page);
}
