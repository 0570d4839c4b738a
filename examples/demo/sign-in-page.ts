import express from 'express';
import * as client from 'openid-client';
import { z } from 'zod';
import { beginFaceCheck, finishFaceCheck, type Pending, type Registration } from '../web/face-check.js';
import { escapeHtml, listen, type RelyingParty, toDocument } from '../web/site.js';

const formGuard = z.object({ login: z.string(), password: z.string() });

interface SignIn {
  readonly login: string;
  readonly pending: Pending;
}

const toPage = (site: string, title: string, body: string, result = ''): string =>
  toDocument({ site, title, body: `<div data-result="${result}">${body}</div>` });

export const parseSignIn = (body: unknown): z.output<typeof formGuard> => formGuard.parse(body);

export const toForm = (
  name: string,
  {
    users,
    note,
    path = '/sign-in',
  }: { readonly users: readonly string[]; readonly note: string; readonly path?: string },
): string =>
  toPage(
    name,
    `Sign in to ${name}`,
    `<p>${note}</p>
<form method="post" action="${escapeHtml(path)}">
<label>User name <input name="login" autocomplete="username" value="${escapeHtml(users[0] ?? '')}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button></form>`,
  );

export async function startSignInPage({
  port,
  users,
  name = 'Example Portal',
  goToTomorrow,
  ...registration
}: Registration & {
  readonly port: number;
  readonly users: ReadonlyMap<string, string>;
  readonly name?: string;
  readonly goToTomorrow: () => Promise<void>;
}): Promise<RelyingParty> {
  const app = express();
  const site = await listen(port, app);
  const redirectUri = `${site.url}/callback`;
  const signIns = new Map<string, SignIn>();

  app.get('/', (_request, response) => {
    const today = new Date().toLocaleDateString('en', { dateStyle: 'full' });
    const note = `It is ${today}. Enter your password, then look into the camera.`;
    response.send(toForm(name, { users: [...users.keys()], note }));
  });
  app.post('/tomorrow', async (_request, response) => {
    await goToTomorrow();
    response.redirect(303, '/');
  });
  app.post('/sign-in', express.urlencoded({ extended: false }), async (request, response) => {
    const { login, password } = parseSignIn(request.body);
    if (users.get(login) !== password) {
      response.status(401).send(toForm(name, { users: [login], note: 'The user name or password is wrong.' }));
      return;
    }
    // The request is pushed (RFC 9126), so that the browser cannot read or change which user it names.
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
      if (started === undefined) throw new Error('not started here');
      const tokens = await finishFaceCheck(registration, new URL(request.url, site.url), started.pending);
      const claims = tokens.claims();
      if (claims?.preferred_username !== started.login) throw new Error('another user');
      const text = escapeHtml(JSON.stringify(claims, null, 2));
      response.send(
        toPage(
          name,
          'Signed in',
          `<p>ID token of the face check:</p><pre>${text}</pre><p><a href="/">Sign in again</a></p>
<form method="post" action="/tomorrow"><button>Go to tomorrow</button></form>`,
          'signed-in',
        ),
      );
    } catch (error) {
      const reason = error instanceof client.AuthorizationResponseError ? error.error : 'invalid answer';
      const body = `<p>The face check did not succeed (${escapeHtml(reason)}).</p><p><a href="/">Try again</a></p>`;
      response.status(403).send(toPage(name, 'Not signed in', body, 'refused'));
    }
  });

  return { ...site, redirectUri };
}
