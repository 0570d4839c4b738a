/*
 * A form that fills itself in: after a face check and the person's consent, from their profile at the identity provider.
 * A whole relying party with openid-client and nothing else.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as client from 'openid-client';
import { renderForm, renderMessage } from './pages.js';

/** The form, listening. */
export interface PrefilledForm {
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

/** What the form has fields for. Each is registered for this client, with its purpose. */
const claims = {
  userinfo: { given_name: { essential: true }, family_name: { essential: true }, email: null, phone_number: null },
};

const cookieName = 'prefilled-form';

/**
 * Starts the form on this machine.
 * @param port - 0 takes a free one
 * @param issuer - of the OpenID provider that checks faces; asked for at the first visit
 */
export async function startPrefilledForm({
  port,
  issuer,
  clientId,
  clientSecret,
}: {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}): Promise<PrefilledForm> {
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
    if (pathname === '/') return send(response, 200, renderForm({}));
    if (pathname === '/fill') return leave(response);
    if (pathname === '/callback') return comeBack(request, response);
    // What a form is for: here it is thrown away.
    if (pathname === '/send') return send(response, 200, renderMessage('Thank you', 'Your application is on its way.'));
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
    response.setHeader('set-cookie', `${cookieName}=${browser}; HttpOnly; SameSite=Lax; Path=/callback; Max-Age=900`);
    response.writeHead(303, { location: authorize.href }).end();
  }

  /** From the face check: what the person agreed to is in UserInfo, and what they did not is not. */
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
      const subject = tokens.claims()?.sub ?? '';
      return send(response, 200, renderForm(await client.fetchUserInfo(config, tokens.access_token, subject)));
    } catch (error) {
      const isRefused = error instanceof client.AuthorizationResponseError && error.error === 'access_denied';
      const text = isRefused ? 'Nothing was taken from your profile. Fill in the form by hand.' : 'Please try again.';
      return send(response, isRefused ? 200 : 502, renderForm({}, text));
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
