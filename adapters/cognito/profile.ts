import {
  AdminDeleteUserAttributesCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createClaimReader, type UsualSources } from '../../src/connections/claims.js';
import { readAllGroups } from '../../src/connections/groups.js';
import { isLogin, isSearchable } from '../../src/connections/search.js';
import { toStoredToken } from '../../src/connections/stored-token.js';
import type { Ports } from '../../src/core/deps.js';
import type { Profile } from '../../src/core/ports.js';
import { withTimeout } from '../../src/core/resilience.js';
import { FaceError } from '../../src/errors.js';
import { createCognitoClient, toServiceFailure } from './client.js';
import type { CognitoConnection } from './config.js';
import {
  type FoundUser,
  isNamed,
  listUsers,
  readGroupPage,
  searchUsers,
  toAccount,
  toNamedAccount,
  toUser,
} from './profile-user.js';

/** Time limit for one operation, including all its API calls. */
const TOTAL_TIMEOUT_MS = 10_000;

async function within<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await withTimeout(work(), TOTAL_TIMEOUT_MS, () => {
      throw new FaceError('profile_unavailable', { reason: 'timeout' });
    });
  } catch (error) {
    if (error instanceof FaceError) throw error;
    const failure = toServiceFailure(error);
    throw new FaceError(failure.code === 'UserNotFoundException' ? 'subject_unknown' : 'profile_unavailable', failure);
  }
}

const maxNameCharacters = 128;

/** Standard attribute of the pool for each claim. Cognito stores an address as one text, so only `formatted` is set. */
const usualSources = {
  ...{ name: 'name', given_name: 'given_name', family_name: 'family_name', middle_name: 'middle_name' },
  ...{ nickname: 'nickname', preferred_username: 'preferred_username', profile: 'profile', picture: 'picture' },
  ...{ website: 'website', gender: 'gender', birthdate: 'birthdate', zoneinfo: 'zoneinfo', locale: 'locale' },
  ...{ email: 'email', email_verified: 'email_verified' },
  ...{ phone_number: 'phone_number', phone_number_verified: 'phone_number_verified' },
  address: { formatted: 'address' },
} satisfies UsualSources;

/**
 * Creates the profile that stores the token in a custom attribute. Users are identified by `sub`.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminGetUser.html
 */
export function createCognitoProfile(
  { claims, cognito: settings }: Pick<CognitoConnection, 'claims' | 'cognito'>,
  { fetch, log }: Ports<'log' | 'fetch'>,
): Profile {
  const { userPoolId: UserPoolId, attribute } = settings;
  const client = createCognitoClient(settings, { fetch });
  const { claimNames, toClaims } = createClaimReader(usualSources, claims, attribute);

  const readByName = async (subject: string): Promise<FoundUser | null> => {
    try {
      const answer = await client.send(new AdminGetUserCommand({ UserPoolId, Username: subject }));
      return toUser(answer.Username, answer.UserAttributes);
    } catch (error) {
      if (toServiceFailure(error).code === 'UserNotFoundException') return null;
      throw error;
    }
  };

  /** Finds a user by `sub`. Another user may have chosen the same text as user name, so the result is verified. */
  const find = async (subject: string): Promise<FoundUser> => {
    // The pattern excludes quotes, because the subject is inserted into a quoted filter.
    if (!/^[A-Za-z0-9-]{1,128}$/.test(subject)) throw new FaceError('subject_unknown');
    const isAskedFor = ({ attributes }: FoundUser): boolean => attributes.get('sub') === subject;
    const named = await readByName(subject);
    if (named !== null && isAskedFor(named)) return named;
    const found = (await listUsers(`sub = "${subject}"`, 1, { UserPoolId, client })).find(isAskedFor);
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
    readAccount: (subject) => within(async () => toNamedAccount(await find(subject))),
    searchAccounts: (text, limit) =>
      within(async () => (isSearchable(text) ? searchUsers(text, limit, { UserPoolId, client }) : [])),
    claimNames,
    readClaims: (subject, names) =>
      within(async () => {
        const { attributes } = await find(subject);
        return toClaims(names, (name) => attributes.get(name));
      }),
    readGroups: (subject) =>
      within(async () => {
        const { username } = await find(subject);
        return readAllGroups((next: string | null) => readGroupPage(username, next, { UserPoolId, client }));
      }),
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
