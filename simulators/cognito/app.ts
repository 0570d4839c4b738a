import { randomBytes } from 'node:crypto';
import type { CognitoUser as BrowserUser, CognitoUserSession } from 'amazon-cognito-identity-js';
import express, { type Express } from 'express';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { Refusal, showResult } from '../relying-party.js';

/*
 * AWS's browser client computes fifty times slower with any `navigator` that is not Netscape. Node has a `navigator`
 * from version 21 on, so set it before the client loads.
 */
const navigator: unknown = Reflect.get(globalThis, 'navigator');
if (typeof navigator === 'object' && navigator !== null) {
  Object.defineProperty(navigator, 'appName', { value: 'Netscape', configurable: true });
}

export const { AuthenticationDetails, CognitoUser, CognitoUserPool } = await import('amazon-cognito-identity-js');

/** Result of a step of a sign-in: tokens, a challenge, or a failure. */
export type BrowserSignIn =
  | { readonly kind: 'tokens'; readonly session: CognitoUserSession }
  | { readonly kind: 'challenge'; readonly parameters: unknown }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Signs a user in by custom authentication. `answer` answers the challenge with a receipt. */
export function createBrowserSignIn(
  at: { readonly userPoolId: string; readonly clientId: string; readonly endpoint: string },
  { login, password }: { readonly login: string; readonly password: string },
) {
  const Pool = new CognitoUserPool({ UserPoolId: at.userPoolId, ClientId: at.clientId, endpoint: at.endpoint });
  const user: BrowserUser = new CognitoUser({ Username: login, Pool });
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  const settle = (start: (callbacks: Parameters<BrowserUser['authenticateUser']>[1]) => void): Promise<BrowserSignIn> =>
    new Promise((resolve) =>
      start({
        onSuccess: (session) => resolve({ kind: 'tokens', session }),
        onFailure: ({ code, message }: { readonly code?: unknown; readonly message?: unknown }) =>
          resolve({ kind: 'failed', code: String(code), message: String(message) }),
        customChallenge: (parameters: unknown) => resolve({ kind: 'challenge', parameters }),
      }),
    );
  return {
    login,
    start: () =>
      settle((callbacks) =>
        user.authenticateUser(new AuthenticationDetails({ Username: login, Password: password }), callbacks),
      ),
    /**
     * The receipt is also sent as client metadata, because the triggers keep no state and derive the token's claims from
     * the receipt.
     */
    answer: (receipt: string) =>
      settle((callbacks) => user.sendCustomChallengeAnswer(receipt, callbacks, { face_receipt: receipt })),
  };
}

export interface CognitoApp {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly password: string;
}

const startGuard = z.object({ user: z.string() });
const challengeGuard = z.object({ startUrl: z.url() });
const answerGuard = z.object({ receipt: z.string() });

/**
 * Creates the application's pages: `/app/start?user=<name>` opens the capture page; `/app/return` answers the challenge
 * and shows the result.
 */
export function createAppPages(apps: { current: CognitoApp | null }, url: () => string): Express {
  const pages = express();
  const challenged = new Map<string, ReturnType<typeof createBrowserSignIn>>();

  pages.get('/app/start', async (request, response) => {
    const { user: login } = startGuard.parse(request.query);
    const { current: app } = apps;
    if (app === null) return void response.status(404).end();
    const state = randomBytes(16).toString('base64url');
    const signIn = createBrowserSignIn({ ...app, endpoint: url() }, { login, password: app.password });
    const begun = await signIn.start();
    if (begun.kind !== 'challenge') {
      const code = begun.kind === 'failed' ? begun.code : 'none';
      return showResult(response, () => Promise.reject(new Refusal('challenge', code)));
    }
    const { startUrl } = challengeGuard.parse(begun.parameters);
    challenged.set(state, signIn);
    response.cookie('app-sign-in', state, { httpOnly: true, sameSite: 'lax', path: '/app' });
    response.redirect(302, `${startUrl}&return=${encodeURIComponent(`${url()}/app/return`)}`);
  });

  // The receipt is in the fragment, which only a script in the page can read.
  pages.get('/app/return', (_request, response) => {
    response.set({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).send(returnPage);
  });

  pages.post('/app/answer', express.urlencoded({ extended: false }), (request, response) =>
    showResult(response, async () => {
      const { receipt } = answerGuard.parse(request.body);
      const state = /(?:^|; )app-sign-in=([\w-]+)/.exec(request.get('cookie') ?? '')?.[1] ?? '';
      const waiting = challenged.get(state);
      if (waiting === undefined) throw new Refusal('state');
      challenged.delete(state);
      const answered = await waiting.answer(receipt === '' ? 'no face' : receipt);
      // A second challenge means that the answer was wrong.
      if (answered.kind !== 'tokens') throw new Refusal('answer', answered.kind === 'failed' ? answered.code : 'wrong');
      return { idToken: decodeJwt(answered.session.getIdToken().getJwtToken()) };
    }),
  );
  return pages;
}

const returnPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title></head><body>
<form method="post" action="/app/answer"><input type="hidden" name="receipt"></form>
<script>
const [form] = document.forms;
form.receipt.value = new URLSearchParams(location.hash.slice(1)).get('face_receipt') ?? '';
form.submit();
</script></body></html>
`;
