import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import express, { type RequestHandler } from 'express';
import { serve } from '../serve.js';
import { createDirectory } from './directory.js';
import { createDiscoveryApi } from './discovery.js';
import { answerError, ScimError } from './errors.js';
import { createGroupsApi } from './groups.js';
import { createUsersApi } from './users.js';

export type ScimSimulator = Awaited<ReturnType<typeof startScimSimulator>>;

const accessTokenSec = 60;

export async function startScimSimulator({ now = Date.now }: { readonly now?: () => number } = {}) {
  const directory = createDirectory();
  const bearer = randomBytes(24).toString('base64url');
  const basic = { user: 'face step', password: 'pa:ß wörd' };
  const client = { id: 'face+step', secret: 'a+secret/of:the client' };
  const toBasic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  const requireCredentials: RequestHandler = (request, _response, next) => {
    const given = request.get('authorization') ?? '';
    const expiresAt = directory.accessTokens.get(given.replace(/^Bearer /, '')) ?? 0;
    const isKnown = given === `Bearer ${bearer}` || given === toBasic(basic.user, basic.password) || now() < expiresAt;
    if (!isKnown) throw new ScimError(401, null, 'Authorization failure');
    next();
  };

  const app = express();
  app.post('/oauth/token', express.urlencoded({ extended: false }), (request, response) => {
    const expected = toBasic(encodeURIComponent(client.id), encodeURIComponent(client.secret));
    if (request.get('authorization') !== expected || request.body.grant_type !== 'client_credentials') {
      response.status(401).json({ error: 'invalid_client' });
      return;
    }
    const token = randomBytes(24).toString('base64url');
    directory.accessTokens.set(token, now() + accessTokenSec * 1000);
    response.json({ access_token: token, token_type: 'Bearer', expires_in: accessTokenSec });
  });
  let asked = 0;
  app.use((_request, response, next) => {
    asked += 1;
    if (directory.throttleEvery === 0 || asked % directory.throttleEvery !== 0) return next();
    response.set('Retry-After', '0');
    next(new ScimError(429, null, 'Too many requests'));
  });
  let origin = '';
  app.use('/scim/v2', requireCredentials, createDiscoveryApi(directory));
  app.use('/scim/v2/Groups', createGroupsApi(directory));
  app.use(
    '/scim/v2/Users',
    createUsersApi(directory, () => `${origin}/scim/v2`),
  );
  app.use((_request, _response, next) => next(new ScimError(404, null, 'Not found')));
  app.use(answerError);

  const { host, close } = await serve(createServer(app));
  origin = `http://${host}`;
  return {
    baseUrl: `${origin}/scim/v2`,
    tokenUrl: `${origin}/oauth/token`,
    bearer,
    basic,
    client,
    directory,
    addUser(userName: string): string {
      const id = randomUUID();
      const emails = [{ value: 'other@example.com' }, { value: userName, primary: true }];
      directory.users.set(id, { id, userName, emails, details: {}, extensions: new Map(), active: true });
      return id;
    },
    close,
  };
}
