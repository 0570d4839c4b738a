import type { Express, Request, Response } from 'express';
import type { z } from 'zod';
import { Admission, type AdmissionPorts, type Caller, readBearer } from '../../access/admission.js';
import type { Client } from '../../access/client-tokens.js';
import { toPublishedStatus } from '../../access/compatibility.js';
import { readCookie } from '../../core/base/cookie.js';
import type { Ports } from '../../core/deps.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { nameProviderRefusal } from '../../core/provider-refusal.js';
import { maxPhotoBytes, owningPhotos, type Photo } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { requestIdOf, setLoggedCaller, sourceOf } from '../access-log.js';
import { type Body, type BodyOptions, isMultipart, maxJsonBytes, readBody, readQuery } from '../body.js';
import { mountRoute, type Route, type RouteExchange } from '../front-door.js';
import { type FieldValue, parseJsonFields } from '../json.js';
import { replaceStatus, sendJson, sendLines } from '../reply.js';
import { type BodyPools, formOverheadBytes } from '../request-budget.js';
import {
  type ApiVersion,
  callsProvider,
  type Endpoint,
  JsonLines,
  toFieldRefusal,
  toUnknownField,
} from './endpoint.js';
import { type FormKind, formKindsOf } from './json-schema.js';

/**
 * Converts form fields to JSON values.
 * @returns unreadable values unchanged, so that the guard names them in its refusal
 * @see https://spec.openapis.org/oas/v3.1.0#considerations-for-multipart-content
 */
export function readFormFields(guard: z.ZodObject, sent: ReadonlyMap<string, FieldValue>): Map<string, FieldValue> {
  const kinds = formKindsOf(guard);
  return new Map(Array.from(sent, ([name, value]) => [name, readAs(kinds.get(name) ?? 'text', value)] as const));
}

function readAs(kind: FormKind | 'text', value: FieldValue): FieldValue {
  if (kind === 'text' || typeof value !== 'string') return value;
  return kind === 'list' ? [value] : parseText(value);
}

function parseText(text: string): FieldValue {
  try {
    const fields = parseJsonFields(Buffer.from(`{"value":${text}}`));
    return fields.size === 1 ? (fields.get('value') ?? null) : text;
  } catch {
    return text;
  }
}

/**
 * Maximum size of an anonymous caller's body. In a form, photos that follow the field `auth_token` count as
 * authenticated. A JSON body that contains the token counts as anonymous.
 */
const anonymousBytes = 2 * 1024 * 1024;

const maxFormBytes = 50 * 1024 * 1024;

export const prefixes = ['', '/v1', '/v2'] as const;

const versionByPrefix = { '': 1, '/v1': 1, '/v2': 2 } as const;

/** Mounts the endpoints. The header `X-API-Version` overrides the version in the path. */
export function mountEndpoints(
  app: Express,
  endpoints: readonly Endpoint[],
  deps: ServePorts,
  bodyPools: BodyPools,
): void {
  // Fixed paths come before those with parameters, which would match them, too.
  const toRank = (path: string): string => path.replace(/:\w+/g, '\uffff');
  const paths = new Set(endpoints.map(({ path }) => path));
  for (const path of [...paths].toSorted((one, other) => (toRank(one) < toRank(other) ? -1 : 1))) {
    const atPath = endpoints.filter((endpoint) => endpoint.path === path);
    for (const prefix of prefixes) {
      mountRoute(app, `${prefix}${path}`, (request) => {
        const version = versionOf(request, versionByPrefix[prefix]);
        const offered = atPath.filter(({ versions }) => versions.includes(version));
        if (offered.length === 0) throw new FaceError('not_found');
        return toRoute(offered, request, deps, bodyPools);
      });
    }
  }
}

function versionOf(request: Request, byPrefix: ApiVersion): ApiVersion {
  const header = request.get('X-API-Version');
  if (header === undefined) return byPrefix;
  if (header === '1') return 1;
  if (header === '2') return 2;
  throw new FaceError('request_malformed');
}

function toRoute(offered: readonly Endpoint[], request: Request, deps: ServePorts, bodyPools: BodyPools): Route {
  const endpoint = offered.find(({ method }) => method === request.method);
  const isOpen = endpoint?.auth.kind === 'open' || endpoint?.auth.kind === 'session';
  const maxBytes = endpoint === undefined ? 0 : maxBodyBytes(endpoint, request);
  const isOpenToPhotos = isOpen && Object.keys(endpoint.photos).length > 0;
  return {
    methods: offered.map(({ method }) => method),
    pools: isOpen ? bodyPools.capture : bodyPools.clients,
    anonymousLimitBytes: isOpenToPhotos ? Math.min(maxBytes, maxPhotoBytes + formOverheadBytes) : anonymousBytes,
    async answer(arrival) {
      if (endpoint !== undefined) await serve(endpoint, arrival, maxBytes, deps);
    },
  };
}

type ServePorts = AdmissionPorts & Ports<'settings'>;

async function serve(
  endpoint: Endpoint,
  { request, response, allowance }: RouteExchange<Request, Response>,
  maxBytes: number,
  deps: ServePorts,
): Promise<void> {
  const source = sourceOf(request);
  const peer = { source, setHeaders: (headers: Readonly<Record<string, string>>) => void response.set(headers) };
  const admission = new Admission(endpoint.auth, allowance, maxBytes, peer, deps);
  const param = (name: string): string => String(request.params[name] ?? '');
  const work = async (): Promise<void> => {
    await admission.checkHeaders(request.headers);
    const { sessionId, run } = await endpoint.admit({ param, session: readBearer(request) });
    if (sessionId !== null) allowance.promoteToAuthenticated(sessionId, allowance.limitBytes);
    const reply = await owningPhotos(async (own) => {
      const { fields, photos } = await readRequest(endpoint, admission, request, response, {
        photoLimits: endpoint.photos,
        allowance,
        own,
        maxBytes,
      });
      const caller = await admission.caller();
      await countUse(endpoint, caller, photos.size > 0, deps);
      checkFields(endpoint, fields, photos);
      const call = {
        param,
        photos: (name: string): readonly Photo[] => photos.get(name) ?? [],
        source,
        userAgent: request.get('user-agent') ?? null,
        cookie: (name: string) => readCookie(request, name),
      };
      return run(Object.fromEntries(fields), call, caller).catch((error) => {
        throw nameFor(caller, error);
      });
    });
    await admission.checkStillLive();
    // A session or key that ends meanwhile ends a long reply too.
    if (reply instanceof JsonLines) await sendLines(response, reply, () => admission.checkHeaders(request.headers));
    else sendJson(response, endpoint.status, { ok: true, ...reply });
  };
  try {
    await admission.serve(`${endpoint.method} ${endpoint.path}`, requestIdOf(response), work);
  } catch (error) {
    if (admission.recognised?.compat === 'facenition') replaceStatus(response, toPublishedStatus);
    throw error;
  } finally {
    logCaller(response, admission.recognised);
  }
}

/** Reads the body, or the query of a `GET`. A client may send its token as the field `auth_token` of a body. */
async function readRequest(
  endpoint: Endpoint,
  admission: Admission,
  request: Request,
  response: Response,
  reading: Pick<BodyOptions, 'photoLimits' | 'allowance' | 'own' | 'maxBytes'>,
): Promise<Body> {
  const options: BodyOptions = {
    ...reading,
    onAuthToken: (token) => admission.takeToken(token),
    refuseField: (name) => refuseField(name, endpoint),
    ignoresField: (name) => admission.recognised?.compat === 'facenition' && !fieldsOf(endpoint).includes(name),
  };
  const hasQuery = endpoint.method === 'GET';
  const { fields: sent, photos } = hasQuery ? readQuery(request, options) : await readBody(request, response, options);
  const fields = hasQuery || isMultipart(request) ? readFormFields(endpoint.fieldsGuard, sent) : new Map(sent);
  if (endpoint.auth.kind === 'client' && !hasQuery) fields.delete('auth_token');
  if (admission.recognised?.compat === 'facenition' && fields.get('password') === '') fields.delete('password');
  return { fields, photos };
}

/** Counts pictures and provider calls before they are processed. */
async function countUse(endpoint: Endpoint, caller: Caller, hasPhotos: boolean, deps: ServePorts): Promise<void> {
  if (caller.kind === 'client') {
    if (hasPhotos) await consumeLimit('clientPictures', caller.client.id, deps);
    if (callsProvider(endpoint)) await consumeLimit('clientLookUps', caller.client.id, deps);
  }
  if (caller.kind === 'administrator' && callsProvider(endpoint))
    await consumeLimit('administratorLookUps', caller.administrator.id, deps);
}

/** Only a caller who can change the permissions at the provider learns of them: the person at the camera cannot. */
function nameFor({ kind }: Caller, error: unknown): unknown {
  const mayKnow = kind === 'client' || kind === 'administrator';
  return mayKnow && error instanceof FaceError ? nameProviderRefusal(error) : error;
}

function logCaller(response: Response, client: Client | null): void {
  if (client === null) return;
  const application = client.application === null ? {} : { application: client.application.id };
  setLoggedCaller(response, { client: client.id, ...application });
}

const toPlainName = (name: string): string => name.toLowerCase().replace(/\[.*$|[^a-z]/g, '');

const fieldsOf = ({ fieldsGuard, photos, auth }: Endpoint): readonly string[] => [
  ...Object.keys(fieldsGuard.shape),
  ...Object.keys(photos),
  ...(auth.kind === 'client' ? ['auth_token'] : []),
];

/**
 * Refuses a field. The refusal of an unknown field names the similar field of the endpoint, such as `probe` for
 * `probe[]`.
 */
function refuseField(name: string, endpoint: Endpoint): FaceError {
  const known = fieldsOf(endpoint);
  if (known.includes(name)) return toFieldRefusal(name, 'The field has the wrong kind or size.');
  const similar = known.find((each) => toPlainName(each) === toPlainName(name));
  if (similar === undefined) return toUnknownField(name);
  return new FaceError('field_unknown', { field: similar, reason: `The name is ${similar}.` });
}

function maxBodyBytes({ photos }: Endpoint, request: Request): number {
  if (!isMultipart(request)) return maxJsonBytes;
  const count = Object.values(photos).reduce((sum, { atMost }) => sum + atMost, 0);
  return Math.min(count * maxPhotoBytes + formOverheadBytes, maxFormBytes);
}

function checkFields(endpoint: Endpoint, fields: Body['fields'], photos: Body['photos']): void {
  for (const name of fields.keys())
    if (!Object.hasOwn(endpoint.fieldsGuard.shape, name)) throw refuseField(name, endpoint);
  for (const [name, { atLeast, atMost }] of Object.entries(endpoint.photos)) {
    const count = photos.get(name)?.length ?? 0;
    if (count < atLeast)
      throw new FaceError(count === 1 && atLeast === 2 ? 'photo_single' : 'photo_missing', { field: name });
    if (count > atMost) throw new FaceError('photo_too_many', { field: name });
  }
}
