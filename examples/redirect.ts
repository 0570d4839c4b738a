/*
 * Sign-in by redirect: after the first factor, the user goes to the capture page and returns to your application.
 *
 * GET /login starts a step-up and redirects the browser. GET /login/done reads the receipt and verifies it. List
 * RETURN_URL in `policy.returnUrls` of the connection. The client token needs the scope `verify`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_… FACESTEP_CONNECTION=workforce
 *   export RETURN_URL=http://localhost:3000/login/done SIGNED_IN_USER=00u1abc
 *   node dist/examples/redirect.js 3000
 */
import { randomBytes } from 'node:crypto';
import { createFacestepClient, createReceiptVerifier } from '@facestep/client';
import express from 'express';
import { z } from 'zod';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const { FACESTEP_ISSUER: issuer = url, FACESTEP_CONNECTION: connection = '', RETURN_URL: returnUrl = '' } = process.env;
// In your application: the provider's id of the user whose first factor you have just verified.
const { SIGNED_IN_USER: subject = '' } = process.env;

const audience = new URL(returnUrl).origin;
const facestep = createFacestepClient({ url, clientToken, fetch });
const keys = { jwksUri: `${url}/.well-known/jwks.json`, fetch };
const receipts = createReceiptVerifier({ issuer, audience, keys, clock: Date });
const pending = new Map<string, { readonly id: string; readonly nonce: string }>();
const app = express();

app.get('/login', async (_request, response) => {
  const nonce = randomBytes(16).toString('base64url');
  const asked = { connection, subject, audience, nonce, returnUrl, immediate: true };
  const { id, url: page } = await facestep.startStepUp(asked);
  const browser = randomBytes(32).toString('base64url');
  pending.set(browser, { id, nonce });
  response.cookie('login', browser, { httpOnly: true, secure: true, sameSite: 'lax' });
  response.redirect(303, page);
});

app.get('/login/done', async (request, response) => {
  const [, browser = ''] = /(?:^|; )login=([\w-]+)/.exec(request.get('Cookie') ?? '') ?? [];
  const login = pending.get(browser);
  if (login === undefined) return void response.status(401).json({ error: 'Start again at /login.' });
  const { state, receipt } = await facestep.readStepUp(login.id);
  if (receipt === null) return void response.status(401).json({ error: 'Not verified.', state });
  pending.delete(browser); // Single-use: each login has its own nonce.
  const claims = await receipts.verify(receipt, { connection, subject, nonce: login.nonce });
  response.json({ welcome: claims.sub });
});

const server = app.listen(Number(process.argv[2]), '127.0.0.1', () => {
  const { port } = z.object({ port: z.number() }).parse(server.address());
  console.log(`The application listens on port ${port}.`);
});
