/*
 * Password, then face: the server of a login page.
 *
 * POST /login with name and password starts a step-up; POST /login/face with a photo ends it. A session is created only
 * with a receipt stating that this user's face was verified in this login. The client token needs the scopes `enrol`
 * and `verify`, and belongs to the tenant FACESTEP_TENANT.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_…
 *   node dist/examples/password-then-face.js enrol users.json ada@example.com "her password" 1.jpg 2.jpg 3.jpg
 *   node dist/examples/password-then-face.js serve users.json 3000
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { createFacestepClient, createReceiptVerifier, FacestepError } from '@facestep/client';
import express, { type Request, type Response } from 'express';
import { z } from 'zod';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
/** The server's public URL, if it differs from the URL called here. */
const { FACESTEP_ISSUER: issuer = url, FACESTEP_TENANT: tenant = 'default' } = process.env;
const audience = 'https://shop.example.com/login';
const binding = { scope: 'shop:login', accuracy: 4 };

const facestep = createFacestepClient({ url, clientToken, fetch });
const jwksUri = `${url}/.well-known/jwks.json`;
const receipts = createReceiptVerifier({ issuer, audience, keys: { jwksUri, fetch }, clock: Date });

const userGuard = z.object({ salt: z.string(), passwordHash: z.string(), faceToken: z.string() });
const usersGuard = z.record(z.string(), userGuard);
const [command, file = '', ...rest] = process.argv.slice(2);
const users = existsSync(file) ? usersGuard.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const hashOf = (password: string, salt: string): Promise<Buffer> => derive(password, Buffer.from(salt, 'base64'), 32);

async function enrol([login = '', password = '', ...photoFiles]: string[]): Promise<void> {
  const photos = photoFiles.map((name) => readFileSync(name));
  const { token: faceToken } = await facestep.generate(photos, binding);
  const salt = randomBytes(16).toString('base64');
  const passwordHash = (await hashOf(password, salt)).toString('base64');
  users[login] = { salt, passwordHash, faceToken };
  writeFileSync(file, JSON.stringify(users, null, 2), { mode: 0o600 });
  console.log(`Enrolled ${login}.`);
}

interface Pending {
  readonly login: string;
  readonly nonce: string;
  readonly id: string;
  readonly challenge: string;
}
const pending = new Map<string, Pending>();
const sessions = new Map<string, string>();

const cookieOf = (request: Request, name: string): string =>
  new RegExp(`(?:^|; )${name}=([\\w-]+)`).exec(request.get('Cookie') ?? '')?.[1] ?? '';
const setCookie = (response: Response, name: string): string => {
  const value = randomBytes(32).toString('base64url');
  response.cookie(name, value, { httpOnly: true, secure: true, sameSite: 'strict' });
  return value;
};

const loginGuard = z.object({ login: z.string(), password: z.string().max(1024) });
/** Hashed for unknown names, so that they take the same response time. */
const nobody = { salt: randomBytes(16).toString('base64'), passwordHash: randomBytes(32).toString('base64') };

const app = express();

// Add your own rate limit, because anyone may try passwords here, and each attempt costs a hash computation.
app.post('/login', express.json(), async (request, response) => {
  const { login, password } = loginGuard.parse(request.body);
  const user = Object.hasOwn(users, login) ? users[login] : undefined;
  const { salt, passwordHash } = user ?? nobody;
  const isRight = timingSafeEqual(await hashOf(password, salt), Buffer.from(passwordHash, 'base64'));
  if (!isRight || user === undefined) return void response.status(401).json({ error: 'Name or password is wrong.' });
  const nonce = randomBytes(16).toString('base64url');
  const asked = { subject: login, token: user.faceToken, ...binding, audience, nonce };
  const { id, challenge } = await facestep.startStepUp(asked);
  pending.set(setCookie(response, 'login'), { login, nonce, id, challenge });
  response.json({ next: 'Look into the camera.' });
});

app.post('/login/face', express.raw({ type: 'image/*', limit: '10mb' }), async (request, response) => {
  const key = cookieOf(request, 'login');
  const waiting = pending.get(key);
  if (waiting === undefined) return void response.status(401).json({ error: 'Start with the password.' });
  const { state, receipt } = await facestep.sendPhotos(waiting.id, waiting.challenge, [request.body]);
  pending.delete(key); // Single-use: the next try starts with the password.
  if (receipt === null) return void response.status(401).json({ error: 'Refused.', state });
  // The receipt must be for this API tenant, this user and this login. `verify` checks all three.
  await receipts.verify(receipt, { connection: `api:${tenant}`, subject: waiting.login, nonce: waiting.nonce });
  sessions.set(setCookie(response, 'session'), waiting.login);
  response.json({ welcome: waiting.login });
});

app.get('/account', (request, response) => {
  const login = sessions.get(cookieOf(request, 'session'));
  response.status(login === undefined ? 401 : 200).json({ login: login ?? null });
});

app.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
  // After a photo without a face, the user can send another one for the same step-up.
  const code = error instanceof FacestepError ? error.code : 'refused';
  response.status(400).json({ error: code });
});

if (command === 'enrol') await enrol(rest);
else {
  const server = app.listen(Number(rest[0]), '127.0.0.1', () => {
    const { port } = z.object({ port: z.number() }).parse(server.address());
    console.log(`The login page's server listens on port ${port}.`);
  });
}
