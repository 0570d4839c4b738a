import * as cognitoSdk from '@aws-sdk/client-cognito-identity-provider';
import { expect, test } from '@jest/globals';
import type { Exchange } from '../../simulators/exchanges.js';
import { judgeAwsCall, namedInTarget } from './smithy.js';

const service = { name: 'Cognito', sdk: cognitoSdk, operationOf: namedInTarget };

const judge = (operation: string, asked: unknown, answered: unknown, status = 200) => {
  const exchange: Exchange = {
    ...{ method: 'POST', path: '/', query: new URLSearchParams() },
    request: {
      headers: { 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
      body: JSON.stringify(asked),
    },
    response: { status, headers: {}, body: JSON.stringify(answered) },
  };
  return judgeAwsCall(exchange, service);
};

const asked = { UserPoolId: 'x', Username: 'ada' };
const answered = { Username: 'ada', UserAttributes: [{ Name: 'sub', Value: 'x' }], UserCreateDate: 1, Enabled: true };

test('a call as it is described has no differences', () => {
  expect(judge('AdminGetUser', asked, answered)).toEqual({ operation: 'AdminGetUser', differences: [] });
  expect(judge('AdminGetUser', asked, { __type: 'UserNotFoundException', message: '' }, 400).differences).toEqual([]);
});

test.each([
  ['an unknown member', { ...asked, User: 'x' }, answered, ['request.User: AdminGetUserRequest has no such member']],
  ['a missing one', { Username: 'x' }, answered, ['request.UserPoolId: required of AdminGetUserRequest']],
  ['another type', { ...asked, Username: 1 }, answered, ['request.Username: expected a text']],
  ['a missing one in the answer', asked, {}, ['answer.Username: required of AdminGetUserResponse']],
  [
    'one deep in it',
    asked,
    { ...answered, UserAttributes: [{ Value: 'x' }] },
    ['answer.UserAttributes[].Name: required of AttributeType'],
  ],
  [
    'a time as text',
    asked,
    { ...answered, UserCreateDate: 'x' },
    ['answer.UserCreateDate: expected seconds since 1970'],
  ],
])('%s is told', (_, request, answer, differences) => {
  expect(judge('AdminGetUser', request, answer).differences).toEqual(differences);
});

test('an error that the service does not know is told, and an operation that it has not', () => {
  expect(judge('AdminGetUser', asked, { __type: 'OtherException' }, 400).differences).toHaveLength(1);
  expect(judge('AdminGetUsers', asked, answered)).toEqual({ operation: null, differences: [] });
});
