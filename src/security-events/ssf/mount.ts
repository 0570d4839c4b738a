import type { Express, Request, Response } from 'express';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import { type Arrival, mountRoute, queryOf } from '../../http/front-door.js';
import type { Room } from '../../http/request-budget.js';
import type { AdmissionPorts } from '../../http/rest/admission.js';
import { admitCaller, createAdmission, toChallenge } from './caller.js';
import type { SecurityEvents } from './deps.js';
import { createSsfEndpoints, type SsfEndpoint } from './endpoints.js';

/** A thousand acknowledgements have 64 KiB. */
const maxBodyBytes = 128 * 1024;

/** @throws as the endpoints; `method_not_allowed`, `body_too_large`, `overloaded`, `request_malformed` */
export function mountSsf(
  app: Express,
  deps: AdmissionPorts & Ports<'random' | 'log'> & SecurityEvents,
  room: Room,
): void {
  const endpoints = createSsfEndpoints(deps);
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const atPath = endpoints.filter((endpoint) => endpoint.path === path);
    mountRoute(app, path, {
      methods: atPath.map(({ method }) => method),
      ...{ room, strangerBytes: maxBodyBytes },
      async answer(arrival) {
        const endpoint = atPath.find(({ method }) => method === arrival.request.method);
        if (endpoint !== undefined) await serve(endpoint, arrival, deps);
      },
      refuse(error, { request, response }) {
        const challenge = toChallenge(error, request);
        if (challenge !== null) response.set('WWW-Authenticate', challenge);
        throw error;
      },
    });
  }
}

async function serve(
  endpoint: SsfEndpoint,
  arrival: Arrival<Request, Response>,
  deps: AdmissionPorts & Pick<SecurityEvents, 'receivers' | 'stopping'>,
): Promise<void> {
  const { request, response } = arrival;
  const admission = createAdmission(arrival, deps);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await admission.serve(`${endpoint.method} ${endpoint.path}`, response, async () => {
    const caller = await admitCaller(arrival, admission, deps);
    if (endpoint.right === 'manage' && caller.kind === 'application' && !caller.canManage) {
      throw new FaceError('scope_missing');
    }
    const { status, body } = await endpoint.handle({
      caller,
      body: parseJson(request, await arrival.readBody()),
      query: new URLSearchParams(queryOf(request)),
      param: (name) => String(request.params[name] ?? ''),
      signal: AbortSignal.any([gone.signal, deps.stopping]),
    });
    if (caller.kind === 'application') await admission.checkStillLive();
    response.status(status);
    if (body === null) response.end();
    else response.json(body);
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
