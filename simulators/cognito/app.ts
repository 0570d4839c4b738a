import { randomBytes } from 'node:crypto';
import express, { type Express } from 'express';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { Refusal, showResult } from '../relying-party.js';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from './browser-client.js';

export interface CognitoApp {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly password: string;
}

interface Challenged {
  readonly user: InstanceType<typeof CognitoUser>;
  readonly answer: (receipt: string) => Promise<object>;
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
  const challenged = new Map<string, Challenged>();

  pages.get('/app/start', async (request, response) => {
    const { user: Username } = startGuard.parse(request.query);
    const { current: app } = apps;
    if (app === null) return void response.status(404).end();
    const state = randomBytes(16).toString('base64url');
    const Pool = new CognitoUserPool({ UserPoolId: app.userPoolId, ClientId: app.clientId, endpoint: url() });
    const user = new CognitoUser({ Username, Pool });
    user.setAuthenticationFlowType('CUSTOM_AUTH');
    const start = await new Promise<string | Refusal>((resolve) => {
      user.authenticateUser(new AuthenticationDetails({ Username, Password: app.password }), {
        onSuccess: () => resolve(new Refusal('no challenge')),
        onFailure: ({ code }: { readonly code: string }) => resolve(new Refusal('challenge', String(code))),
        customChallenge: (challenge: unknown) => resolve(challengeGuard.parse(challenge).startUrl),
      });
    });
    if (typeof start !== 'string') return showResult(response, () => Promise.reject(start));
    challenged.set(state, { user, answer: (receipt) => answerChallenge(user, receipt) });
    response.cookie('app-sign-in', state, { httpOnly: true, sameSite: 'lax', path: '/app' });
    response.redirect(302, `${start}&return=${encodeURIComponent(`${url()}/app/return`)}`);
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
      return waiting.answer(receipt === '' ? 'no face' : receipt);
    }),
  );
  return pages;
}

/**
 * Answers the challenge with the receipt. The receipt is also sent as client metadata, because the triggers keep no
 * state and derive the token's claims from the receipt.
 */
function answerChallenge(user: Challenged['user'], receipt: string): Promise<object> {
  return new Promise((resolve, reject) => {
    const metadata = { face_receipt: receipt };
    const callbacks = {
      onSuccess: (session: { getIdToken(): { getJwtToken(): string } }) =>
        resolve({ idToken: decodeJwt(session.getIdToken().getJwtToken()) }),
      onFailure: ({ code }: { readonly code: string }) => reject(new Refusal('answer', String(code))),
      // A second challenge means that the answer was wrong.
      customChallenge: () => reject(new Refusal('answer', 'wrong')),
    };
    user.sendCustomChallengeAnswer(receipt, callbacks, metadata);
  });
}

const returnPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title></head><body>
<form method="post" action="/app/answer"><input type="hidden" name="receipt"></form>
<script>
const [form] = document.forms;
form.receipt.value = new URLSearchParams(location.hash.slice(1)).get('face_receipt') ?? '';
form.submit();
</script></body></html>
`;
