import { Client, RequestExecutor } from '@okta/okta-sdk-nodejs';
import { z } from 'zod';
import { maxTokenCharacters, SealedToken } from '../../src/core/concealed.js';
import type { Fetch, Log, Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import type { OktaConnection } from './schema.js';

const REQUEST_TIMEOUT_MS = 5_000;
/** Of one call here: up to two tokens and two requests, where the SDK finds its access token expired. */
const TOTAL_TIMEOUT_MS = 10_000;

/** The token's attribute in an Okta org. */
export interface OktaProfile extends Profile {
  /**
   * Defines the attribute in the org's default user schema, or adopts one that is there and fits. Needs the scope
   * `okta.schemas.manage`.
   * @returns what was done
   * @throws FaceError `config_invalid` if an attribute of that name does not fit, `profile_unavailable`
   * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Schema/
   */
  ensureAttribute(): Promise<'created' | 'adopted'>;
}

/**
 * Reads and writes the token over Okta's management API.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
 */
export function createOktaProfile(
  { orgUrl, auth, attribute }: Pick<OktaConnection['okta'], 'orgUrl' | 'auth' | 'attribute'>,
  { fetch, log }: { readonly fetch: Fetch; readonly log: Log },
): OktaProfile {
  const client = createClient({ orgUrl, auth }, fetch);
  const userGuard = z.object({ id: z.string(), profile: z.object({ [attribute]: z.unknown().optional() }) });

  const update = async (subject: string, value: string | null): Promise<void> => {
    checkIsUserId(subject);
    // POST changes the attributes it names; PUT would clear all others.
    await call(() => client.userApi.updateUser({ userId: subject, user: { profile: { [attribute]: value } } }));
  };

  return {
    async readToken(subject) {
      checkIsUserId(subject);
      const user = parseAnswer(userGuard, await call(() => client.userApi.getUser({ userId: subject })));
      if (user.id !== subject) throw new FaceError('subject_unknown');
      const value = user.profile[attribute] ?? '';
      if (value === '') return null;
      if (typeof value === 'string' && value.length <= maxTokenCharacters) return new SealedToken(value);
      log.warn('the profile attribute holds something else than a token', { attribute });
      return null;
    },
    writeToken: (subject, token) => token.use((text) => update(subject, text)),
    clearToken: (subject) => update(subject, null),
    async ensureAttribute() {
      const schema = parseAnswer(
        schemaGuard,
        await call(() => client.schemaApi.getUserSchema({ schemaId: 'default' }), 'profile_unavailable'),
      );
      const existing = Object.entries(schema.definitions.custom?.properties ?? {}).find(
        // Okta refuses names that differ in case alone, so such a neighbour is in the way.
        ([name]) => name.toLowerCase() === attribute.toLowerCase(),
      );
      if (existing === undefined) {
        // The SDK's name is misleading: this changes the schema of users, not a user's profile.
        await call(
          () => client.schemaApi.updateUserProfile({ schemaId: 'default', userSchema: toSchemaChange(attribute) }),
          'profile_unavailable',
        );
        return 'created';
      }
      const [name, definition] = existing;
      const misfits = name === attribute ? misfitsOf(definition) : ['name'];
      if (misfits.length > 0) throw new FaceError('config_invalid', { attribute, misfits });
      return 'adopted';
    },
  };
}

const attributeGuard = z.object({
  type: z.string(),
  required: z.boolean().nullish(),
  minLength: z.number().nullish(),
  maxLength: z.number().nullish(),
  enum: z.array(z.unknown()).nullish(),
  _enum: z.array(z.unknown()).nullish(),
  oneOf: z.array(z.unknown()).nullish(),
  pattern: z.string().nullish(),
  format: z.string().nullish(),
  mutability: z.string().nullish(),
  permissions: z.array(z.object({ principal: z.string().nullish(), action: z.string().nullish() })).nullish(),
});
type AttributeDefinition = z.infer<typeof attributeGuard>;

const schemaGuard = z.object({
  definitions: z.object({
    custom: z.object({ properties: z.record(z.string(), attributeGuard).nullish() }).nullish(),
  }),
});

/** The properties of an existing attribute that would not hold a token, or would let users change it themselves. */
function misfitsOf(definition: AttributeDefinition): string[] {
  const { type, required, minLength, maxLength, pattern, format, mutability, permissions, oneOf } = definition;
  const fits: Record<string, boolean> = {
    type: type === 'string',
    required: required !== true,
    minLength: (minLength ?? 0) <= 1,
    maxLength: (maxLength ?? maxTokenCharacters) >= maxTokenCharacters,
    enum: (definition.enum ?? definition._enum ?? oneOf ?? null) === null,
    pattern: (pattern ?? null) === null,
    format: (format ?? null) === null,
    mutability: (mutability ?? 'READ_WRITE') === 'READ_WRITE',
    permissions: !permissions?.some(({ principal, action }) => principal === 'SELF' && action === 'READ_WRITE'),
  };
  return Object.keys(fits).filter((name) => fits[name] === false);
}

const toSchemaChange = (attribute: string) => ({
  definitions: {
    custom: {
      id: '#custom',
      type: 'object',
      properties: {
        [attribute]: {
          title: 'Face enrolment token',
          description: 'Sealed by facestep. Clearing it revokes the enrolment.',
          type: 'string' as const,
          required: false,
          maxLength: maxTokenCharacters,
          scope: 'NONE' as const,
          mutability: 'READ_WRITE' as const,
          permissions: [{ principal: 'SELF' as const, action: 'HIDE' as const }],
        },
      },
      required: [],
    },
  },
});

/** Okta takes a login, part of one, or `me` in place of an id; all ids of users begin with `00u`. */
function checkIsUserId(subject: string): void {
  if (!/^00u[A-Za-z0-9]{1,61}$/.test(subject)) throw new FaceError('subject_unknown');
}

function createClient({ orgUrl, auth }: Pick<OktaConnection['okta'], 'orgUrl' | 'auth'>, fetch: Fetch): Client {
  // Everything is given: what is not, the SDK takes from okta.yaml files and OKTA_… variables it finds.
  const shared = {
    orgUrl,
    requestExecutor: new FetchExecutor(fetch),
    // The SDK's cache would answer with a token that has been revoked meanwhile.
    cacheMiddleware: null,
  };
  if (auth.kind === 'api_token') {
    return auth.token.use((token) => new Client({ ...shared, authorizationMode: 'SSWS', token }));
  }
  const { clientId, privateKey, keyId, scopes } = auth;
  return privateKey.use(
    (text) => new Client({ ...shared, authorizationMode: 'PrivateKey', clientId, privateKey: text, keyId, scopes }),
  );
}

type SdkResponse = Awaited<ReturnType<RequestExecutor['fetch']>>;

// Of a response the SDK uses what a response of fetch has, too.
const isSdkResponse = (response: object): response is SdkResponse =>
  'status' in response && 'headers' in response && 'text' in response && 'json' in response;

/**
 * Sends the SDK's requests by the injected fetch, once. The SDK's own executor has no time-out, and on 429 it sleeps
 * until the rate limit's window ends, up to a minute.
 */
class FetchExecutor extends RequestExecutor {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    super();
    this.#fetch = fetch;
  }

  override async fetch(request: Parameters<RequestExecutor['fetch']>[0]): Promise<SdkResponse> {
    const { url, method, headers, body } = requestGuard.parse(request);
    const response = await this.#fetch(url, {
      method,
      headers,
      body: body ?? null,
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    if (!isSdkResponse(response)) throw new FaceError('internal');
    return response;
  }
}

const requestGuard = z.object({
  url: z.string(),
  method: z.string().transform((name) => name.toUpperCase()),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullish(),
});

const apiErrorGuard = z.object({ status: z.number(), errorCode: z.string().nullish() });

/**
 * Makes one call of the SDK within `TOTAL_TIMEOUT_MS`. What it throws holds the address, the headers and Okta's words
 * about the request, so nothing but status and code is kept.
 */
async function call<Answer>(
  send: () => Promise<Answer>,
  whenNotFound: 'subject_unknown' | 'profile_unavailable' = 'subject_unknown',
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const outOfTime = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FaceError('profile_unavailable', { reason: 'timeout' })), TOTAL_TIMEOUT_MS);
  });
  try {
    return await Promise.race([send(), outOfTime]);
  } catch (error) {
    if (error instanceof FaceError) throw error;
    const { data } = apiErrorGuard.safeParse(error);
    if (data?.status === 404) throw new FaceError(whenNotFound);
    const errorCode = /^E\d{7}$/.exec(data?.errorCode ?? '')?.[0] ?? null;
    throw new FaceError('profile_unavailable', { status: data?.status ?? null, errorCode });
  } finally {
    clearTimeout(timer);
  }
}

function parseAnswer<Output>(guard: z.ZodType<Output>, answer: unknown): Output {
  const parsed = guard.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new FaceError('profile_unavailable', { reason: 'answer not understood' });
}
