import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import * as client from 'openid-client';
import { z } from 'zod';

/** A made-up identity provider: user name and password first, then the face, by OpenID Connect. */
export interface SignInPage {
  readonly url: string;
  /** Where the face check sends the browser back to. */
  readonly redirectUri: string;
  close(): Promise<void>;
}

const formGuard = z.object({ login: z.string(), password: z.string() });

/** What the portal has to remember of a browser that is at the face check. */
interface Pending {
  readonly login: string;
  readonly codeVerifier: string;
  readonly nonce: string;
}

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.codePointAt(0)};`);

const toPage = (title: string, body: string, result = ''): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
  label { display: block; margin: 1rem 0; } input { font: inherit; display: block; width: 100%; padding: .4rem; }
  button { font: inherit; padding: .5rem 1.5rem; } pre { background: #eef2f5; padding: 1rem; overflow: auto; }
</style>
<main data-result="${result}"><h1>${title}</h1>${body}</main>`;

const toForm = (name: string, users: readonly string[], note: string): string =>
  toPage(
    `Sign in to ${name}`,
    `<p>${note}</p>
<form method="post" action="/sign-in">
<label>User name <input name="login" autocomplete="username" value="${escapeHtml(users[0] ?? '')}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form>`,
  );

/**
 * Starts the portal on this machine.
 * @param issuer - of the OpenID provider that checks faces; asked for at the first sign-in
 * @param users - passwords by login
 * @param name - whose sign-in it is
 */
export async function startSignInPage({
  port,
  issuer,
  clientId,
  clientSecret,
  users,
  name = 'Example Portal',
}: {
  readonly port: number;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly users: ReadonlyMap<string, string>;
  readonly name?: string;
}): Promise<SignInPage> {
  const app = express();
  const server = createServer(app).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  const url = `http://localhost:${typeof address === 'object' ? address?.port : port}`;
  const redirectUri = `${url}/callback`;
  const pending = new Map<string, Pending>();
  const discover = (): Promise<client.Configuration> =>
    client.discovery(new URL(issuer), clientId, {}, client.ClientSecretBasic(clientSecret), {
      execute: [client.allowInsecureRequests],
    });

  app.get('/', (_request, response) => {
    response.send(toForm(name, [...users.keys()], 'First your password, then a look into the camera.'));
  });
  app.post('/sign-in', express.urlencoded({ extended: false }), async (request, response) => {
    const { login, password } = formGuard.parse(request.body);
    if (users.get(login) !== password) {
      response.status(401).send(toForm(name, [login], 'User name or password is wrong.'));
      return;
    }
    const state = client.randomState();
    const codeVerifier = client.randomPKCECodeVerifier();
    const nonce = client.randomNonce();
    pending.set(state, { login, codeVerifier, nonce });
    // Pushed: the browser does not have in hands whom it is about.
    const authorize = await client.buildAuthorizationUrlWithPAR(await discover(), {
      redirect_uri: redirectUri,
      scope: 'openid profile',
      login_hint: login,
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    response.redirect(303, authorize.href);
  });
  app.get('/callback', async (request, response) => {
    const state = z.string().catch('').parse(request.query.state);
    const started = pending.get(state);
    pending.delete(state);
    try {
      const tokens = await client.authorizationCodeGrant(await discover(), new URL(request.url, url), {
        pkceCodeVerifier: started?.codeVerifier ?? '',
        expectedState: state,
        expectedNonce: started?.nonce ?? '',
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (started === undefined || claims?.preferred_username !== started.login) throw new Error('another user');
      const text = escapeHtml(JSON.stringify(claims, null, 2));
      response.send(
        toPage('Signed in', `<p>The face check says:</p><pre>${text}</pre><p><a href="/">Again</a></p>`, 'signed-in'),
      );
    } catch (error) {
      const reason = error instanceof client.AuthorizationResponseError ? error.error : 'invalid answer';
      const body = `<p>The face check did not confirm it (${escapeHtml(reason)}).</p><p><a href="/">Again</a></p>`;
      response.status(403).send(toPage('Not signed in', body, 'refused'));
    }
  });

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
