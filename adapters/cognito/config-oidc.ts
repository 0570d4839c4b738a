import { z } from 'zod';
import { clientFields, originsGuard } from '../../src/config/oidc-client.js';

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html */
export const cognitoClientGuard = z
  .strictObject({
    ...clientFields,
    kind: z.literal('cognito').describe('Managed login of the user pool.'),
    domains: originsGuard.describe('Domains of the user pool: the prefix domain, and a custom one.'),
  })
  .transform(({ domains, ...rest }) => ({ ...rest, redirectUris: domains.map((url) => `${url}/oauth2/idpresponse`) }));

export type CognitoClient = z.output<typeof cognitoClientGuard>;
