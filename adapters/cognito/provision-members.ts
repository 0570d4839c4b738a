import { ListUsersInGroupCommand } from '@aws-sdk/client-cognito-identity-provider';
import { isFilled } from '../../src/connections/census.js';
import type { Fetch, Member } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import {
  type CognitoSettings,
  createCognitoClient,
  toRefusal,
  toServiceFailure,
  triesWhileAdministering,
} from './client.js';
import type { CognitoConnection } from './config.js';
import { toAccount, toUser } from './profile-user.js';

const pageSize = 60;

/**
 * Lists the enabled users of a group.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsersInGroup.html
 */
export async function* listMembers(
  group: string,
  settings: CognitoSettings & Pick<CognitoConnection['cognito'], 'attribute'>,
  { fetch }: { readonly fetch: Fetch },
): AsyncGenerator<Member[]> {
  const { userPoolId: UserPoolId, attribute } = settings;
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  let next: string | undefined;
  do {
    const page = next === undefined ? {} : { NextToken: next };
    const { Users = [], NextToken } = await client
      .send(new ListUsersInGroupCommand({ UserPoolId, GroupName: group, Limit: pageSize, ...page }))
      .catch((error: unknown) => {
        const isUnknown = toServiceFailure(error).code === 'ResourceNotFoundException';
        throw isUnknown ? new FaceError('not_found', { groups: 0 }) : toRefusal(error, 'ListUsersInGroup');
      });
    yield Users.filter(({ Enabled }) => Enabled !== false).map(({ Username, Attributes }) => {
      const user = toUser(Username, Attributes);
      const { phone: _, ...account } = toAccount(user);
      return { ...account, isEnrolled: isFilled(user.attributes.get(attribute)) };
    });
    next = NextToken;
  } while (next !== undefined);
}
