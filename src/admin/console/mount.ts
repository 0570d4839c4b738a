import express, { type Express, type Request, type Response } from 'express';
import type { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { mountRoute, type RouteExchange } from '../../http/front-door.js';
import { parseJsonFields } from '../../http/json.js';
import type { CallerPools } from '../../http/request-budget.js';
import { readSession } from '../../http/rest/console-caller.js';
import { endOf, tokenOf } from '../../http/rest/console-sessions.js';
import type { ApiDeps } from '../../http/rest/deps.js';
import type { SessionReply } from '../../http/rest/replies/administrators.js';
import { rightsByRole } from '../../http/rest/rights.js';
import { isSameOrigin } from '../../http/same-origin.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { mountFaceCheck } from './face-check.js';
import { createPageRouter, mountEmailPreviews } from './page.js';
import { consolePath, mountSignIn } from './sign-in.js';

const maxBodyBytes = 8 * 1024;

export type Call = RouteExchange<Request, Response>;

export function mountCall(
  app: Express,
  pools: CallerPools,
  [method, path]: readonly ['GET' | 'POST', string],
  answer: (call: Call) => Promise<void>,
): void {
  mountRoute(app, path, { methods: [method], pools, anonymousLimitBytes: maxBodyBytes, answer });
}

/**
 * Reads the fields of a call before the caller is authenticated. Only pages of this server may make such calls.
 * @throws `caller_untrusted` if another page called; `request_malformed`, `body_too_large`, `overloaded`
 */
export async function readFields<Fields extends z.ZodType>(
  { request, readBody }: Call,
  guard: Fields,
  { issuer }: { readonly issuer: string },
): Promise<z.output<Fields>> {
  if (!isSameOrigin(request.headers, issuer)) throw new FaceError('caller_untrusted');
  const body = await readBody();
  // Other sites cannot send this content type without a CORS preflight.
  if (request.is('application/json') === false) throw new FaceError('request_malformed', { reason: 'no JSON' });
  const parsed = guard.safeParse(Object.fromEntries(parseJsonFields(body)));
  body.fill(0);
  if (!parsed.success) throw new FaceError('request_malformed');
  return parsed.data;
}

export interface ConsoleDeps extends ApiDeps, Ports<'fetch'> {
  readonly pools: CallerPools;
  /** Names of the extensions that are on. */
  readonly extensionsOn: readonly string[];
  readonly metrics: Pick<Metrics, 'emergencySignIns'>;
}

export function mountConsole(app: Express, folder: string, deps: ConsoleDeps): void {
  mountCall(app, deps.pools, ['GET', `${consolePath}/api/session`], async ({ request, response }) => {
    if (!isSameOrigin(request.headers, deps.issuer)) throw new FaceError('caller_untrusted');
    const ways = { provider: deps.console.signIn !== null };
    const shown = await readSession(request.headers, deps).catch((error: unknown) => {
      if (error instanceof FaceError && error.code === 'caller_untrusted') return null;
      throw error;
    });
    if (shown === null) {
      response.json({ ok: true, ...({ ways, session: null } satisfies SessionReply) });
      return;
    }
    const { name, role, by } = shown.session;
    const session = {
      // An API key does not identify a person who could own applications.
      ...{ name, role, rights: rightsByRole[role].filter((right) => by.kind !== 'key' || right !== 'develop') },
      byKey: by.kind === 'key',
      extensions: deps.extensionsOn,
      token: tokenOf(shown.secret),
      endsAt: toIso(endOf(shown.session, deps.console)),
    };
    response.json({ ok: true, ...({ ways, session } satisfies SessionReply) });
  });
  mountSignIn(app, deps);
  mountFaceCheck(app, deps);
  const letters = express.Router();
  mountEmailPreviews(letters, deps);
  app.use(consolePath, letters, createPageRouter(folder));
}
