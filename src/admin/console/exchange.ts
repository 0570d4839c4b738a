import type { Express, Request, Response } from 'express';
import type { z } from 'zod';
import { isSameOrigin } from '../../core/base/same-origin.js';
import { FaceError } from '../../errors.js';
import { mountRoute, type RouteExchange } from '../../http/front-door.js';
import { parseJsonFields } from '../../http/json.js';
import type { CallerPools } from '../../http/request-budget.js';

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
