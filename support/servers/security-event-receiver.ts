import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { decodeJwt, type JSONWebKeySet } from 'jose';
import { createSetVerifier, type TakenEvent } from './security-event-verifier.js';
import { serveForTest } from './serve.js';

/* A strict receiver of Security Event Tokens by push (RFC 8935). */

export type Fault = number | 'hang' | { readonly status: number; readonly body: string; readonly location?: string };

export type SecurityEventReceiverSimulator = Awaited<ReturnType<typeof startSecurityEventReceiver>>;

export async function startSecurityEventReceiver(expected: {
  readonly keys: JSONWebKeySet | URL;
  readonly issuer: string;
  readonly audience: string;
  readonly token: string | null;
  readonly tls?: { readonly cert: string; readonly key: string };
}) {
  const taken: TakenEvent[] = [];
  const faults: Fault[] = [];
  let requests = 0;
  const verify = createSetVerifier(expected);

  const take = async (jws: string): Promise<{ readonly err: string } | null> => {
    if (decodeJwt(jws).aud !== expected.audience) return { err: 'invalid_audience' };
    taken.push(await verify(jws));
    return null;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    const fault = faults.shift();
    if (fault === 'hang') return;
    if (typeof fault === 'number') return void response.writeHead(fault).end();
    if (fault !== undefined) {
      const location = fault.location === undefined ? {} : { location: fault.location };
      return void response.writeHead(fault.status, { 'content-type': 'application/json', ...location }).end(fault.body);
    }
    const refuse = (err: string): void =>
      void response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ err, description: '' }));
    const authorization = expected.token === null ? undefined : `Bearer ${expected.token}`;
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/secevent+jwt') {
      return refuse('invalid_request');
    }
    if (request.headers.authorization !== authorization) return refuse('authentication_failed');
    const refusal = await take(await text(request)).catch(() => ({ err: 'invalid_request' }));
    if (refusal !== null) refuse(refusal.err);
    else response.writeHead(202).end();
  };

  const listener: RequestListener = (request, response) => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = expected.tls === undefined ? createServer(listener) : createTlsServer(expected.tls, listener);
  const { host, close } = await serveForTest(server);
  return {
    url: `${expected.tls === undefined ? 'http' : 'https'}://${host}/events`,
    /** Received events in order, with repetitions. */
    taken,
    requests: (): number => requests,
    fail: (...given: readonly Fault[]): void => void faults.push(...given),
    close,
  };
}
