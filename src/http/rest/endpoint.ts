import { z } from 'zod';
import type { Auth, Caller } from '../../access/admission.js';
import { type Client, clientTokenLifeSec } from '../../access/client-tokens.js';
import type { Administrator, Right } from '../../access/rights.js';
import { type ClientScope, clientScopes, compatibilities, replayPolicies } from '../../access/scopes.js';
import { standardTenant } from '../../core/connection.js';
import { emailGuard, toEmailKey } from '../../core/email-address.js';
import {
  type Credential,
  maxSecretBytes,
  maxTokenCharacters,
  type Photo,
  SealedToken,
  UserSecret,
} from '../../core/secrets.js';
import { epochMs, fromIso, toEpochSec } from '../../core/units.js';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import type { PhotoRange } from '../body.js';

const codeByField: Readonly<Record<string, FaceErrorCode>> = {
  token: 'token_malformed',
  action: 'action_malformed',
};

const consentFields: ReadonlySet<string> = new Set(['consentStatement', 'consentGivenAt']);

export const toFieldRefusal = (field: string, reason: string): FaceError =>
  new FaceError(Object.hasOwn(codeByField, field) ? (codeByField[field] ?? 'internal') : 'request_malformed', {
    field,
    reason,
  });

/** Name of a few letters, which cannot be a secret, an id or an address. */
const harmlessName = /^[a-z][a-z_]{0,23}$/i;

const isHarmlessName = (name: PropertyKey): boolean => typeof name === 'number' || harmlessName.test(String(name));

/** Returns the refusal of an unknown field. Its name is arbitrary input, and named only if it is harmless. */
export const toUnknownField = (name: string): FaceError =>
  new FaceError(
    'field_unknown',
    isHarmlessName(name) ? { field: name, reason: 'This endpoint has no such field.' } : null,
  );

/** Describes what is wrong with a value, without the value itself. */
function toReason({ path, message }: z.core.$ZodIssue): string {
  const within = path.slice(1);
  return within.length > 0 && within.every(isHarmlessName) ? `${within.join('.')}: ${message}` : message;
}

export function parseFields<Guard extends z.ZodObject>(
  guard: Guard,
  values: Readonly<Record<string, unknown>>,
): z.output<Guard> {
  const parsed = guard.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0] ?? '');
  if (issue?.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    if (field === '') throw toUnknownField(name);
    throw new FaceError('field_unknown', { field, reason: `It has no ${isHarmlessName(name) ? name : 'such field'}.` });
  }
  if (consentFields.has(field) && !Object.hasOwn(values, field)) throw new FaceError('consent_missing', { field });
  throw toFieldRefusal(field, issue === undefined ? '' : toReason(issue));
}

const levels = [1, 2, 3, 4, 5, 6, 7, 8] as const;

const levelByText = { '1': 1, '2': 2, '3': 3, '4': 4, '5': 5, '6': 6, '7': 7, '8': 8 } as const;

export const accuracyField = z
  .union([z.literal(levels), z.enum(['1', '2', '3', '4', '5', '6', '7', '8']).transform((text) => levelByText[text])], {
    error: 'Expected a whole number from 1 to 8.',
  })
  .prefault(4)
  .describe(
    'From 1 (most tolerant) to 8 (strictest; facestep defines the direction). Use the same value at enrolment and verification.',
  );

export const scopeField = z
  .string()
  .max(256)
  .prefault('')
  .describe('Purpose of the token, such as `app:login`. Use the same value at enrolment and verification.');

export const passwordField = z
  .string()
  .min(1)
  .max(maxSecretBytes)
  .refine((text) => Buffer.byteLength(text) <= maxSecretBytes)
  .transform((text) => new UserSecret(text))
  .optional()
  .describe('A secret of the user, at most 1,024 bytes of UTF-8. Use the same value at enrolment and verification.');

export const instantField = z.iso.datetime({ offset: true }).transform(fromIso);

export const expiryField = instantField
  .transform(toEpochSec)
  .optional()
  .describe('RFC 3339 date and time; fractions of a second are truncated (facestep defines the format).');

export const tokenField = z
  .string()
  .min(1)
  .max(maxTokenCharacters)
  .transform((text) => new SealedToken(text))
  .describe('A token from /generate.');

/** Latest time that all storage formats accept: 2100-01-01. */
export const latestInstant = epochMs(4_102_444_800_000);

export const emailField = emailGuard.transform(toEmailKey).describe('An e-mail address.');

export const phoneField = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/)
  .describe('A phone number in international form (E.164), such as `+4915112345678`.');

export const scopesField = z.array(z.enum(clientScopes)).min(1).max(clientScopes.length);

export const tenantField = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .prefault(standardTenant)
  .describe(
    'Tenant whose enrolments the client creates and checks; enrolments of one tenant never verify for another (extension).',
  );

export const lifeField = z
  .int()
  .min(clientTokenLifeSec.least)
  .max(clientTokenLifeSec.most)
  .prefault(clientTokenLifeSec.standard)
  .describe('Lifetime in seconds: 60 to 31,622,400 (366 days), by default 7,776,000 (90 days) (extension).');

export const compatField = z
  .enum(compatibilities)
  .nullable()
  .prefault(null)
  .describe(
    '`facenition`: the token gets the published behavior of the hosted API, for callers that cannot change: docs/facenition.md (extension).',
  );

export const replayField = z
  .enum(replayPolicies)
  .prefault('step_ups')
  .describe(
    'Calls that refuse copies of photos that the person used before: `step_ups` (photos of step-ups), `all`, or `none`: docs/api.md#copies-of-photos (extension).',
  );

export const clientTokenId = z.string().regex(/^[0-9a-f]{24}$/);

export type ApiVersion = 1 | 2;

export const groupDescriptions = {
  'Face tokens': 'Create a sealed token from a face, and verify a face with it. The server stores neither.',
  Matching: 'Compare pictures with pictures. Nothing is stored.',
  Screening: 'Check one picture. Nothing is stored.',
  'Client tokens': 'Issue, inspect and revoke client tokens.',
  Contacts: 'Verify an e-mail address and a phone number together.',
  'Step-up': 'Enrol and check users of an identity provider.',
  'Capture page': 'Endpoints that the capture page calls.',
  Applications: 'Register applications with their scopes, quotas and keys, and get their usage.',
  Connections: 'Inspect connections, set them up at their providers, and fix them.',
  Developers:
    'Request an application, try calls, and manage own applications. These endpoints need a session of the console.',
  Administrators: 'Manage administrators and their roles.',
  Ledger: 'List enrolled users and decisions.',
  Campaigns: 'Invite many people to enrol, and follow the progress.',
  'Data subjects': 'Help one person, and fulfil data subject requests.',
  'Help desk': 'Help people who cannot use their face, and identify callers.',
  Operations: 'Run the server.',
  Brand: 'Customize and preview the capture page and the e-mails.',
} as const;
export type EndpointGroup = keyof typeof groupDescriptions;

interface Described {
  /**
   * A `GET` reads its fields from the query, which proxies log: no field names a person, or is a secret or photo.
   */
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /**
   * Path in Express syntax, such as `/step-ups/:id/photos`. It is served without prefix, under `/v1` and under `/v2`.
   */
  readonly path: string;
  readonly versions: readonly ApiVersion[];
  readonly tag: EndpointGroup;
  readonly summary: string;
  readonly description: string;
  /** True if the published Facenition API does not have this endpoint. */
  readonly isExtension: boolean;
  readonly status: 200 | 201;
  /** True if the reply consists of lines of JSON (`application/x-ndjson`), which are sent as they are made. */
  readonly repliesInLines?: true | undefined;
  readonly codes: readonly FaceErrorCode[];
  /** True if the endpoint calls identity providers, although it names no connection. */
  readonly callsProviders?: true | undefined;
}

export interface Call<Fields, PhotoName extends string> {
  readonly fields: Fields;
  photos(name: PhotoName): readonly Photo[];
  param(name: string): string;
  readonly source: string;
  readonly userAgent: string | null;
  cookie(name: string): string | null;
}

export interface FileField extends PhotoRange {
  readonly about?: { readonly description: string; readonly mediaType: string };
}

export interface Endpoint extends Described {
  readonly auth: Auth;
  readonly photos: Readonly<Record<string, FileField>>;
  /** Guard of all fields that are not files. The fields arrive as JSON, or as text in a form or query. */
  readonly fieldsGuard: z.ZodObject;
  readonly replyGuard: z.ZodObject;
  /**
   * Refuses a request before its body is read.
   * @param call.session - unverified session of a capture page
   */
  admit(call: { param(name: string): string; readonly session: Credential | null }): Promise<Admitted>;
}

/** A request that was admitted, and whose body is not yet read. */
export interface Admitted {
  /** Id of the verified session, or `null` if the endpoint needs none. */
  readonly sessionId: string | null;
  run(
    fields: Readonly<Record<string, unknown>>,
    call: Omit<Call<unknown, string>, 'fields'>,
    caller: Caller,
  ): Promise<object | JsonLines>;
}

/** A long reply, made while it is sent. */
export class JsonLines<Line extends object = object> {
  constructor(readonly lines: AsyncIterable<Line>) {}
}

/**
 * Returns true if an endpoint can call an identity provider: endpoints that name a connection may, and those that can
 * fail with the provider do.
 */
export const callsProvider = ({ codes, callsProviders }: Pick<Endpoint, 'codes' | 'callsProviders'>): boolean =>
  callsProviders === true || codes.includes('connection_unknown') || codes.includes('profile_unavailable');

/** Converts a path in Express syntax to an OpenAPI template. */
export const toTemplate = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** Guard of an object, of zod or of its small variant that the pages share. */
export type ObjectGuard = z.core.$ZodObject & { readonly shape: z.core.$ZodLooseShape };

type Defaulted = 'method' | 'versions' | 'isExtension' | 'status' | 'codes';

/**
 * An endpoint as its feature defines it: by default a `POST`, an extension of both versions, without photos, without
 * fields, and with nothing to reply.
 */
export interface Definition<Fields extends z.ZodObject, Reply extends ObjectGuard, PhotoName extends string>
  extends Omit<Described, Defaulted | 'tag'>,
    Partial<Pick<Described, Defaulted>> {
  readonly photos?: Readonly<Record<PhotoName, FileField>>;
  readonly fields?: Fields;
  /** Reply without `ok`, which every success contains. */
  readonly reply?: Reply;
  readonly admit?: (call: Pick<Call<unknown, never>, 'param'>) => Promise<void>;
}

type ReadonlyDeep<Value> = Value extends object ? { readonly [Name in keyof Value]: ReadonlyDeep<Value[Name]> } : Value;

/** Type of a reply. Members that its guard does not declare are not sent. Without a guard, there is nothing to send. */
type ReplyOf<Reply extends ObjectGuard> = string extends keyof z.input<Reply>
  ? Promise<void> | Promise<Record<string, never>>
  : Promise<ReadonlyDeep<z.input<Reply>> | JsonLines<ReadonlyDeep<z.input<Reply>>>>;

async function* parseLines(guard: ObjectGuard, { lines }: JsonLines): AsyncGenerator<object> {
  for await (const line of lines) yield z.parse(guard, line);
}

export type Handled<
  Fields extends z.ZodObject,
  Reply extends ObjectGuard,
  PhotoName extends string,
  Known,
> = Definition<Fields, Reply, PhotoName> & { handle(call: Call<z.output<Fields>, PhotoName> & Known): ReplyOf<Reply> };

/** Endpoint whose kind does not determine its group. */
interface Grouped {
  readonly tag: EndpointGroup;
}

/** Admits any request before its body is read. */
const knowing =
  <Known>(know: (caller: Caller) => Known) =>
  async () => ({ sessionId: null, know });

export const clientEndpoint = <Fields extends z.ZodObject, Reply extends ObjectGuard, PhotoName extends string = never>(
  definition: Handled<Fields, Reply, PhotoName, { readonly client: Client }> &
    Grouped & { readonly scope: ClientScope | null },
): Endpoint =>
  createEndpoint(
    definition,
    definition.tag,
    { kind: 'client', scope: definition.scope },
    knowing((caller) => {
      if (caller.kind !== 'client') throw new FaceError('caller_untrusted');
      return { client: caller.client };
    }),
  );

export const adminEndpoint = <Fields extends z.ZodObject, Reply extends ObjectGuard, PhotoName extends string = never>(
  definition: Handled<Fields, Reply, PhotoName, { readonly administrator: Administrator }> &
    Grouped & {
      readonly right: Right;
      /** True if the console may require a fresh face check. */
      readonly isSensitive?: true;
    },
): Endpoint =>
  createEndpoint(
    definition,
    definition.tag,
    { kind: 'admin', right: definition.right, isSensitive: definition.isSensitive ?? false },
    knowing((caller) => {
      if (caller.kind !== 'administrator') throw new FaceError('caller_untrusted');
      return { administrator: caller.administrator };
    }),
  );

export const developerEndpoint = <
  Fields extends z.ZodObject,
  Reply extends ObjectGuard,
  PhotoName extends string = never,
>(
  definition: Handled<Fields, Reply, PhotoName, { readonly developer: Administrator }>,
): Endpoint =>
  createEndpoint(
    definition,
    'Developers',
    { kind: 'developer' },
    knowing((caller) => {
      if (caller.kind !== 'developer') throw new FaceError('caller_untrusted');
      return { developer: caller.developer };
    }),
  );

export const openEndpoint = <Fields extends z.ZodObject, Reply extends ObjectGuard, PhotoName extends string = never>(
  definition: Handled<Fields, Reply, PhotoName, unknown> & Grouped,
): Endpoint =>
  createEndpoint(
    definition,
    definition.tag,
    { kind: 'open' },
    knowing(() => ({})),
  );

const nothing = z.strictObject({});

/**
 * Creates an endpoint whose handler also knows its caller.
 * @param admit - refuses a request before its body is read; `know` returns what the handler knows of the caller
 */
export function createEndpoint<
  Fields extends z.ZodObject,
  Reply extends ObjectGuard,
  PhotoName extends string,
  Known extends object,
>(
  definition: Handled<Fields, Reply, PhotoName, Known>,
  tag: EndpointGroup,
  auth: Auth,
  admit: (session: Credential | null) => Promise<{ readonly sessionId: string | null; know(caller: Caller): Known }>,
): Endpoint;
export function createEndpoint(
  definition: Definition<z.ZodObject, ObjectGuard, string> & { handle(call: Call<object, string>): Promise<unknown> },
  tag: EndpointGroup,
  auth: Auth,
  admit: (session: Credential | null) => Promise<{ readonly sessionId: string | null; know(caller: Caller): object }>,
): Endpoint {
  const described: Omit<Described, Defaulted | 'tag'> = definition;
  const { method = 'POST', versions = [1, 2], isExtension = true, status = 200, codes = [] } = definition;
  const { fields = nothing, reply = nothing } = definition;
  return {
    ...described,
    method,
    tag,
    versions,
    isExtension,
    status,
    codes,
    photos: definition.photos ?? {},
    fieldsGuard: fields,
    replyGuard: z.strictObject({ ok: z.literal(true), ...reply.shape }),
    auth,
    async admit(call) {
      await definition.admit?.(call);
      const { sessionId, know } = await admit(call.session);
      return {
        sessionId,
        async run(sent, rest, caller) {
          const call = { ...rest, fields: parseFields(fields, sent), ...know(caller) };
          const answer = (await definition.handle(call)) ?? {};
          return answer instanceof JsonLines ? new JsonLines(parseLines(reply, answer)) : z.parse(reply, answer);
        },
      };
    },
  };
}
