import {
  AdminListGroupsForUserCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import type { GroupPage } from '../groups.js';
import { notUnderstood } from './profile-user.js';

/** As many as Cognito gives at once. */
const pageSize = 60;

/**
 * One page of the groups that a user is in. Cognito knows a group by its name, which no other of the pool has.
 * @param next - names the page; `null` for the first
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
