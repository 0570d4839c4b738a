import { z } from 'zod';
import type { JsonObject } from '../base/json.js';
import type { Credential, Photo } from '../core/concealed.js';
import { type FoundSession, findSession } from '../core/step-up/session.js';
import type { SessionAction } from '../core/step-up/session-actions.js';
import type { StepUpDeps } from '../core/step-up/stored.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import type { PhotoRange } from '../http/intake.js';
import type { Client } from './client-tokens.js';
import { parseFields } from './fields.js';
import type { Developer } from './onboarding/developers.js';
import type { Administrator, Right } from './rights.js';
import type { ClientScope } from './scopes.js';

export type ApiVersion = 1 | 2;

/** The groups the description and the catalogue list endpoints in, and what each is for. */
export const groupDescriptions = {
  'Face tokens': 'Create a sealed token of a face, and verify a face with it. The server stores neither.',
  Matching: 'Compare pictures with pictures. Nothing is stored.',
  Screening: 'Check one picture. Nothing is stored.',
  'Client tokens': 'Issue, inspect and revoke client tokens.',
  Contacts: 'Verify an e-mail address and a phone number together.',
  'Step-up': 'Enrol and check users of an identity provider.',
  'Capture page': 'Operations that the capture page calls.',
  Applications: 'Register applications with their scopes, quotas and keys, and get their usage.',
  Connections: 'Inspect connections, set them up at their providers, and fix them.',
  Developers:
    'Request an application, try calls, and manage own applications. These operations need a session of the console.',
  Administrators: 'Manage administrators and their roles.',
  Ledger: 'List enrolled users and decisions.',
  Campaigns: 'Invite many people to enrol, and follow the progress.',
  'Data subjects': 'Help one person, and fulfil data subject requests.',
  'Help desk': 'Help people who cannot use their face, and identify callers.',
  Operations: 'Run the server.',
  Brand: 'Set and preview the look of the capture page and of e-mails.',
} as const;
export type EndpointGroup = keyof typeof groupDescriptions;

/** Who may call: a client whose token holds `scope` (`null`: whichever), an administrator who holds `right` (before a sensitive action the console may ask for a face check), a capture page whose session may do `action`, somebody who signed in and asks for themselves, or everybody. */
export type Auth =
  | { readonly kind: 'client'; readonly scope: ClientScope | null }
  | { readonly kind: 'developer' }
  | { readonly kind: 'admin'; readonly right: Right; readonly isSensitive: boolean }
  | { readonly kind: 'session'; readonly action: SessionAction }
  | { readonly kind: 'open' };

/** What the description says, and nothing more. */
interface Described {
  readonly method: 'GET' | 'POST';
  /** As Express writes it: `/step-ups/:id/photos`. Served bare, under `/v1` and under `/v2`. */
  readonly path: string;
  readonly versions: readonly ApiVersion[];
  readonly tag: EndpointGroup;
  readonly summary: string;
  readonly description: string;
  /** Whether this project added it to what the Facenition API publishes. */
  readonly ours: boolean;
  /** Status of a success. */
  readonly status: 200 | 201;
  /** What it may refuse with, beside what follows from its authentication and photos. */
  readonly codes: readonly FaceErrorCode[];
}

/** One call, checked. */
export interface Call<Fields, PhotoName extends string> {
  readonly fields: Fields;
  /** The photos of a field, as many as its range says. */
  photos(name: PhotoName): readonly Photo[];
  /** A part of the address, as text nobody has checked. */
  param(name: string): string;
  /** The address the call came from. */
  readonly source: string;
  /** What the browser says of itself, as text nobody has checked; `null` where it says nothing. */
  readonly userAgent: string | null;
  /** A cookie of the browser, as text nobody has checked. */
  cookie(name: string): string | null;
  /** What a capture page holds; `null` where the endpoint asks for none. */
  readonly session: FoundSession | null;
}

/** Who called, as far as the endpoint asks. */
export interface Caller {
  readonly client: Client | null;
  readonly administrator: Administrator | null;
  readonly developer: Developer | null;
}

/** A field of files. */
export interface FileField extends PhotoRange {
  /** What the files are, where they are no photos. */
  readonly about?: { readonly description: string; readonly mediaType: string };
}

/** One endpoint as data: routes, validation and the OpenAPI description are all made from it. */
export interface Endpoint extends Described {
  readonly auth: Auth;
  readonly photos: Readonly<Record<string, FileField>>;
  /** All that is no file, as JSON has it; a form says the same in text. */
  readonly fieldsGuard: z.ZodObject;
  readonly replyGuard: z.ZodObject;
  /**
   * Refuses before a byte of the body is read.
   * @param call.session - what a capture page showed; nobody has checked it
   * @returns the session, where the endpoint asks for one
   */
  admit(call: { param(name: string): string; readonly session: Credential | null }): Promise<FoundSession | null>;
  run(fields: unknown, call: Omit<Call<unknown, string>, 'fields'>, caller: Caller): Promise<JsonObject>;
}

interface Definition<Fields extends z.ZodObject, Reply extends z.core.$ZodObject, PhotoName extends string>
  extends Described {
  readonly photos: Readonly<Record<PhotoName, FileField>>;
  readonly fields: Fields;
  /** Without `ok`, which every success has. */
  readonly reply: Reply;
  readonly admit?: (call: Pick<Call<unknown, never>, 'param'>) => Promise<void>;
}

/** Replies are JSON and fit their schema: a face or a token that is not taken out on purpose does not compile. */
type ReplyOf<Reply extends z.core.$ZodObject> = Promise<z.input<Reply> & JsonObject>;

/** An endpoint for holders of a client token. */
export function clientEndpoint<Fields extends z.ZodObject, Reply extends z.core.$ZodObject, PhotoName extends string>(
  definition: Definition<Fields, Reply, PhotoName> & {
    readonly scope: ClientScope | null;
    handle(call: Call<z.output<Fields>, PhotoName> & { readonly client: Client }): ReplyOf<Reply>;
  },
): Endpoint {
  return {
    ...toParts(definition),
    auth: { kind: 'client', scope: definition.scope },
    async run(fields, call, { client }) {
      if (client === null) throw new FaceError('caller_untrusted');
      return definition.handle({ ...call, fields: parseFields(definition.fields, fields), client });
    },
  };
}

/** An endpoint for administrators. */
export function adminEndpoint<Fields extends z.ZodObject, Reply extends z.core.$ZodObject, PhotoName extends string>(
  definition: Definition<Fields, Reply, PhotoName> & {
    readonly right: Right;
    /** Erases, or changes who may do what: the console may ask for a fresh face check first. */
    readonly isSensitive?: true;
    handle(call: Call<z.output<Fields>, PhotoName> & { readonly administrator: Administrator }): ReplyOf<Reply>;
  },
): Endpoint {
  return {
    ...toParts(definition),
    auth: { kind: 'admin', right: definition.right, isSensitive: definition.isSensitive ?? false },
    async run(fields, call, { administrator }) {
      if (administrator === null) throw new FaceError('caller_untrusted');
      return definition.handle({ ...call, fields: parseFields(definition.fields, fields), administrator });
    },
  };
}

/** An endpoint for somebody who signed in at the company's provider and asks for themselves. */
export function developerEndpoint<
  Fields extends z.ZodObject,
  Reply extends z.core.$ZodObject,
  PhotoName extends string,
>(
  definition: Definition<Fields, Reply, PhotoName> & {
    handle(call: Call<z.output<Fields>, PhotoName> & { readonly developer: Developer }): ReplyOf<Reply>;
  },
): Endpoint {
  return {
    ...toParts(definition),
    auth: { kind: 'developer' },
    async run(fields, call, { developer }) {
      if (developer === null) throw new FaceError('caller_untrusted');
      return definition.handle({ ...call, fields: parseFields(definition.fields, fields), developer });
    },
  };
}

/** An endpoint for everybody. */
export function openEndpoint<Fields extends z.ZodObject, Reply extends z.core.$ZodObject, PhotoName extends string>(
  definition: Definition<Fields, Reply, PhotoName> & {
    handle(call: Call<z.output<Fields>, PhotoName>): ReplyOf<Reply>;
  },
): Endpoint {
  return {
    ...toParts(definition),
    auth: { kind: 'open' },
    async run(fields, call) {
      return definition.handle({ ...call, fields: parseFields(definition.fields, fields) });
    },
  };
}

/**
 * An endpoint for a capture page that holds a session. Before a byte of the body is read, the session is known, and whether it
 * may be used for that action.
 */
export function sessionEndpoint<Fields extends z.ZodObject, Reply extends z.core.$ZodObject, PhotoName extends string>(
  definition: Omit<Definition<Fields, Reply, PhotoName>, 'admit'> & {
    readonly action: SessionAction;
    /** Where sessions are kept, and what they are about. */
    readonly deps: Pick<StepUpDeps, 'state' | 'connections'>;
    handle(call: Call<z.output<Fields>, PhotoName> & { readonly session: FoundSession }): ReplyOf<Reply>;
  },
): Endpoint {
  return {
    ...toParts(definition),
    auth: { kind: 'session', action: definition.action },
    async admit({ session }) {
      if (session === null) throw new FaceError('caller_untrusted');
      return findSession(session, definition.action, definition.deps);
    },
    async run(fields, call) {
      const { session } = call;
      if (session === null) throw new FaceError('caller_untrusted');
      return definition.handle({ ...call, fields: parseFields(definition.fields, fields), session });
    },
  };
}

function toParts<Fields extends z.ZodObject, Reply extends z.core.$ZodObject, PhotoName extends string>(
  definition: Definition<Fields, Reply, PhotoName>,
): Omit<Endpoint, 'auth' | 'run'> {
  const { method, path, versions, tag, summary, description, ours, status, codes, photos, fields, reply } = definition;
  return {
    method,
    path,
    versions,
    tag,
    summary,
    description,
    ours,
    status,
    codes,
    photos,
    fieldsGuard: fields,
    replyGuard: z.strictObject({ ok: z.literal(true), ...reply._zod.def.shape }),
    async admit(call) {
      await definition.admit?.(call);
      return null;
    },
  };
}
