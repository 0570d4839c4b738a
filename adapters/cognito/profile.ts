import {
  AdminDeleteUserAttributesCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  ListUsersCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { inTime } from '../../src/core/deadline.js';
import { toPhoneNumber } from '../../src/core/phone-number.js';
import type { Account, Fetch, Log, Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { isLogin, isSameLogin } from '../login.js';
import { toStoredToken } from '../stored-token.js';
import { type CognitoSettings, createCognitoClient, toServiceFailure } from './client.js';
import type { CognitoConnection } from './config.js';

/** Of one action here: a look-up, its fallback, a write. */
const TOTAL_TIMEOUT_MS = 10_000;

/** Does something of several calls within `TOTAL_TIMEOUT_MS`. */
async function within<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await inTime(work(), TOTAL_TIMEOUT_MS, () => {
      throw new FaceError('profile_unavailable', { reason: 'timeout' });
    });
  } catch (error) {
    if (error instanceof FaceError) throw error;
    const failure = toServiceFailure(error);
    throw new FaceError(failure.code === 'UserNotFoundException' ? 'subject_unknown' : 'profile_unavailable', failure);
  }
}

/** A user as the API tells of them. */
export interface FoundUser {
  readonly username: string;
  readonly attributes: ReadonlyMap<string, string>;
}

type Attributes = readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[] | undefined;

/** @throws FaceError `profile_unavailable` where the answer lacks what every user has */
export function toUser(username: string | undefined, attributes: Attributes): FoundUser {
  if (username === undefined || attributes === undefined) throw notUnderstood();
  return { username, attributes: new Map(attributes.map(({ Name = '', Value = '' }) => [Name, Value])) };
}

/** Longest name the API takes. */
const maxNameCharacters = 128;

/** By which a user signs in: where that is an address or a number, Cognito makes up a user name, the `sub`. */
const nameOf = ({ username, attributes }: FoundUser): string =>
  username === attributes.get('sub')
    ? (attributes.get('email') ?? attributes.get('phone_number') ?? username)
    : username;

/** The API finds users by their `sub` too, which nobody signs in by. */
const isNamed = (user: FoundUser, login: string): boolean =>
  [
    nameOf(user),
    ...['email', 'phone_number', 'preferred_username'].map((name) => user.attributes.get(name) ?? ''),
  ].some((name) => isSameLogin(name, login));

/** @throws FaceError `profile_unavailable`: without a `sub` */
export function toAccount(user: FoundUser): Account {
  const subject = user.attributes.get('sub');
  if (subject === undefined) throw notUnderstood();
  return {
    subject,
    login: nameOf(user),
    email: user.attributes.get('email') ?? null,
    phone: toPhoneNumber(user.attributes.get('phone_number')),
  };
}

const notUnderstood = () => new FaceError('profile_unavailable', { reason: 'answer not understood' });

/**
 * Reads and writes the token in a custom attribute, by the user's `sub`.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 */
export function createCognitoProfile(
  settings: CognitoSettings & Pick<CognitoConnection['cognito'], 'attribute'>,
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
    if (answer.Users === undefined) throw notUnderstood();
    const found = answer.Users.map((user) => toUser(user.Username, user.Attributes)).find(isAskedFor);
    if (found === undefined) throw new FaceError('subject_unknown');
    return found;
  };

  const findAccount: Profile['findAccount'] = (login) =>
    within(async () => {
      if (!isLogin(login) || login.length > maxNameCharacters) return null;
      const user = await readByName(login);
      return user === null || !isNamed(user, login) ? null : toAccount(user);
    });

  return {
    findAccount,
    readAccount: (subject) => within(async () => toAccount(await find(subject))),
    readToken: (subject) =>
      within(async () => toStoredToken((await find(subject)).attributes.get(attribute), { attribute, log })),
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
    endSessions: (subject) =>
      within(async () => {
        const { username: Username } = await find(subject);
        await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username }));
      }),
  };
}
