import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import express, { type Express } from 'express';
import helmet from 'helmet';
import { mountConsole } from '../admin/console/mount.js';
import { findsRecoveryFailing } from '../admin/operations/doctor-reports.js';
import {
  type HookMethod,
  hookPath,
  type RawReply,
  type RequestHead,
  type ServedHook,
  type ServedHooks,
} from '../connections/hook.js';
import { framesOf } from '../core/base/frames.js';
import type { Log } from '../core/ports.js';
import { remembersPlaces } from '../core/rules/rule.js';
import { FaceError, isFault, toCode } from '../errors.js';
import type { MountPorts } from '../extensions/extension.js';
import { type Extended, extensionsOn } from '../extensions/index.js';
import { mountHome } from '../home/mount.js';
import { createAccessLog, setLoggedCaller } from '../http/access-log.js';
import { forgetDevice, keepDevice } from '../http/cookies.js';
import { mountGet, type Route, requireMethod, serveRoute } from '../http/front-door.js';
import { judgeProxyHops, proxyFitHeader } from '../http/proxy-fit.js';
import {
  answerDirectly,
  type ConstantHeaders,
  createErrorHandler,
  createRefuse,
  type DirectRoute,
  sendJson,
  setHeaders,
} from '../http/reply.js';
import type { BodyPools, CallerPools } from '../http/request-budget.js';
import { mountEndpoints } from '../http/rest/dispatch.js';
import { describeApi } from '../http/rest/openapi.js';
import type { MountOidc } from '../oidc/open.js';
import { mountRecovery } from '../recovery/mount.js';
import {
  describeAuthorizationServer,
  describeTransmitter,
  metadataPaths,
  ssfPaths,
} from '../security-events/metadata.js';
import type { SecurityEvents } from '../security-events/ssf/deps.js';
import { mountSsf, mountTokenEndpoint } from '../security-events/ssf/mount.js';
import { mountBrand, mountPage, type PageFolders } from '../step-up/endpoints/page.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { ApiDeps } from './api-deps.js';
import { otherRoutes } from './describe-operations.js';
import { createDocumentationRouter } from './documentation.js';
import { createEndpoints } from './endpoints.js';
import { answerUnknown, answerUnknownPage, createWelcome } from './public-pages.js';

export type HooksByConnection = ReadonlyMap<string, ServedHooks>;

const onlyPost: readonly HookMethod[] = ['POST'];

const maxHookBytes = 1024 * 1024;

/** Maximum for calls that only their body authenticates. Real ones have 5 KiB. */
const maxAnonymousBytes = 16 * 1024;

/**
 * Creates the route of hooks. It passes raw calls to adapters and sends their raw replies. If the headers show that a
 * call does not come from the provider, the call is refused before its body is read.
 */
export function createHookRoute(
  hooks: HooksByConnection,
  { log, telemetry }: { readonly log: Log; readonly telemetry: Telemetry },
  pools: CallerPools,
): DirectRoute {
  for (const [connection, served] of hooks)
    for (const hook of Object.keys(served)) telemetry.expectHook({ connection, hook });
  return {
    path: hookPath,
    async answer(request, response, [connection = '', name = '']) {
      const hook = findHook(hooks, connection, name);
      const asking = { connection, hook: name };
      const route: Route<IncomingMessage, ServerResponse> = {
        methods: hook.methods ?? onlyPost,
        pools,
        anonymousLimitBytes: maxAnonymousBytes,
        async answer({ allowance, readBody }) {
          setLoggedCaller(response, asking);
          // Counts a reply after `budgetMs` as late.
          const answered = telemetry.followHook(asking, hook.budgetMs);
          try {
            const answer = await hook.admit(toRawHead(request));
            if (hook.proof === 'headers') allowance.promoteToAuthenticated(connection, maxHookBytes);
            send(response, await answer(request.method === 'GET' ? new Uint8Array() : await readBody()));
          } finally {
            answered();
          }
        },
        refuse(error) {
          const code = toCode(error);
          if (isFault(code)) log.error('hook failed', { code, frames: framesOf(error) });
          send(response, hook.refuse(code));
        },
      };
      await serveRoute(route, { request, response });
    },
  };
}

function findHook(hooks: HooksByConnection, connection: string, name: string): ServedHook {
  const ofConnection = hooks.get(connection) ?? {};
  const hook = Object.hasOwn(ofConnection, name) ? ofConnection[name] : undefined;
  if (hook === undefined) throw new FaceError('not_found');
  return hook;
}

/** Uses `rawHeaders`, because `headers` would silently drop a second `authorization`. */
function toRawHead({ method = '', rawHeaders }: IncomingMessage): RequestHead {
  const headers: Record<string, string> = Object.create(null);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return { method, headers };
}

function send(response: ServerResponse, { status, body }: RawReply): void {
  if (body !== null) {
    sendJson(response, status, body);
    return;
  }
  response.statusCode = status;
  response.end();
}

/**
 * Headers of direct routes, which browsers do not show. The other headers of helmet would take a tenth of their time.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
const directHeaders: ConstantHeaders = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none';frame-ancestors 'none'"],
  ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
];

function headersOf(middleware: (...parts: [IncomingMessage, ServerResponse, () => void]) => void): ConstantHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  middleware(request, response, () => {});
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))] as const);
}

export interface AppDeps extends ApiDeps, Extended, MountPorts {
  readonly hooks: HooksByConnection;
  readonly mountOidc: MountOidc;
  /** `null` without keys for security events. */
  readonly securityEvents: SecurityEvents | null;
  readonly folders: PageFolders;
  readonly consoleFolder: string;
  readonly docsFolder: string;
  readonly telemetry: Telemetry;
  /** Memory pools, kept across reloads, because running requests continue. */
  readonly bodyPools: BodyPools;
  readonly proxyHops: number;
  /** Returns the parts that are not ready, such as models or a store that does not respond. */
  findUnready(): Promise<readonly string[]>;
  /** Returns those parts that may be ready on another replica, for load balancers. */
  findUnreadyHere(): Promise<readonly string[]>;
}

const createHealthRoute = ({ proxyHops }: Pick<AppDeps, 'proxyHops'>): DirectRoute => ({
  path: '/healthz',
  answer(request, response) {
    requireMethod({ request, response }, ['GET', 'HEAD']);
    if (proxyFitHeader in request.headers) response.setHeader(proxyFitHeader, judgeProxyHops(request, proxyHops));
    sendJson(response, 200, { ok: true });
  },
});

export function createApp(deps: AppDeps) {
  const follow = createAccessLog(deps);
  // Computed once.
  const pageHeaders: ConstantHeaders = [...headersOf(helmet()), ['Cache-Control', 'no-store']];
  const direct = [createHealthRoute(deps), createHookRoute(deps.hooks, deps, deps.bodyPools.hooks)];
  const router = createRouter(deps);
  const refuse = createRefuse(deps.log);
  const answer = answerDirectly(direct, {
    headers: directHeaders,
    refuse,
    otherwise(request, response) {
      setHeaders(response, pageHeaders);
      router(request, response);
    },
  });
  return {
    listener: (request: IncomingMessage, response: ServerResponse): void => {
      try {
        follow(request, response, () => answer(request, response));
      } catch (error) {
        // An uncaught error here would end the process with all its requests.
        refuse(error, request, response);
      }
    },
    direct,
    router,
  };
}

function mountReadiness(app: Express, deps: Pick<AppDeps, 'findUnready' | 'findUnreadyHere'>): void {
  const mount = (path: string, find: () => Promise<readonly string[]>): void =>
    mountGet(app, path, async (response) => {
      const unready = await find();
      if (unready.length === 0) sendJson(response, 200, { ok: true });
      else sendJson(response, 503, { ok: false, unready: [...unready] });
    });
  mount('/readyz', () => deps.findUnready());
  mount('/readyz/replica', () => deps.findUnreadyHere());
}

function createRouter(deps: AppDeps): Express {
  const app = express();
  app.disable('etag');
  app.disable('x-powered-by');
  app.set('query parser', false);
  app.enable('case sensitive routing');

  const endpoints = createEndpoints(deps);
  // Created on first use, because this takes longer than creating the rest of the app.
  let description: Buffer | null = null;
  const hasOwnPages = [...deps.homePages.values()].some(({ door }) => door !== null);
  const answerWelcome = createWelcome({ hasOwnPages });
  mountGet(app, '/', (response, request) => answerWelcome(request, response));
  mountReadiness(app, deps);
  mountGet(app, '/openapi.json', (response) => {
    description ??= Buffer.from(JSON.stringify(describeApi(endpoints, otherRoutes)));
    response.type('json').send(description);
  });
  mountGet(app, '/.well-known/jwks.json', async (response) => {
    // Verifiers may cache the public keys, because a new key is published long before it signs.
    response.set('Cache-Control', 'public, max-age=300').json({ keys: await deps.signer.publicKeys() });
  });
  deps.mountOidc(app);
  mountGet(app, metadataPaths.authorizationServer, (response) =>
    response.json(describeAuthorizationServer(deps.issuer)),
  );
  mountTokenEndpoint(app, deps, deps.bodyPools.clients);
  if (deps.securityEvents !== null) mountTransmitter(app, deps, deps.securityEvents);
  mountConsole(app, deps.consoleFolder, {
    ...deps,
    extensionsOn: extensionsOn(deps).map(({ name }) => name),
    pools: deps.bodyPools.clients,
    metrics: deps.telemetry.metrics,
  });
  mountHome(app, { ...deps, pools: deps.bodyPools.oidc });
  mountRecovery(app, {
    ...deps,
    pools: deps.bodyPools.oidc,
    // A trial issues nothing, and runs before the permissions are given.
    findsRecoveryFailing: async (id) =>
      deps.connections.get(id)?.recovery?.policy.mode === 'on' && findsRecoveryFailing(id, deps),
  });
  const remembersDevices = [...deps.connections.values()].some(({ policy }) => remembersPlaces(policy));
  mountPage(app, deps.folders, {
    brands: deps.brands,
    livenessVendors: deps.livenessVendors,
    keepDevice: (request, response, isKiosk) => {
      if (isKiosk) forgetDevice(response, deps.issuer);
      else if (remembersDevices) keepDevice(request, response, deps);
    },
  });
  mountBrand(app, deps.folders, deps);
  app.use('/docs', createDocumentationRouter(deps.docsFolder));
  mountEndpoints(app, endpoints, deps, deps.bodyPools);
  for (const each of extensionsOn(deps)) each.mount?.(app, deps);

  app.use(['/me', '/recover'], answerUnknownPage);
  app.use(answerUnknown);
  app.use(createErrorHandler(deps.log));
  return app;
}

function mountTransmitter(app: Express, deps: AppDeps, securityEvents: SecurityEvents): void {
  const { issuer, bodyPools } = deps;
  mountGet(app, metadataPaths.transmitter, (response) => response.json(describeTransmitter(issuer)));
  mountGet(app, ssfPaths.keys, async (response) => {
    response.set('Cache-Control', 'public, max-age=300').json({ keys: await securityEvents.signer.publicKeys() });
  });
  const ssf = { ...deps, ...securityEvents };
  mountSsf(app, ssf, bodyPools.clients);
}
