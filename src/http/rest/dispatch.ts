import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { nameProviderRefusal } from '../../core/provider-refusal.js';
import { maxPhotoBytes, owningPhotos, type Photo } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { setLoggedCaller, sourceOf } from '../access-log.js';
import { type Body, isMultipart, maxJsonBytes, readBody } from '../body.js';
import { readCookie } from '../cookies.js';
import { mountRoute, type Route, type RouteExchange } from '../front-door.js';
import { type FieldValue, parseJsonFields } from '../json.js';
import { sendJson } from '../reply.js';
import { type BodyPools, formOverheadBytes } from '../request-budget.js';
import { Admission, type AdmissionPorts, readBearer } from './admission.js';
import { type ApiVersion, callsProvider, type Endpoint, toFieldRefusal } from './endpoint.js';
import { describeFields } from './json-schema.js';

type Kind = 'text' | 'texts' | 'json';

const schemaGuard = z.object({
  type: z.union([z.string(), z.array(z.string())]).default([]),
  enum: z.array(z.json()).default([]),
  const: z.json().optional(),
  get items() {
    return schemaGuard.optional();
  },
  get anyOf() {
    return z.array(schemaGuard).optional();
  },
});

function takesText({ type, enum: values, const: only, anyOf }: z.output<typeof schemaGuard>): boolean {
  return (
    [type].flat().includes('string') ||
    [...values, only].some((value) => typeof value === 'string') ||
    (anyOf ?? []).some(takesText)
  );
}

function kindOf(property: unknown): Kind {
  const schema = schemaGuard.parse(property);
  if (takesText(schema)) return 'text';
  const isList = [schema, ...(schema.anyOf ?? [])].some(({ items }) => items !== undefined && takesText(items));
  return isList ? 'texts' : 'json';
}

const kindsByGuard = new WeakMap<z.ZodObject, ReadonlyMap<string, Kind>>();

function kindsOf(guard: z.ZodObject): ReadonlyMap<string, Kind> {
  const known = kindsByGuard.get(guard);
  if (known !== undefined) return known;
  const kinds = new Map(
    Object.entries(describeFields(guard).properties).map(([name, schema]) => [name, kindOf(schema)] as const),
  );
  kindsByGuard.set(guard, kinds);
  return kinds;
}

/**
 * Converts form fields to JSON values.
 * @returns unreadable values unchanged, so that the guard names them in its refusal
 * @see https://spec.openapis.org/oas/v3.1.0#considerations-for-multipart-content
 */
export function readFormFields(
  guard: z.ZodObject,
  sent: ReadonlyMap<string, FieldValue>,
): ReadonlyMap<string, FieldValue> {
  const kinds = kindsOf(guard);
  return new Map(Array.from(sent, ([name, value]) => [name, readAs(kinds.get(name) ?? 'text', value)] as const));
}

function readAs(kind: Kind, value: FieldValue): FieldValue {
  if (kind === 'text' || typeof value !== 'string') return value;
  return kind === 'texts' ? [value] : parseText(value);
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
const strangerBytes = 2 * 1024 * 1024;

const maxFormBytes = 50 * 1024 * 1024;

export const prefixes = ['', '/v1', '/v2'] as const;

const versionByPrefix = { '': 1, '/v1': 1, '/v2': 2 } as const;

/** Mounts the endpoints. The header `X-API-Version` overrides the version in the path. */
export function mountEndpoints(
  app: Express,
  endpoints: readonly Endpoint[],
  deps: AdmissionPorts & Ports<'settings'>,
  bodyPools: BodyPools,
): void {
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
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

function toRoute(
  offered: readonly Endpoint[],
  request: Request,
  deps: AdmissionPorts & Ports<'settings'>,
  bodyPools: BodyPools,
): Route {
  const endpoint = offered.find(({ method }) => method === request.method);
  const isOpen = endpoint?.auth.kind === 'open' || endpoint?.auth.kind === 'session';
  const maxBytes = endpoint === undefined ? 0 : maxBodyBytes(endpoint, request);
  const isOpenToPhotos = isOpen && Object.keys(endpoint.photos).length > 0;
  return {
    methods: offered.map(({ method }) => method),
    pools: isOpen ? bodyPools.capture : bodyPools.clients,
    anonymousLimitBytes: isOpenToPhotos ? Math.min(maxBytes, maxPhotoBytes + formOverheadBytes) : strangerBytes,
    async answer(arrival) {
      if (endpoint !== undefined) await serve(endpoint, arrival, maxBytes, deps);
    },
  };
}

async function serve(
  endpoint: Endpoint,
  { request, response, allowance }: RouteExchange<Request, Response>,
  maxBytes: number,
  deps: AdmissionPorts & Ports<'settings'>,
): Promise<void> {
  const source = sourceOf(request);
  const peer = { source, setHeaders: (headers: Readonly<Record<string, string>>) => void response.set(headers) };
  const admission = new Admission(endpoint.auth, allowance, maxBytes, peer, deps);
  const param = (name: string): string => String(request.params[name] ?? '');
  const serving = admission.serve(`${endpoint.method} ${endpoint.path}`, response, async () => {
    await admission.checkHeaders(request.headers);
    const admitted = await endpoint.admit({ param, session: readBearer(request) });
    const { sessionId } = admitted;
    if (sessionId !== null) allowance.promoteToAuthenticated(sessionId, allowance.limitBytes);
    const reply = await owningPhotos(async (own) => {
      const { fields: sent, photos } = await readBody(request, response, {
        photoLimits: endpoint.photos,
        allowance,
        own,
        maxBytes,
        onAuthToken: (token) => admission.takeToken(token),
        refuseField: (name) => refuseField(name, endpoint),
      });
      const fields = new Map(isMultipart(request) ? readFormFields(endpoint.fieldsGuard, sent) : sent);
      if (endpoint.auth.kind === 'client') {
        const token = fields.get('auth_token');
        if (typeof token === 'string') await admission.takeToken(token);
        fields.delete('auth_token');
      }
      const client = await admission.caller();
      if (client !== null && photos.size > 0) await consumeLimit('clientPictures', client.id, deps);
      if (callsProvider(endpoint)) {
        if (client !== null) await consumeLimit('clientLookUps', client.id, deps);
        const { administrator } = admission;
        if (administrator !== null) await consumeLimit('administratorLookUps', administrator.id, deps);
      }
      for (const name of fields.keys())
        if (!Object.hasOwn(endpoint.fieldsGuard.shape, name)) throw refuseField(name, endpoint);
      checkPhotoCounts(endpoint, photos);
      const call = {
        param,
        photos: (name: string): readonly Photo[] => photos.get(name) ?? [],
        source,
        userAgent: request.get('user-agent') ?? null,
        cookie: (name: string) => readCookie(request, name),
      };
      const { administrator, developer } = admission;
      return admitted.run(Object.fromEntries(fields), call, { client, administrator, developer }).catch((error) => {
        // Only a caller who can change the permissions learns of it: the person at the camera cannot.
        const mayKnow = client !== null || administrator !== null;
        throw mayKnow && error instanceof FaceError ? nameProviderRefusal(error) : error;
      });
    });
    await admission.checkStillLive();
    sendJson(response, endpoint.status, { ok: true, ...reply });
  });
  await serving.finally(() => {
    const client = admission.recognised;
    if (client === null) return;
    const application = client.application === null ? {} : { application: client.application.id };
    setLoggedCaller(response, { client: client.id, ...application });
  });
}

const toPlainName = (name: string): string => name.toLowerCase().replace(/\[.*$|[^a-z]/g, '');

/**
 * Refuses a field. The name of an unknown field is arbitrary input, so it is neither returned nor logged: the refusal
 * names the similar field of the endpoint, such as `probe` for `probe[]`.
 */
function refuseField(name: string, { fieldsGuard, photos, auth }: Endpoint): FaceError {
  const texts = Object.keys(fieldsGuard.shape);
  const known = [...texts, ...Object.keys(photos), ...(auth.kind === 'client' ? ['auth_token'] : [])];
  if (known.includes(name)) return toFieldRefusal(name);
  const similar = known.find((each) => toPlainName(each) === toPlainName(name));
  return new FaceError('field_unknown', similar === undefined ? null : { field: similar });
}

function maxBodyBytes({ photos }: Endpoint, request: Request): number {
  if (!isMultipart(request)) return maxJsonBytes;
  const count = Object.values(photos).reduce((sum, { atMost }) => sum + atMost, 0);
  return Math.min(count * maxPhotoBytes + formOverheadBytes, maxFormBytes);
}

function checkPhotoCounts(endpoint: Endpoint, photos: Body['photos']): void {
  for (const [name, { atLeast, atMost }] of Object.entries(endpoint.photos)) {
    const count = photos.get(name)?.length ?? 0;
    if (count < atLeast)
      throw new FaceError(count === 1 && atLeast === 2 ? 'photo_single' : 'photo_missing', { field: name });
    if (count > atMost) throw new FaceError('photo_too_many', { field: name });
  }
}
