import { paginateListUsers, paginateListUsersInGroup, type UserType } from '@aws-sdk/client-cognito-identity-provider';
import { type CensusPage, countPage, isFilled } from '../../src/connections/census.js';
import type { Ports } from '../../src/core/deps.js';
import type { Member } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createCognitoClient, toRefusal, toServiceFailure, triesWhileAdministering } from './client.js';
import type { CognitoConnection } from './config.js';
import { toAccount, toUser } from './profile-user.js';

const pageSize = 60;

/** Lists the enabled users with all attributes. Cognito rejects a request for one attribute that some users lack. */
export async function* listCensus(
  settings: CognitoConnection['cognito'],
  { fetch }: Ports<'fetch'>,
): AsyncGenerator<CensusPage> {
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  const pages = paginateListUsers({ client, pageSize }, { UserPoolId: settings.userPoolId });
  for await (const users of enabledIn(pages, (error) => toRefusal(error, 'ListUsers'))) {
    yield countPage(
      users.map(({ Attributes = [] }) => {
        const held = (name: string) => Attributes.find(({ Name }) => Name === name)?.Value;
        return { subject: held('sub') ?? '', value: held(settings.attribute) };
      }),
    );
  }
}

/**
 * Lists the enabled users of a group.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsersInGroup.html
 */
export async function* listMembers(
  group: string,
  settings: CognitoConnection['cognito'],
  { fetch }: Ports<'fetch'>,
): AsyncGenerator<Member[]> {
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  const asked = { UserPoolId: settings.userPoolId, GroupName: group };
  const pages = paginateListUsersInGroup({ client, pageSize }, asked);
  const toError = (error: unknown): FaceError =>
    toServiceFailure(error).code === 'ResourceNotFoundException'
      ? new FaceError('not_found', { groups: 0 })
      : toRefusal(error, 'ListUsersInGroup');
  for await (const users of enabledIn(pages, toError)) {
    yield users.map(({ Username, Attributes }) => {
      const user = toUser(Username, Attributes);
      const { phone: _, ...account } = toAccount(user);
      return { ...account, isEnrolled: isFilled(user.attributes.get(settings.attribute)) };
    });
  }
}

async function* enabledIn(
  pages: AsyncIterable<{ readonly Users?: UserType[] | undefined }>,
  toError: (error: unknown) => FaceError,
): AsyncGenerator<UserType[]> {
  try {
    for await (const { Users = [] } of pages) yield Users.filter(({ Enabled }) => Enabled !== false);
  } catch (error) {
    throw toError(error);
  }
}
