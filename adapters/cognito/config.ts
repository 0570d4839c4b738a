import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { createConnectionFields } from '../../src/config/connection.js';
import { credentialGuard } from '../../src/config/credential.js';
import { oidcOf } from '../../src/config/oidc.js';
import { clientFields, originsGuard } from '../../src/config/oidc-client.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import type { Policy } from '../../src/core/connection.js';
import { isStrongEnough } from '../../src/core/liveness-policy.js';
import { attributeGuard, clientIdsGuard, requestSecretGuard, userPoolIdGuard } from './trigger-settings.js';

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html */
export const cognitoClientGuard = z
  .strictObject({
    ...clientFields,
    kind: z.literal('cognito').describe('Managed login of the user pool.'),
    domains: originsGuard.describe('Domains of the user pool: the prefix domain, and a custom one.'),
  })
  .transform(({ domains, ...rest }) => ({ ...rest, redirectUris: domains.map((url) => `${url}/oauth2/idpresponse`) }));

export type CognitoClient = z.output<typeof cognitoClientGuard>;

const functionArnGuard = z
  .string()
  .regex(
    /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}(?::[\w$-]+)?$/,
    'expected the ARN of a Lambda function',
  );

const credentialsGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z
      .literal('default')
      .describe(
        'The credentials that the AWS SDK finds: environment, role of the machine or container, or web identity. It reads `~/.aws` only if `AWS_PROFILE`, `AWS_CONFIG_FILE` or `AWS_SHARED_CREDENTIALS_FILE` is set.',
      ),
  }),
  z.strictObject({
    kind: z.literal('static').describe('An access key.'),
    accessKeyId: z
      .string()
      .regex(/^\w{16,128}$/)
      .describe('Id of an AWS access key.'),
    secretAccessKey: credentialGuard.describe('Secret. Secret of the AWS access key.'),
    sessionToken: credentialGuard.optional().describe('Secret. Session token of temporary credentials.'),
  }),
]);

/** Lowest accuracy of a face as the only factor: anyone can try (docs/security-analysis.md, section 9). */
const leastAccuracy = 4;

/**
 * Returns true if the policy allows sign-ins without a password. Anyone can start these, and photos of most people can
 * be found, so they need screen light or the check of a vendor, and few false matches; with a passkey, the movements.
 */
function isPasswordlessAllowed({
  policy: { liveness, userSecret, accuracy },
  cognito: { passwordless },
}: {
  readonly policy: Pick<Policy, 'liveness' | 'userSecret' | 'accuracy'>;
  readonly cognito: { readonly passwordless: boolean };
}): boolean {
  if (!passwordless || (userSecret === 'passkey' && isStrongEnough(liveness, 'movement'))) return true;
  const isStrict = isStrongEnough(liveness, 'light') && accuracy >= leastAccuracy;
  return isStrict && (typeof liveness === 'string' || liveness.fallback === 'none');
}

const createSettingsGuard = (added: ConnectionAdditions) =>
  z.strictObject({
    ...createConnectionFields(added),
    oidc: oidcOf(added, cognitoClientGuard),
    kind: z.literal('cognito'),
    cognito: z
      .strictObject({
        userPoolId: userPoolIdGuard.describe('Id of the user pool, such as `eu-central-1_AbCdEfGhI`.'),
        clientIds: clientIdsGuard.describe('App clients whose users take the face step.'),
        credentials: credentialsGuard.prefault({ kind: 'default' }).describe('AWS credentials.'),
        endpoint: safeUrlGuard.optional().describe('Address of the API, if not at AWS: a VPC endpoint or a simulator.'),
        attribute: attributeGuard.describe(
          'Custom attribute that holds the enrolment token. Cognito can never remove or rename it.',
        ),
        triggers: z
          .strictObject({
            requestSecret: requestSecretGuard.describe(
              'Secret. At least 32 characters; the triggers sign step-up requests with it.',
            ),
            previousRequestSecret: requestSecretGuard
              .optional()
              .describe('Secret. Former value, accepted while the functions are deployed with the new one.'),
            functions: z
              .strictObject({
                defineAuthChallenge: functionArnGuard.describe('ARN of this function.'),
                createAuthChallenge: functionArnGuard.describe('ARN of this function.'),
                verifyAuthChallengeResponse: functionArnGuard.describe('ARN of this function.'),
                preTokenGeneration: functionArnGuard.describe('ARN of this function.'),
              })
              .optional()
              .describe('ARNs of the deployed functions, for provisioning.'),
          })
          .describe('Lambda triggers of the user pool.'),
        passwordless: z
          .boolean()
          .default(false)
          .describe(
            '`true`: users sign in with their face and no password, in enforce mode. Warning: a face alone is not an authenticator (NIST SP 800-63B-4), and anyone can try. Needs `policy.liveness` `"light"` or a vendor with `"fallback": "none"`, and `policy.accuracy` 4 or higher, or `policy.userSecret` `"passkey"` with movements. The deployed functions decide: run `facestep provision` after a change. See adapters/cognito/README.md.',
          ),
        recovery: z
          .strictObject({
            clearMfa: z
              .boolean()
              .default(false)
              .describe('Also turn off the second factors (SMS, authenticator app, e-mail) of the recovered user.'),
          })
          .prefault({})
          .describe('Account recovery: a temporary password.'),
      })
      .describe('Settings of the user pool. Needs `publicUrl`.'),
  });

export const createCognitoConnectionGuard = (added: ConnectionAdditions) =>
  createSettingsGuard(added).refine(isPasswordlessAllowed, {
    path: ['cognito', 'passwordless'],
    error:
      'expected false: without a password, policy.liveness must be "light" or a vendor without fallback, with policy.accuracy 4 or higher, or policy.userSecret "passkey" with movements',
  });

export type CognitoConnection = z.output<ReturnType<typeof createCognitoConnectionGuard>>;
