import {
  AdminListGroupsForUserCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import type { GroupPage } from '../../src/connections/groups.js';
import { notUnderstood } from './profile-user.js';

const pageSize = 60;

/**
 * Reads one page of a user's groups. A group's name is unique in its pool and serves as its id.
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminListGroupsForUser.html
 */
export async function readGroupPage(
  Username: string,
  next: string | null,
  { UserPoolId, client }: { readonly UserPoolId: string; readonly client: CognitoIdentityProviderClient },
): Promise<GroupPage<string>> {
  const page = next === null ? {} : { NextToken: next };
  const { Groups, NextToken } = await client.send(
    new AdminListGroupsForUserCommand({ UserPoolId, Username, Limit: pageSize, ...page }),
  );
  if (Groups === undefined) throw notUnderstood();
  const names = Groups.flatMap(({ GroupName }) => (GroupName === undefined ? [] : [GroupName]));
  return { groups: names.map((name) => ({ id: name, name })), next: NextToken ?? null };
}
