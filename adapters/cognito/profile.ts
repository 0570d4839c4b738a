import type { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider';
import { createClaimReader, type UsualSources } from '../../src/connections/claims.js';
import { type GroupPage, readAllGroups } from '../../src/connections/groups.js';
import {
  isLogin,
  isSameLogin,
  isSearchable,
  matchesName,
  toNameParts,
  toPhoneNumber,
  toStoredToken,
  toWholeName,
} from '../../src/connections/profile-values.js';
import { withinTime } from '../../src/connections/rest-call.js';
import type { Ports } from '../../src/core/deps.js';
import type { Account, CallerClass, NamedAccount, Profile } from '../../src/core/ports.js';
import { whileSearching } from '../../src/core/resilience.js';
import { FaceError } from '../../src/errors.js';
import { createCognitoClient, toServiceFailure } from './client.js';
import type { CognitoConnection } from './config.js';

export interface FoundUser {
  readonly username: string;
  readonly attributes: ReadonlyMap<string, string>;
}

type Attributes = readonly { readonly Name?: string | undefined; readonly Value?: string | undefined }[] | undefined;

/** @throws FaceError `profile_unavailable` if Cognito omits required fields */
export function toUser(username: string | undefined, attributes: Attributes): FoundUser {
  if (username === undefined || attributes === undefined) throw notUnderstood();
  return { username, attributes: new Map(attributes.map(({ Name = '', Value = '' }) => [Name, Value])) };
}

/** Returns the sign-in name. For users who sign in by e-mail or phone, Cognito sets the user name to the `sub`. */
export const nameOf = ({ username, attributes }: FoundUser): string =>
  username === attributes.get('sub')
    ? (attributes.get('email') ?? attributes.get('phone_number') ?? username)
    : username;

/** Returns true if the user signs in by this name. The API also finds users by `sub`, which is not a sign-in name. */
export const isNamed = (user: FoundUser, login: string): boolean =>
  [
    nameOf(user),
    ...['email', 'phone_number', 'preferred_username'].map((name) => user.attributes.get(name) ?? ''),
  ].some((name) => isSameLogin(name, login));

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

export function toNamedAccount(user: FoundUser): NamedAccount {
  const [name = '', given = '', family = ''] = ['name', 'given_name', 'family_name'].map((each) =>
    user.attributes.get(each),
  );
  return { ...toAccount(user), name: name || toWholeName(given, family) };
}

export const notUnderstood = () => new FaceError('profile_unavailable', { reason: 'answer not understood' });

const mostPages = 20;

/**
 * Reads users page by page, until there are `limit`.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
 */
export async function* listUsers(
  Filter: string,
  limit: number,
  { UserPoolId, client }: Pool,
): AsyncGenerator<FoundUser> {
  let count = 0;
  let next: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const from = next === undefined ? {} : { PaginationToken: next };
    const answer = await client.listUsers({ UserPoolId, Filter, Limit: limit, ...from });
    if (answer.Users === undefined) throw notUnderstood();
    for (const user of answer.Users) yield toUser(user.Username, user.Attributes);
    count += answer.Users.length;
    next = answer.PaginationToken;
    if (next === undefined || count >= limit) return;
  }
  throw notUnderstood();
}

const pageSize = 60;

/**
 * Reads one page of a user's groups. A group's name is unique in its pool and serves as its id.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListGroupsForUser.html
 */
export async function readGroupPage(
  Username: string,
  next: string | null,
  { UserPoolId, client }: Pool,
): Promise<GroupPage<string>> {
  const page = next === null ? {} : { NextToken: next };
  const { Groups, NextToken } = await client.adminListGroupsForUser({ UserPoolId, Username, Limit: pageSize, ...page });
  if (Groups === undefined) throw notUnderstood();
  const names = Groups.flatMap(({ GroupName }) => (GroupName === undefined ? [] : [GroupName]));
  return { groups: names.map((name) => ({ id: name, name })), next: NextToken ?? null };
}

/**
 * Attributes to search, one request each, because a filter accepts one attribute. Only `username` is case-sensitive.
 */
const searched = ['username', 'email', 'preferred_username', 'name', 'given_name', 'family_name'] as const;

/**
 * Searches users by name prefix. A filter cannot contain `"` or `\`, for which no escape is documented, so the text
 * from there on is compared here.
 * @see
 * https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-manage-user-accounts.html#cognito-user-pools-searching-for-users-using-listusers-api
 */
export async function searchUsers(
  text: string,
  limit: number,
  pool: Pool,
  found: NamedAccount[] = [],
): Promise<readonly NamedAccount[]> {
  const questions = [
    ...searched.map((attribute) => ({ attribute, beginning: text })),
    ...toNameParts(text).map(({ family }) => ({ attribute: 'family_name', beginning: family })),
  ];
  // Requests are sequential, because the rate limit applies to the whole AWS account.
  for (const { attribute, beginning } of questions) {
    const [plain = ''] = /^[^"\\]*/.exec(beginning) ?? [];
    if (plain === '' || found.length >= limit) continue;
    for await (const user of listUsers(`${attribute} ^= "${plain}"`, limit, pool)) {
      const account = toNamedAccount(user);
      const isNew = !found.some(({ subject }) => subject === account.subject);
      if (isNew && matchesName(text, toNames(user))) found.push(account);
    }
  }
  return found.slice(0, limit);
}

const toNames = (user: FoundUser) => {
  const read = (name: string): string => user.attributes.get(name) ?? '';
  const others = [user.username, nameOf(user), read('email'), read('preferred_username'), read('name')];
  return { given: read('given_name'), family: read('family_name'), others };
};

/** @throws FaceError `subject_unknown` or `profile_unavailable` if a call to Cognito fails or takes too long */
export async function within<Answer>(work: () => Promise<Answer>, waitSec?: number): Promise<Answer> {
  try {
    return await withinTime(work, waitSec);
  } catch (error) {
    if (error instanceof FaceError) throw error;
    const failure = toServiceFailure(error);
    throw new FaceError(failure.code === 'UserNotFoundException' ? 'subject_unknown' : 'profile_unavailable', failure);
  }
}

const maxNameCharacters = 128;

/** Looked up instead of a text that cannot be an id or a login, so that the time does not reveal it. */
const nobody = { id: '00000000-0000-0000-0000-000000000000', login: 'nobody@facestep.invalid' };

interface Pool {
  readonly UserPoolId: string;
  readonly client: CognitoIdentityProvider;
}

async function readByName(Username: string, { UserPoolId, client }: Pool): Promise<FoundUser | null> {
  try {
    const answer = await client.adminGetUser({ UserPoolId, Username });
    return toUser(answer.Username, answer.UserAttributes);
  } catch (error) {
    if (toServiceFailure(error).code === 'UserNotFoundException') return null;
    throw error;
  }
}

/**
 * Finds a user by `sub`. Another user may have chosen the same text as user name, so the result is verified. For
 * anonymous callers, both calls are always made.
 */
export async function findBySub(subject: string, caller: CallerClass, pool: Pool): Promise<FoundUser> {
  // The pattern excludes quotes, because the subject is inserted into a quoted filter.
  const target = /^[A-Za-z0-9-]{1,128}$/.test(subject) ? subject : nobody.id;
  const isAskedFor = ({ attributes }: FoundUser): boolean => attributes.get('sub') === subject;
  const named = await readByName(target, pool);
  const isNamed = named !== null && isAskedFor(named);
  if (isNamed && caller === 'known') return named;
  let found = isNamed ? named : undefined;
  for await (const user of listUsers(`sub = "${target}"`, 1, pool)) if (isAskedFor(user)) found ??= user;
  if (found === undefined) throw new FaceError('subject_unknown');
  return found;
}

/** Standard attribute of the pool for each claim. Cognito stores an address as one text, so only `formatted` is set. */
const usualSources = {
  name: 'name',
  given_name: 'given_name',
  family_name: 'family_name',
  middle_name: 'middle_name',
  nickname: 'nickname',
  preferred_username: 'preferred_username',
  profile: 'profile',
  picture: 'picture',
  website: 'website',
  gender: 'gender',
  birthdate: 'birthdate',
  zoneinfo: 'zoneinfo',
  locale: 'locale',
  email: 'email',
  email_verified: 'email_verified',
  phone_number: 'phone_number',
  phone_number_verified: 'phone_number_verified',
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
  const searchClient = createCognitoClient(settings, { fetch, tries: whileSearching.tries });
  const { claimNames, toClaims } = createClaimReader(usualSources, claims, attribute);

  const withUser = <Result>(
    subject: string,
    work: (user: FoundUser) => Result | Promise<Result>,
    caller: CallerClass = 'known',
  ): Promise<Result> => within(async () => work(await findBySub(subject, caller, { UserPoolId, client })));

  const change = (subject: string, send: (Username: string) => Promise<unknown>): Promise<void> =>
    withUser(subject, async ({ username }) => void (await send(username)));

  const findAccount: Profile['findAccount'] = (login) =>
    within(async () => {
      const target = isLogin(login) && login.length <= maxNameCharacters ? login : nobody.login;
      const user = await readByName(target, { UserPoolId, client });
      return user === null || !isNamed(user, login) ? null : toAccount(user);
    });

  return {
    findAccount,
    loginIsName: true,
    readAccount: (subject, caller) => withUser(subject, toNamedAccount, caller),
    searchAccounts: (text, limit, found) =>
      within(
        async () => (isSearchable(text) ? searchUsers(text, limit, { UserPoolId, client: searchClient }, found) : []),
        whileSearching.longestWaitSec,
      ),
    claimNames,
    readClaims: (subject, names) =>
      withUser(subject, ({ attributes }) => toClaims(names, (name) => attributes.get(name))),
    readGroups: (subject) =>
      withUser(subject, ({ username }) =>
        readAllGroups((next: string | null) => readGroupPage(username, next, { UserPoolId, client })),
      ),
    readToken: (subject, caller) =>
      withUser(subject, ({ attributes }) => toStoredToken(attributes.get(attribute), { attribute, log }), caller),
    writeToken: (subject, token) =>
      change(subject, (Username) => {
        const UserAttributes = [{ Name: attribute, Value: token.use((text) => text) }];
        return client.adminUpdateUserAttributes({ UserPoolId, Username, UserAttributes });
      }),
    clearToken: (subject) =>
      change(subject, (Username) =>
        client.adminDeleteUserAttributes({ UserPoolId, Username, UserAttributeNames: [attribute] }),
      ),
    endSessions: (subject) => change(subject, (Username) => client.adminUserGlobalSignOut({ UserPoolId, Username })),
  };
}
