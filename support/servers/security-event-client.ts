import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createSetVerifier, type SetVerifier, type TakenEvent } from './security-event-verifier.js';

/*
 * OAuth client of an event receiver. It uses the client credentials grant (RFC 6749, section 4.4), and follows RFC 8414
 * and the CAEP Interoperability Profile 1.0, section 2.7. The client throws on any violation.
 */

export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Requested scopes, by default `ssf.manage` and `ssf.read`. */
  readonly scope?: string;
  /** How the client authenticates, by default in the header. */
  readonly method?: 'client_secret_basic' | 'client_secret_post';
}

export function metadataUrlOf(issuer: string, name: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/${name}${pathname.replace(/\/$/, '')}`;
}

const serverGuard = z.object({
  issuer: z.url(),
  token_endpoint: z.url(),
  response_types_supported: z.array(z.string()),
  grant_types_supported: z.array(z.string()).refine((types) => types.includes('client_credentials')),
  token_endpoint_auth_methods_supported: z.array(z.string()),
  scopes_supported: z.array(z.string()).refine((all) => all.includes('ssf.manage') && all.includes('ssf.read')),
});

/** Token response: valid for at most an hour, without a refresh token (RFC 6749, section 4.4.3). */
const tokenGuard = z.strictObject({
  access_token: z.string().regex(/^[\x20-\x7e]+$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.int().positive().max(3600),
  scope: z.string(),
});

const refusalGuard = z.object({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
  ]),
});

const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** @throws Error with OAuth's error code as message */
export async function obtainAccessToken(
  issuer: string,
  { clientId, clientSecret, scope = 'ssf.manage ssf.read', method = 'client_secret_basic' }: OAuthClient,
  reach: (url: string) => string,
): Promise<string> {
  const server = serverGuard.parse(
    await (await fetch(reach(metadataUrlOf(issuer, 'oauth-authorization-server')))).json(),
  );
  if (server.issuer !== issuer) throw new Error('the metadata of another issuer');
  if (!server.token_endpoint_auth_methods_supported.includes(method)) throw new Error(`${method} is not supported`);
  const isBasic = method === 'client_secret_basic';
  const pair = Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
  const answer = await fetch(reach(server.token_endpoint), {
    method: 'POST',
    headers: isBasic ? { Authorization: `Basic ${pair}` } : {},
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope,
      ...(isBasic ? {} : { client_id: clientId, client_secret: clientSecret }),
    }),
  });
  if (answer.headers.get('cache-control') !== 'no-store') throw new Error('an answer that may be kept');
  const body: unknown = await answer.json();
  if (answer.status !== 200) {
    const { error } = refusalGuard.parse(body);
    if (answer.status !== (error === 'invalid_client' ? 401 : 400)) throw new Error(`${error} as ${answer.status}`);
    if (answer.status === 401 && !/^Basic /.test(answer.headers.get('www-authenticate') ?? '')) {
      throw new Error('401 without a challenge');
    }
    throw new Error(error);
  }
  const token = tokenGuard.parse(body);
  if (token.scope.split(' ').some((each) => !scope.split(' ').includes(each)))
    throw new Error('more than was asked for');
  return token.access_token;
}

/*
 * Client of an event transmitter: discovers it, creates a stream and polls. The client throws on any violation of the
 * Shared Signals Framework 1.0 or the CAEP Interoperability Profile 1.0.
 */

const push = 'urn:ietf:rfc:8935';
const poll = 'urn:ietf:rfc:8936';

const metadataGuard = z.object({
  spec_version: z.literal('1_0'),
  issuer: z.url(),
  jwks_uri: z.url(),
  delivery_methods_supported: z.array(z.string()).refine((all) => all.includes(push) && all.includes(poll)),
  configuration_endpoint: z.url(),
  status_endpoint: z.url(),
  verification_endpoint: z.url(),
  authorization_schemes: z
    .array(z.object({ spec_urn: z.string() }))
    .refine((all) => all.some(({ spec_urn }) => spec_urn === 'urn:ietf:rfc:6749')),
  default_subjects: z.literal('ALL'),
});

const configurationGuard = z.object({
  stream_id: z.string().regex(/^[\w.~-]+$/),
  iss: z.url(),
  aud: z.union([z.string().min(1), z.array(z.string()).min(1)]),
  events_supported: z.array(z.url()),
  events_requested: z.array(z.string()).optional(),
  events_delivered: z.array(z.url()),
  delivery: z.strictObject({ method: z.enum([push, poll]), endpoint_url: z.url() }),
  min_verification_interval: z.int().optional(),
  description: z.string().optional(),
});
export type StreamConfiguration = z.output<typeof configurationGuard>;

const statusGuard = z.strictObject({
  stream_id: z.string(),
  status: z.enum(['enabled', 'paused', 'disabled']),
  reason: z.string().optional(),
});

const pollGuard = z.strictObject({ sets: z.record(z.string(), z.string()), moreAvailable: z.boolean().optional() });

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** Body of a poll (RFC 8936, section 2.2). */
export interface PollRequest {
  readonly maxEvents?: number;
  readonly returnImmediately?: boolean;
  readonly ack?: readonly string[];
  readonly setErrs?: Readonly<Record<string, { readonly err: string; readonly description: string }>>;
}

export type ConnectedReceiver = Awaited<ReturnType<typeof connectReceiver>>;

export async function connectReceiver(
  metadataUrl: string,
  access: string | OAuthClient,
  reach: (url: string) => string = (url) => url,
) {
  const metadata = metadataGuard.parse(await (await fetch(reach(metadataUrl))).json());
  const expected = metadataUrlOf(metadata.issuer, 'ssf-configuration');
  if (metadataUrl !== expected) throw new Error(`${metadata.issuer} has its metadata at ${expected}`);
  const key = typeof access === 'string' ? access : await obtainAccessToken(metadata.issuer, access, reach);

  const call = async (method: string, url: string, body?: unknown): Promise<Answer> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', Accept: 'application/json' };
    const answer = await fetch(reach(url), { method, headers, ...sent });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
  };
  const must = async (expectedStatus: number, ...request: Parameters<typeof call>): Promise<unknown> => {
    const { status, body } = await call(...request);
    if (status !== expectedStatus) throw new Error(`${request[0]} ${request[1]}: ${status} ${JSON.stringify(body)}`);
    if (status === 204 && body !== null) throw new Error('204 with a body');
    return body;
  };
  const toStream = (body: unknown): StreamConfiguration => {
    const stream = configurationGuard.parse(body);
    if (stream.iss !== metadata.issuer) throw new Error('a stream of another issuer');
    const isKnown = (event: string): boolean =>
      stream.events_supported.includes(event) && (stream.events_requested?.includes(event) ?? true);
    if (!stream.events_delivered.every(isKnown)) throw new Error('events that are not both supported and requested');
    return stream;
  };
  const { configuration_endpoint: streams, status_endpoint: statuses } = metadata;
  const verifiers = new Map<string, SetVerifier>();
  const verifierOf = ({ stream_id, aud }: StreamConfiguration): SetVerifier => {
    const known = verifiers.get(stream_id);
    if (known !== undefined) return known;
    const keys = new URL(reach(metadata.jwks_uri));
    const made = createSetVerifier({ keys, issuer: metadata.issuer, audience: String(aud) });
    verifiers.set(stream_id, made);
    return made;
  };

  return {
    metadata,
    call,
    createStream: async (terms: object = {}) => toStream(await must(201, 'POST', streams, terms)),
    readStreams: async (): Promise<readonly StreamConfiguration[]> =>
      z
        .array(z.unknown())
        .parse(await must(200, 'GET', streams))
        .map(toStream),
    changeStream: async (id: string, terms: object, method: 'PATCH' | 'PUT' = 'PATCH') =>
      toStream(await must(200, method, streams, { stream_id: id, ...terms })),
    deleteStream: async (id: string): Promise<void> => void (await must(204, 'DELETE', `${streams}?stream_id=${id}`)),
    readStatus: async (id: string) => statusGuard.parse(await must(200, 'GET', `${statuses}?stream_id=${id}`)),
    setStatus: async (id: string, status: string): Promise<void> => {
      const set = statusGuard.parse(await must(200, 'POST', statuses, { stream_id: id, status }));
      if (set.status !== status) throw new Error('another status');
    },
    /** @returns the state that the verification event must repeat */
    async verify(id: string): Promise<string> {
      const state = randomUUID();
      await must(204, 'POST', metadata.verification_endpoint, { stream_id: id, state });
      return state;
    },
    /** Returns the verified events of a polled stream; throws if one is invalid. */
    async poll(
      stream: StreamConfiguration,
      request: PollRequest = {},
    ): Promise<{ events: TakenEvent[]; moreAvailable: boolean }> {
      if (stream.delivery.method !== poll) throw new Error('not a stream that is polled');
      const { sets, moreAvailable = false } = pollGuard.parse(
        await must(200, 'POST', stream.delivery.endpoint_url, request),
      );
      const events = await Promise.all(
        Object.entries(sets).map(async ([jti, jws]) => {
          const event = await verifierOf(stream)(jws);
          if (event.jti !== jti) throw new Error('an event under the name of another');
          return event;
        }),
      );
      return { events, moreAvailable };
    },
  };
}
