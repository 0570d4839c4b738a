import type { Express, Request, Response } from 'express';
import { FaceError } from '../errors.js';
import { mountAt, queryOf, refuseMethod } from '../http/address.js';
import { withAllowance } from '../http/allowance.js';
import { collectBody } from '../http/collect.js';
import type { Room } from '../http/rooms.js';
import { admitCaller, createAdmission, toChallenge } from './caller.js';
import type { SsfDeps } from './deps.js';
import { createSsfEndpoints, type SsfEndpoint } from './endpoints.js';

/** A thousand acknowledgements have 64 KiB. */
const maxBodyBytes = 128 * 1024;

/** @throws as the endpoints; `method_not_allowed`, `body_too_large`, `overloaded`, `request_malformed` */
export function mountSsf(app: Express, deps: SsfDeps, room: Room): void {
  const endpoints = createSsfEndpoints(deps);
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const atPath = endpoints.filter((endpoint) => endpoint.path === path);
    mountAt(app, path, async (request, response) => {
      const endpoint = atPath.find(({ method }) => method === request.method);
      if (endpoint === undefined) {
        return refuseMethod(
          response,
          atPath.map(({ method }) => method),
        );
      }
      await serve(endpoint, request, response, room, deps).catch((error: unknown) => {
        const challenge = toChallenge(error, request);
        if (challenge !== null) response.set('WWW-Authenticate', challenge);
        throw error;
      });
    });
  }
}

async function serve(
  endpoint: SsfEndpoint,
  request: Request,
  response: Response,
  room: Room,
  deps: SsfDeps,
): Promise<void> {
  await withAllowance(request, { room, strangerBytes: maxBodyBytes }, async (allowance) => {
    const admission = createAdmission(request, response, allowance, deps);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    await admission.serve(`${endpoint.method} ${endpoint.path}`, response, async () => {
      const caller = await admitCaller(request, admission, allowance, deps);
      if (endpoint.right === 'manage' && caller.kind === 'application' && !caller.canManage) {
        throw new FaceError('scope_missing');
      }
      const { status, body } = await endpoint.handle({
        caller,
        body: parseJson(request, await collectBody({ request, response }, allowance)),
        query: new URLSearchParams(queryOf(request)),
        param: (name) => String(request.params[name] ?? ''),
        signal: AbortSignal.any([gone.signal, deps.stopping]),
      });
      if (caller.kind === 'application') await admission.checkStillLive();
      response.status(status);
      if (body === null) response.end();
      else response.json(body);
    });
  });
}

function parseJson(request: Request, body: Buffer): unknown {
  if (body.length === 0) return null;
  if (request.is('application/json') === false) throw new FaceError('request_malformed');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new FaceError('request_malformed', { reason: 'syntax' }, { cause });
  }
}
