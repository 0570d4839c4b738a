import type { Express, Request, Response } from 'express';
import type { z } from 'zod';
import { FaceError } from '../errors.js';
import { mountAt, requireMethod } from '../http/address.js';
import { withAllowance } from '../http/allowance.js';
import { collectBody } from '../http/collect.js';
import { parseJsonFields } from '../http/json.js';
import type { Room } from '../http/rooms.js';
import { isSameOrigin } from '../http/same-origin.js';

export interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

export function mountCall(
  app: Express,
  [method, path]: readonly ['GET' | 'POST', string],
  answer: (exchange: Exchange) => Promise<void>,
): void {
  mountAt(app, path, async (request, response) => {
    requireMethod(request, response, [method]);
    await answer({ request, response });
  });
}

const maxBodyBytes = 8 * 1024;

/**
 * Reads the fields of a call before the caller is authenticated. Only pages of this server may make such calls.
 * @throws `caller_untrusted` if another page called; `request_malformed`, `body_too_large`, `overloaded`
 */
export async function readFields<Fields extends z.ZodType>(
  { request, response }: Exchange,
  guard: Fields,
  { room, issuer }: { readonly room: Room; readonly issuer: string },
): Promise<z.output<Fields>> {
  if (!isSameOrigin(request.headers, issuer)) throw new FaceError('caller_untrusted');
  return withAllowance(request, { room, strangerBytes: maxBodyBytes }, async (allowance) => {
    const body = await collectBody({ request, response }, allowance);
    // Other sites cannot send this content type without a CORS preflight.
    if (request.is('application/json') === false) throw new FaceError('request_malformed', { reason: 'no JSON' });
    const parsed = guard.safeParse(Object.fromEntries(parseJsonFields(body)));
    body.fill(0);
    if (!parsed.success) throw new FaceError('request_malformed');
    return parsed.data;
  });
}
