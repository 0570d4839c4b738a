import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import express, { type Router } from 'express';
import { z } from 'zod';
import { type SimulatorOptions, serve } from '../serve.js';
import { createAccess, createPoliciesApi, createRolesApi } from './access.js';
import { type Account, addUser, createAccount, defaultPolicyId } from './account.js';
import { answerError } from './errors.js';
import { createMfaApi } from './mfa.js';
import { createSignIn } from './sign-in.js';
import { createSmartHooksApi } from './smart-hooks.js';
import { createFormerUsersApi, createUsersApi } from './users.js';

export type SignIn =
  | { readonly ok: true; readonly userId: number; readonly policyId: number; readonly factors: readonly string[] }
  | { readonly ok: false; readonly denied: string };

export interface SignInRequest {
  readonly identifier: string;
  readonly password: string;
  /** Factors that the user has. A sign-in stops at a required factor that the user does not have. */
  readonly factors?: readonly string[];
  /** Temporary token for the factors that the user does not have. */
  readonly mfaToken?: string;
  readonly appId?: number | null;
}

export type OneLoginSimulator = Awaited<ReturnType<typeof startOneLoginSimulator>>;

const tokenGuard = z.object({ access_token: z.string() });
const pageGuard = z.object({
  denied: z.string().optional(),
  state_token: z.string().optional(),
  factor: z.string().optional(),
  user_id: z.number().optional(),
  policy_id: z.number().optional(),
});

export async function startOneLoginSimulator({
  port = 0,
  now = Date.now,
  graceMs = 0,
  reach = fetch,
  pages = [],
}: SimulatorOptions & {
  readonly graceMs?: number;
  /** Sign-ins in a browser, which only tests open. */
  readonly pages?: readonly ((account: Account) => Router)[];
} = {}) {
  const credentials = { clientId: randomBytes(32).toString('hex'), clientSecret: randomBytes(32).toString('hex') };
  const account = createAccount({ now, fetch: reach, graceMs, credentials });
  const { host, close } = await serve(createServer(createApp(account, pages)), { port });
  account.url = `http://${host}`;

  const post = async (path: string, body: unknown) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(account.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return pageGuard.parse(await response.json());
  };

  return {
    url: account.url,
    ...credentials,
    account,
    addUser: (user: { username: string; password: string; policyId?: number; roleIds?: readonly number[] }): number =>
      addUser(account, { email: user.username, ...user }).id,
    /** Returns the settings of a connection to the account. */
    toSettings: (hookSecret: string, facePolicyId: number) => ({
      accountUrl: account.url,
      ...credentials,
      hooks: { secret: hookSecret },
      facePolicyId,
    }),
    /** Creates a user policy. In the real OneLogin, only the administration console can do this. */
    addPolicy(policy: { name: string; factors: readonly string[] }): number {
      const id = defaultPolicyId + account.policies.size;
      account.policies.set(id, { id, ...policy });
      return id;
    },
    async callApi(
      method: string,
      path: string,
      body?: unknown,
    ): Promise<{ readonly status: number; readonly body: unknown }> {
      const authorization = `client_id:${credentials.clientId}, client_secret:${credentials.clientSecret}`;
      const granted = await fetch(`${account.url}/auth/oauth2/v2/token`, {
        method: 'POST',
        headers: { Authorization: authorization, 'Content-Type': 'application/json' },
        body: JSON.stringify({ grant_type: 'client_credentials' }),
      });
      const { access_token } = tokenGuard.parse(await granted.json());
      const response = await fetch(account.url + path, {
        method,
        headers: { Authorization: `bearer:${access_token}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    },
    async signIn({ identifier, password, factors = [], mfaToken, appId = 959_314 }: SignInRequest): Promise<SignIn> {
      const begun = await post('/login/username', { identifier, app_id: appId, ip: '120.118.218.225' });
      const { state_token } = begun;
      if (state_token === undefined) return { ok: false, denied: begun.denied ?? '' };
      const shown: string[] = [];
      let page = await post('/login/password', { state_token, password });
      while (page.factor !== undefined && (factors.includes(page.factor) || mfaToken !== undefined)) {
        const { factor } = page;
        const isHeld = factors.includes(factor);
        shown.push(isHeld ? factor : 'mfa_token');
        page = await post('/login/factor', { state_token, factor, ...(isHeld ? {} : { mfa_token: mfaToken }) });
      }
      const { user_id, policy_id } = page;
      if (user_id === undefined || policy_id === undefined) {
        return { ok: false, denied: page.denied ?? `factor: ${page.factor}` };
      }
      return { ok: true, userId: user_id, policyId: policy_id, factors: shown };
    },
    close,
  };
}

function createApp(account: Account, pages: readonly ((account: Account) => Router)[]): express.Express {
  const app = express();
  const { router, requireToken } = createAccess(account);
  app.use((_request, response, next) => {
    response.set('Date', new Date(account.now()).toUTCString());
    next();
  });
  app.use(router);
  app.use(express.json({ limit: '1mb' }));
  app.use('/login', createSignIn(account));
  for (const createPages of pages) app.use(createPages(account));
  app.use('/api/2', requireToken);
  app.use('/api/1/users', requireToken, createFormerUsersApi(account));
  app.use('/api/2/users', createUsersApi(account));
  app.use('/api/2/mfa', createMfaApi(account));
  app.use('/api/2/roles', createRolesApi(account));
  app.use('/api/2/hooks', createSmartHooksApi(account));
  app.use('/api/2/policies', createPoliciesApi(account));
  app.use(answerError);
  return app;
}
