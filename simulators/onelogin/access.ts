import { randomBytes } from 'node:crypto';
import express, { type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import type { Account } from './account.js';
import { ApiError, badRequest, findIn, unauthorized } from './errors.js';

/** Lifetime of an access token: ten hours. */
const TOKEN_SEC = 36_000;
const HOUR_MS = 3_600_000;

const toBasic = (header: string): readonly string[] => {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(header) ?? [];
  return Buffer.from(encoded, 'base64').toString().split(':');
};

/** Reads credentials in OneLogin's own form, or as Basic (RFC 7617). */
const readCredentials = (header: string): readonly string[] => {
  const own = /^client_id:\s*([^,\s]+)\s*,\s*client_secret:\s*(\S+)$/.exec(header);
  return own === null ? toBasic(header) : own.slice(1);
};

/** @see https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens */
export function createAccess(account: Account): { readonly router: Router; readonly requireToken: RequestHandler } {
  const router = Router();
  const isAlive = (createdAt: number): boolean => account.now() < createdAt + TOKEN_SEC * 1000;
  const refuse = (response: Response, code: number, type: string, message: string): void =>
    void response.status(code).json({ status: { error: true, code, type, message } });

  router.post('/auth/oauth2/v2/token', express.json(), express.urlencoded({ extended: false }), (request, response) => {
    const body: unknown = request.body;
    const fields = new Map(Object.entries(typeof body === 'object' && body !== null ? body : {}));
    const header = request.get('authorization');
    const [clientId, clientSecret] =
      header === undefined ? [fields.get('client_id'), fields.get('client_secret')] : readCredentials(header);
    const expected = account.credentials;
    if (clientId !== expected.clientId || clientSecret !== expected.clientSecret) {
      return refuse(response, 401, 'Unauthorized', 'Authentication Failure');
    }
    if (fields.get('grant_type') !== 'client_credentials') {
      return refuse(response, 400, 'bad request', 'grant_type is not valid');
    }
    // The same credentials get the same token until it expires.
    const known = [...account.tokens].find(([, createdAt]) => isAlive(createdAt));
    const [token, createdAt] = known ?? [randomBytes(32).toString('hex'), account.now()];
    account.tokens.set(token, createdAt);
    response.json({
      access_token: token,
      created_at: new Date(createdAt).toISOString(),
      expires_in: TOKEN_SEC,
      refresh_token: randomBytes(32).toString('hex'),
      token_type: 'bearer',
      account_id: 555_555,
    });
  });

  const requireToken: RequestHandler = (request, response, next) => {
    const [, token = ''] = /^bearer[: ]\s*(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
    const known = account.tokens.get(token);
    if (known === undefined || !isAlive(known)) throw unauthorized();
    if (account.now() >= account.hourBegan + HOUR_MS) {
      account.hourBegan = account.now();
      account.callsMade = 0;
    }
    account.callsMade += 1;
    const remaining = Math.max(0, account.callsPerHour - account.callsMade);
    const resetSec = Math.ceil((account.hourBegan + HOUR_MS - account.now()) / 1000);
    response.set({
      'X-RateLimit-Limit': String(account.callsPerHour),
      'X-RateLimit-Remaining': String(remaining),
      'X-RateLimit-Reset': String(resetSec),
    });
    const isThrottled = account.throttleEvery > 0 && account.callsMade % account.throttleEvery === 0;
    if (isThrottled) response.set('Retry-After', '0');
    if (isThrottled || account.callsMade > account.callsPerHour) {
      throw new ApiError(429, 'TooManyRequestsError', 'Rate limit exceeded');
    }
    next();
  };

  // The documented sample uses the header names as keys.
  router.get('/auth/rate_limit', requireToken, (_request, response) => {
    const names = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'];
    response.json({
      status: { error: false, code: 200, type: 'success', message: 'Success' },
      data: Object.fromEntries(names.map((name) => [name, Number(response.get(name))])),
    });
  });
  return { router, requireToken };
}

/**
 * Creates the undocumented policies API, which OneLogin's own client uses.
 * @see https://github.com/onelogin/onelogin-mcp
 */
export function createPoliciesApi(account: Account): Router {
  const router = Router();
  router.get('/:id', (request, response) => {
    const { id, name, factors } = findIn(account.policies, Number(request.params.id));
    response.json({
      id,
      name,
      kind: 'user',
      is_default: false,
      otp_auth_enabled: factors.length > 0,
      preferred_auth_state_machine: 1,
      otp_config: 2,
      otp_trigger_condition: 0,
      authentication_factor_ids: factors.map((_, index) => 16_885 + index),
    });
  });
  return router;
}

// Accepts only the parameters that this project sends.
const listGuard = z.strictObject({
  name: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** @see https://developers.onelogin.com/api-docs/2/roles/list-roles */
export function createRolesApi(account: Account): Router {
  const router = Router();
  router.get('/', (request, response) => {
    const query = listGuard.safeParse(request.query);
    if (!query.success) throw badRequest('query parameter(s) not allowed');
    const wanted = query.data.name?.toLowerCase();
    const found = [...account.roles].filter(([, name]) => wanted === undefined || name.toLowerCase().includes(wanted));
    response.json(found.slice(0, query.data.limit).map(([id, name]) => ({ id, name })));
  });
  router.get('/:id', (request, response) => {
    const id = Number(request.params.id);
    const name = findIn(account.roles, id);
    const users = [...account.users.values()].filter(({ roleIds }) => roleIds.includes(id));
    response.json({ id, name, apps: [], users: users.map((user) => user.id), admins: [] });
  });
  return router;
}
