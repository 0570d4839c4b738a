import {
  AdminDeleteUserAttributesCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  CognitoIdentityProviderClient,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import { maxTokenCharacters, SealedToken } from '../../src/core/concealed.js';
import type { Fetch, Log, Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { type CognitoConnection, regionOf } from './schema.js';

const REQUEST_TIMEOUT_MS = 5_000;
/** Of one action here: a look-up, its fallback, a write. */
const TOTAL_TIMEOUT_MS = 10_000;

type Settings = CognitoConnection['cognito'];

/** The SDK's client over the injected fetch: at most one more try, for a clock that the first one corrected. */
export function createCognitoClient(
  { userPoolId, endpoint, credentials }: Pick<Settings, 'userPoolId' | 'endpoint' | 'credentials'>,
  { fetch }: { readonly fetch: Fetch },
): CognitoIdentityProviderClient {
  return new CognitoIdentityProviderClient({
    region: regionOf(userPoolId),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials.kind === 'default' ? {} : { credentials: async () => toAwsCredentials(credentials) }),
    maxAttempts: 2,
    requestHandler: createFetchHandler(fetch),
  });
}

const toAwsCredentials = ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Extract<Settings['credentials'], { kind: 'static' }>) => ({
  accessKeyId,
  secretAccessKey: secretAccessKey.use((text) => text),
  ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.use((text) => text) }),
});

const requestGuard = z.object({
  protocol: z.string(),
  hostname: z.string(),
  port: z.number().optional(),
  path: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  // A Uint8Array that also answers as a text.
  body: z.instanceof(Uint8Array).transform((bytes) => new Uint8Array(bytes)),
});

function createFetchHandler(fetch: Fetch) {
  return {
    async handle(request: unknown) {
      const { protocol, hostname, port, path, method, headers, body } = requestGuard.parse(request);
      // Both are set by fetch itself, from the address and the body.
      const { host: _host, 'content-length': _length, ...others } = headers;
      const response = await fetch(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`, {
        method,
        headers: others,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: new Uint8Array(await response.arrayBuffer()),
        },
      };
    },
  };
}

const serviceErrorGuard = z.object({
  name: z.string().regex(/^[A-Za-z]{1,64}$/),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

/** What is known of a call that failed: what the SDK throws holds the answer's words too, and they are not kept. */
export function toServiceFailure(error: unknown): { status: number | null; code: string | null } {
  const { data } = serviceErrorGuard.safeParse(error);
  return { status: data?.$metadata?.httpStatusCode ?? null, code: data?.name ?? null };
}

/** Does something of several calls within `TOTAL_TIMEOUT_MS`. */
async function within<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const outOfTime = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FaceError('profile_unavailable', { reason: 'timeout' })), TOTAL_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work(), outOfTime]);
  } catch (error) {
    if (error instanceof FaceError) throw error;
    const failure = toServiceFailure(error);
    throw new FaceError(failure.code === 'UserNotFoundException' ? 'subject_unknown' : 'profile_unavailable', failure);
  } finally {
    clearTimeout(timer);
  }
}

interface FoundUser {
  readonly username: string;
  readonly attributes: ReadonlyMap<string, string>;
}

type Attributes = readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[] | undefined;

const toUser = (username: string | undefined, attributes: Attributes): FoundUser => ({
  username: username ?? '',
  attributes: new Map((attributes ?? []).map(({ Name = '', Value = '' }) => [Name, Value])),
});

/**
 * Reads and writes the token in a custom attribute, by the user's `sub`.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 */
export function createCognitoProfile(
  settings: Pick<Settings, 'userPoolId' | 'endpoint' | 'credentials' | 'attribute'>,
  { fetch, log }: { readonly fetch: Fetch; readonly log: Log },
): Profile {
  const { userPoolId: UserPoolId, attribute } = settings;
  const client = createCognitoClient(settings, { fetch });

  const readByName = async (subject: string): Promise<FoundUser | null> => {
    try {
      const answer = await client.send(new AdminGetUserCommand({ UserPoolId, Username: subject }));
      return toUser(answer.Username, answer.UserAttributes);
    } catch (error) {
      if (toServiceFailure(error).code === 'UserNotFoundException') return null;
      throw error;
    }
  };

  /**
   * A `sub` is taken as a user name by the API, unless another user chose it for a name. So whoever is found must have
   * it as `sub`, and is looked for by that otherwise.
   */
  const find = async (subject: string): Promise<FoundUser> => {
    // Goes into a filter, in quotes.
    if (!/^[A-Za-z0-9-]{1,128}$/.test(subject)) throw new FaceError('subject_unknown');
    const isAskedFor = ({ attributes }: FoundUser): boolean => attributes.get('sub') === subject;
    const named = await readByName(subject);
    if (named !== null && isAskedFor(named)) return named;
    const answer = await client.send(new ListUsersCommand({ UserPoolId, Filter: `sub = "${subject}"`, Limit: 1 }));
    const found = answer.Users?.map((user) => toUser(user.Username, user.Attributes)).find(isAskedFor);
    if (found === undefined) throw new FaceError('subject_unknown');
    return found;
  };

  return {
    readToken: (subject) =>
      within(async () => {
        const value = (await find(subject)).attributes.get(attribute) ?? '';
        if (value === '') return null;
        if (value.length <= maxTokenCharacters) return new SealedToken(value);
        log.warn('the profile attribute holds something else than a token', { attribute });
        return null;
      }),
    writeToken: (subject, token) =>
      within(async () => {
        const { username: Username } = await find(subject);
        const UserAttributes = [{ Name: attribute, Value: token.use((text) => text) }];
        await client.send(new AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes }));
      }),
    clearToken: (subject) =>
      within(async () => {
        const { username: Username } = await find(subject);
        const UserAttributeNames = [attribute];
        await client.send(new AdminDeleteUserAttributesCommand({ UserPoolId, Username, UserAttributeNames }));
      }),
  };
}
