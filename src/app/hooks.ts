import type { IncomingMessage, ServerResponse } from 'node:http';
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
import { FaceError, toCode } from '../errors.js';
import { setLoggedCaller } from '../http/access-log.js';
import type { DirectRoute } from '../http/error-handler.js';
import { type Route, serveRoute } from '../http/front-door.js';
import { isFault, sendJson } from '../http/reply.js';
import type { CallerPools } from '../http/request-budget.js';
import type { Telemetry } from '../telemetry/telemetry.js';

export type HooksByConnection = ReadonlyMap<string, ServedHooks>;

const onlyPost: readonly HookMethod[] = ['POST'];

const maxHookBytes = 1024 * 1024;

/** Maximum for calls that only their body authenticates. Real ones have 5 KiB. */
const maxUnprovenBytes = 16 * 1024;

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
        ...{ pools, anonymousLimitBytes: maxUnprovenBytes },
        async answer({ allowance, readBody }) {
          setLoggedCaller(response, asking);
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

/** Uses `headersDistinct`, because `headers` would silently drop a second `authorization`. */
function toRawHead(request: IncomingMessage): RequestHead {
  const headers = Object.entries(request.headersDistinct).map(([name, values]) => [name, values?.join(', ')] as const);
  return { method: request.method ?? '', headers: Object.fromEntries(headers) };
}

function send(response: ServerResponse, { status, body }: RawReply): void {
  if (body !== null) {
    sendJson(response, status, body);
    return;
  }
  response.statusCode = status;
  response.end();
}
