import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import type { Fetch } from '../../src/core/ports.js';
import { type CognitoApp, createAppPages } from './app.js';
import { resourceNotFound, ServiceError } from './errors.js';
import { createFederation } from './federation.js';
import { createIdentityProviderOperations } from './identity-providers.js';
import { createLambdaService, type LambdaService } from './lambda.js';
import { answerLambda } from './lambda-api.js';
import { createPool, type Settings, type UserPool } from './pool.js';
import { createProtocol, requireSignature } from './protocol.js';
import { parsePoolSettings, settingsOperations } from './settings.js';
import { createSignIn } from './sign-in.js';
import { selfServiceOperations, userOperations } from './users.js';

export interface CognitoSimulator {
  readonly url: string;
  readonly region: string;
  readonly pools: ReadonlyMap<string, UserPool>;
  readonly lambda: LambdaService;
  setTriggerTimeoutMs(timeoutMs: number): void;
  /** Throttles every n-th API call; 0 disables throttling. */
  throttleEvery(calls: number): void;
  /** Names of operations that the caller's IAM policy denies. */
  readonly denied: Set<string>;
  serveApp(app: CognitoApp): void;
  createPool(settings?: Settings, usernameAttributes?: readonly string[]): Promise<UserPool>;
  close(): Promise<void>;
}

const aboutPool = z.looseObject({ UserPoolId: z.string() });

export async function startCognitoSimulator({
  port = 0,
  now = Date.now,
  region = 'eu-central-1',
  triggerTimeoutMs = 5_000,
  reach = fetch,
}: {
  readonly port?: number;
  readonly now?: () => number;
  readonly region?: string;
  readonly triggerTimeoutMs?: number;
  readonly reach?: Fetch;
} = {}): Promise<CognitoSimulator> {
  const pools = new Map<string, UserPool>();
  const lambda = createLambdaService();
  let url = '';
  let timeoutMs = triggerTimeoutMs;
  const signIn = createSignIn(pools, { lambda, triggerTimeoutMs: () => timeoutMs, now, url: () => url });
  const administration = { ...settingsOperations, ...userOperations, ...createIdentityProviderOperations(reach) };

  const federation = createFederation(pools, { now, url: () => url, fetch: reach });

  const apps: { current: CognitoApp | null } = { current: null };
  const appPages = createAppPages(apps, () => url);

  const poolOf = (body: unknown): UserPool => {
    const { UserPoolId } = aboutPool.parse(body);
    const pool = pools.get(UserPoolId);
    if (pool === undefined) throw resourceNotFound(`User pool ${UserPoolId} does not exist.`);
    return pool;
  };

  let [throttled, asked] = [0, 0];
  const denied = new Set<string>();
  const protocol = createProtocol(async (operation, body, request) => {
    asked += 1;
    if (throttled > 0 && asked % throttled === 0) throw new ServiceError('TooManyRequestsException', 'Rate exceeded');
    if (operation === 'InitiateAuth') return signIn.initiate(body, null);
    if (operation === 'RespondToAuthChallenge') return signIn.respond(body, null);
    const ofUser = selfServiceOperations[operation];
    if (ofUser !== undefined) return ofUser(pools.values(), body);
    requireSignature(request);
    if (denied.has(operation))
      throw new ServiceError('AccessDeniedException', 'User is not authorized to perform this');
    if (operation === 'AdminInitiateAuth') return signIn.initiate(body, poolOf(body).id);
    if (operation === 'AdminRespondToAuthChallenge') return signIn.respond(body, poolOf(body).id);
    const perform = administration[operation];
    if (perform === undefined) throw new ServiceError('UnknownOperationException', 'Unknown operation');
    return perform({ pool: poolOf(body), body, now: now() });
  }, now);

  const server = createServer((request, response) => {
    const poolId = /^\/([\w-]+)\/\.well-known\/jwks\.json$/.exec(request.url ?? '')?.[1];
    const pool = pools.get(poolId ?? '');
    if (request.method === 'GET' && pool !== undefined) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [pool.key.publicJwk] }));
    } else if (/^\/oauth2\//.test(request.url ?? '')) federation(request, response);
    else if (/^\/2015-03-31\//.test(request.url ?? '')) answerLambda(lambda, request, response);
    else if (/^\/app\//.test(request.url ?? '')) appPages(request, response);
    else protocol(request, response);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`;

  return {
    url,
    region,
    pools,
    lambda,
    denied,
    setTriggerTimeoutMs: (changed) => {
      timeoutMs = changed;
    },
    throttleEvery: (calls) => {
      throttled = calls;
    },
    serveApp: (app) => {
      apps.current = app;
    },
    async createPool(settings = {}, usernameAttributes = []) {
      const pool = await createPool(region, now(), parsePoolSettings(settings), usernameAttributes);
      pools.set(pool.id, pool);
      return pool;
    },
    async close() {
      await lambda.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
