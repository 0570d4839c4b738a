import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import express from 'express';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { createBrowserSignIn } from '../../simulators/cognito/browser-sign-in.js';
import { Refusal, showResult } from '../../simulators/relying-party.js';
import { serveForTest } from './serve.js';

interface CognitoApp {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly password: string;
}

const startGuard = z.object({ user: z.string() });
const challengeGuard = z.object({ startUrl: z.url() });
const answerGuard = z.object({ receipt: z.string() });

/**
 * Starts an application that signs users in at a user pool: `/app/start?user=<name>` opens the capture page; `/app/return`
 * answers the challenge and shows the result. It has no users before `open`.
 * @param endpoint - URL of the simulated Cognito
 */
export async function startCognitoApp(endpoint: string) {
  let app: CognitoApp | null = null;
  const pages = express();
  const challenged = new Map<string, ReturnType<typeof createBrowserSignIn>>();

  pages.get('/app/start', async (request, response) => {
    const { user: login } = startGuard.parse(request.query);
    if (app === null) return void response.status(404).end();
    const state = randomBytes(16).toString('base64url');
    const signIn = createBrowserSignIn({ ...app, endpoint }, { login, password: app.password });
    const begun = await signIn.start();
    if (begun.kind !== 'challenge') {
      const code = begun.kind === 'failed' ? begun.code : 'none';
      return showResult(response, () => Promise.reject(new Refusal('challenge', code)));
    }
    const { startUrl } = challengeGuard.parse(begun.parameters);
    challenged.set(state, signIn);
    response.cookie('app-sign-in', state, { httpOnly: true, sameSite: 'lax', path: '/app' });
    response.redirect(302, `${startUrl}&return=${encodeURIComponent(`${url}/app/return`)}`);
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
  const { host, close } = await serveForTest(createServer(pages));
  const url = `http://${host}`;
  return {
    url,
    open(opened: CognitoApp): void {
      app = opened;
    },
    close,
  };
}

const returnPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title></head><body>
<form method="post" action="/app/answer"><input type="hidden" name="receipt"></form>
<script>
const [form] = document.forms;
form.receipt.value = new URLSearchParams(location.hash.slice(1)).get('face_receipt') ?? '';
form.submit();
</script></body></html>
`;
