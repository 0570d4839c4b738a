import { type ConnectionGuide, hookSecret, optionalField, requiredField } from '../../src/connections/guide.js';

const functionField = (name: string) =>
  optionalField(
    `cognito.triggers.functions.${name}`,
    `ARN of the function ${name}. State all four, or none before they are deployed`,
    `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
  );

/** @see README.md, “Set-up” */
export const cognitoGuide: ConnectionGuide = {
  name: 'Amazon Cognito',
  preparation: [
    'IAM: allow the role of this server cognito-idp:AdminGetUser, ListUsers, AdminUpdateUserAttributes, AdminDeleteUserAttributes, AdminUserGlobalSignOut and DescribeUserPool for the user pool. For the setup, also UpdateUserPool, AddCustomAttributes, ListUserPoolClients, DescribeUserPoolClient and UpdateUserPoolClient',
    'Give this server AWS credentials: a role of its machine or container, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    'Deploy the four Lambda functions of the triggers, with the secret that this page names later: adapters/cognito/README.md, “4. Triggers”. If you do it after this, add their ARNs to the connection in the configuration file',
    'IAM: allow the role lambda:GetFunctionConfiguration, lambda:GetPolicy and lambda:UpdateFunctionConfiguration for the four functions, and logs:FilterLogEvents for the logs of defineAuthChallenge and verifyAuthChallengeResponse',
  ],
  fields: [
    requiredField('cognito.userPoolId', 'User pool ID', 'eu-central-1_AbCdEfGhI'),
    requiredField(
      'cognito.clientIds',
      'IDs of the app clients whose users take the face step, separated by commas',
      '1h57kf5cpq17m0eml12EXAMPLE',
      'list',
    ),
    optionalField(
      'cognito.endpoint',
      'Address of the API, if it is not that of AWS: a VPC endpoint or a simulator',
      'https://cognito-idp.example.com',
    ),
    ...['defineAuthChallenge', 'createAuthChallenge', 'verifyAuthChallengeResponse', 'preTokenGeneration'].map(
      functionField,
    ),
  ],
  secrets: [hookSecret('cognito.triggers.requestSecret', 'Secret with which the functions sign step-up requests')],
  fixed: {},
};
