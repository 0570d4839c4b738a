import { createServer, type RequestListener } from 'node:http';
import { z } from 'zod';
import type { Fetch } from '../../src/core/ports.js';
import { createProtocol, isSigned, ServiceError } from '../aws.js';
import { type SimulatorOptions, serve } from '../serve.js';
import { createIdentityProviderOperations } from './identity-providers.js';
import { answerLambda, createLambdaService } from './lambda.js';
import { createLogsProtocol, createLogsService, logGroupOf, logsTarget } from './logs.js';
import { createPool, type Settings, type UserPool } from './pool.js';
import { resourceNotFound } from './protocol.js';
import { parsePoolSettings, settingsOperations } from './settings.js';
import { createSignIn } from './sign-in.js';
import { userOperations } from './users.js';

export type CognitoSimulator = Awaited<ReturnType<typeof startCognitoSimulator>>;

/** Parts of the simulator that the pages of a sign-in use. */
export interface PageContext {
  readonly now: () => number;
  readonly url: () => string;
  readonly fetch: Fetch;
}

const aboutPool = z.looseObject({ UserPoolId: z.string() });

export async function startCognitoSimulator({
  port = 0,
  now = Date.now,
  region = 'eu-central-1',
  triggerTimeoutMs = 5_000,
  reach = fetch,
  createFederation = () => (_request, response) => void response.writeHead(404).end(),
}: SimulatorOptions & {
  readonly region?: string;
  readonly triggerTimeoutMs?: number;
  /** Creates the pages of federated sign-ins below `/oauth2/`, which only tests open. */
  readonly createFederation?: (pools: ReadonlyMap<string, UserPool>, context: PageContext) => RequestListener;
} = {}) {
  const pools = new Map<string, UserPool>();
  const lambda = createLambdaService((arn, line) => void logs.write(logGroupOf(arn), line));
  const isDeployed = (group: string) => [...lambda.functions.keys()].some((arn) => logGroupOf(arn) === group);
  const logs = createLogsService(now, isDeployed);
  const logsProtocol = createLogsProtocol(logs, region, now);
  let url = '';
  let timeoutMs = triggerTimeoutMs;
  const signIn = createSignIn(pools, { lambda, triggerTimeoutMs: () => timeoutMs, now, url: () => url });
  const administration = { ...settingsOperations, ...userOperations, ...createIdentityProviderOperations(reach) };

  const federation = createFederation(pools, { now, url: () => url, fetch: reach });

  const poolOf = (body: unknown): UserPool => {
    const { UserPoolId } = aboutPool.parse(body);
    const pool = pools.get(UserPoolId);
    if (pool === undefined) throw resourceNotFound(`User pool ${UserPoolId} does not exist.`);
    return pool;
  };

  let throttled = 0;
  let asked = 0;
  const protocol = createProtocol('AWSCognitoIdentityProviderService', now, async (operation, body, request) => {
    asked += 1;
    if (throttled > 0 && asked % throttled === 0) throw new ServiceError('TooManyRequestsException', 'Rate exceeded');
    if (operation === 'InitiateAuth') return signIn.initiate(body, null);
    if (operation === 'RespondToAuthChallenge') return signIn.respond(body);
    if (!isSigned(request, region, 'cognito-idp'))
      throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
    if (operation === 'AdminInitiateAuth') return signIn.initiate(body, poolOf(body).id);
    const perform = administration[operation];
    if (perform === undefined) throw new ServiceError('UnknownOperationException', 'Unknown operation');
    const pool = poolOf(body);
    if (pool.denied.has(operation))
      throw new ServiceError('AccessDeniedException', `User is not authorized to perform: cognito-idp:${operation}`);
    return perform({ pool, body, now: now() });
  });

  const server = createServer((request, response) => {
    const poolId = /^\/([\w-]+)\/\.well-known\/jwks\.json$/.exec(request.url ?? '')?.[1];
    const pool = pools.get(poolId ?? '');
    if (request.method === 'GET' && pool !== undefined) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [pool.key.publicJwk] }));
    } else if (/^\/oauth2\//.test(request.url ?? '')) federation(request, response);
    else if (/^\/2015-03-31\//.test(request.url ?? '')) void answerLambda(lambda, region, request, response);
    else if (String(request.headers['x-amz-target']).startsWith(`${logsTarget}.`)) logsProtocol(request, response);
    else protocol(request, response);
  });
  const { host, close } = await serve(server, { port });
  url = `http://${host}`;

  return {
    url,
    region,
    pools,
    lambda,
    logs,
    setTriggerTimeoutMs(changed: number): void {
      timeoutMs = changed;
    },
    /** Throttles every n-th API call; 0 disables throttling. */
    throttleEvery(calls: number): void {
      throttled = calls;
    },
    async createPool(settings: Settings = {}): Promise<UserPool> {
      const pool = await createPool(region, now(), parsePoolSettings(settings));
      pools.set(pool.id, pool);
      return pool;
    },
    async close(): Promise<void> {
      await lambda.close();
      await close();
    },
  };
}
