import express from 'express';
import * as client from 'openid-client';
import { z } from 'zod';
import { beginFaceCheck, finishFaceCheck, type Pending, type Registration } from '../web/face-check.js';
import { escapeHtml, listen, type Site } from '../web/site.js';

/** A fictional identity provider: user name and password first, then the face, by OpenID Connect. */
export interface SignInPage extends Site {
  readonly redirectUri: string;
}

const formGuard = z.object({ login: z.string(), password: z.string() });

interface SignIn {
  readonly login: string;
  readonly pending: Pending;
}

const toPage = (title: string, body: string, result = ''): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem; }
  label { display: block; margin: 1rem 0; } input { font: inherit; display: block; box-sizing: border-box; width: 100%; padding: .4rem; }
  button { font: inherit; padding: .5rem 1.5rem; } pre { background: #eef2f5; padding: 1rem; overflow: auto; }
</style>
<main data-result="${result}"><h1>${title}</h1>${body}</main>`;

/** Parses the submitted form. */
export const parseSignIn = (body: unknown): z.output<typeof formGuard> => formGuard.parse(body);

/** Renders the form for user name and password. */
export const toForm = (
  name: string,
  {
    users,
    note,
    path = '/sign-in',
  }: { readonly users: readonly string[]; readonly note: string; readonly path?: string },
): string =>
  toPage(
    `Sign in to ${name}`,
    `<p>${note}</p>
<form method="post" action="${escapeHtml(path)}">
<label>User name <input name="login" autocomplete="username" value="${escapeHtml(users[0] ?? '')}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form>`,
  );

/** Starts the portal on this machine. */
export async function startSignInPage({
  port,
  users,
  name = 'Example Portal',
  ...registration
}: Registration & {
  readonly port: number;
  readonly users: ReadonlyMap<string, string>;
  readonly name?: string;
}): Promise<SignInPage> {
  const app = express();
  const site = await listen(port, app);
  const redirectUri = `${site.url}/callback`;
  const signIns = new Map<string, SignIn>();

  app.get('/', (_request, response) => {
    response.send(
      toForm(name, { users: [...users.keys()], note: 'First your password, then a look into the camera.' }),
    );
  });
  app.post('/sign-in', express.urlencoded({ extended: false }), async (request, response) => {
    const { login, password } = parseSignIn(request.body);
    if (users.get(login) !== password) {
      response.status(401).send(toForm(name, { users: [login], note: 'User name or password is wrong.' }));
      return;
    }
    // The browser cannot read or change whom the request is about.
    const { url, pending } = await beginFaceCheck(
      registration,
      { redirect_uri: redirectUri, scope: 'openid profile', login_hint: login },
      { isPushed: true },
    );
    signIns.set(pending.state, { login, pending });
    response.redirect(303, url);
  });
  app.get('/callback', async (request, response) => {
    const state = z.string().catch('').parse(request.query.state);
    const started = signIns.get(state);
    signIns.delete(state);
    try {
      if (started === undefined) throw new Error('not begun here');
      const tokens = await finishFaceCheck(registration, new URL(request.url, site.url), started.pending);
      const claims = tokens.claims();
      if (claims?.preferred_username !== started.login) throw new Error('another user');
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

  return { ...site, redirectUri };
}
