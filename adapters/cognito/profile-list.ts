import { type CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { type FoundUser, notUnderstood, toUser } from './profile-user.js';

const mostPages = 20;

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html */
export async function listUsers(
  Filter: string,
  limit: number,
  { UserPoolId, client }: { readonly UserPoolId: string; readonly client: CognitoIdentityProviderClient },
): Promise<readonly FoundUser[]> {
  const found: FoundUser[] = [];
  let next: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const from = next === undefined ? {} : { PaginationToken: next };
    const answer = await client.send(new ListUsersCommand({ UserPoolId, Filter, Limit: limit, ...from }));
    if (answer.Users === undefined) throw notUnderstood();
    found.push(...answer.Users.map((user) => toUser(user.Username, user.Attributes)));
    next = answer.PaginationToken;
    if (next === undefined || found.length >= limit) return found;
  }
  throw notUnderstood();
}
