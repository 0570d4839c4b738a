import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';

/*
 * A receiver of Security Event Tokens by push (RFC 8935), as strict as the specifications let it be: what is wrong is answered
 * with 400 and an error code of RFC 8935, section 2.4, and what is right with 202.
 */

const eventTypes = 'https://schemas.openid.net/secevent/caep/event-type/';

const eventGuards: Readonly<Record<string, z.ZodType>> = {
  [`${eventTypes}session-revoked`]: z.strictObject({ event_timestamp: z.int() }),
  [`${eventTypes}credential-change`]: z.strictObject({
    event_timestamp: z.int(),
    credential_type: z.literal('face'),
    change_type: z.enum(['create', 'revoke', 'update', 'delete']),
  }),
};

/** Without `exp` and `sub`, as SSF 1.0 asks, and with one event. */
const claimsGuard = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  jti: z.string().min(1),
  iat: z.int(),
  txn: z.string(),
  sub_id: z.strictObject({
    format: z.literal('complex'),
    user: z.strictObject({ format: z.literal('iss_sub'), iss: z.string(), sub: z.string() }),
    tenant: z.strictObject({ format: z.literal('opaque'), id: z.string() }),
  }),
  events: z.record(z.string(), z.unknown()).refine((events) => Object.keys(events).length === 1),
});

/** What arrived and was taken. */
export interface TakenEvent {
  readonly jti: string;
  /** Such as `session-revoked`. */
  readonly name: string;
  readonly change: string | null;
  readonly subject: string;
  readonly connection: string;
}

/** What it does with the next request in place of looking at it: an answer of that status, or none. */
export type Fault = number | 'hang' | { readonly status: number; readonly body: string; readonly location?: string };

export interface SecurityEventReceiverSimulator {
  readonly url: string;
  /** In the order they were taken, repetitions too. */
  readonly taken: readonly TakenEvent[];
  /** How many requests came. */
  requests(): number;
  /** The next requests go wrong, one after the other. */
  fail(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

/** @param expected.keys - the transmitter's public keys, or where it publishes them */
export async function startSecurityEventReceiver(expected: {
  readonly keys: JSONWebKeySet | URL;
  readonly issuer: string;
  readonly audience: string;
  readonly token: string | null;
}): Promise<SecurityEventReceiverSimulator> {
  const taken: TakenEvent[] = [];
  const faults: Fault[] = [];
  let requests = 0;
  const keySet = expected.keys instanceof URL ? createRemoteJWKSet(expected.keys) : createLocalJWKSet(expected.keys);

  const take = async (jws: string): Promise<{ readonly err: string } | null> => {
    if (decodeJwt(jws).aud !== expected.audience) return { err: 'invalid_audience' };
    const { payload } = await jwtVerify(jws, keySet, {
      issuer: expected.issuer,
      audience: expected.audience,
      typ: 'secevent+jwt',
    });
    const { jti, sub_id, events } = claimsGuard.parse(payload);
    const [[type, event]] = z.tuple([z.tuple([z.string(), z.unknown()])]).parse(Object.entries(events));
    const detail = z.record(z.string(), z.unknown()).parse(eventGuards[type]?.parse(event));
    taken.push({
      jti,
      name: type.slice(eventTypes.length),
      subject: sub_id.user.sub,
      connection: sub_id.tenant.id,
      change: typeof detail.change_type === 'string' ? detail.change_type : null,
    });
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
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const refusal = await take(Buffer.concat(chunks).toString('utf8')).catch(() => ({ err: 'invalid_request' }));
    if (refusal !== null) refuse(refusal.err);
    else response.writeHead(202).end();
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/events`,
    taken,
    requests: () => requests,
    fail: (...given) => void faults.push(...given),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
