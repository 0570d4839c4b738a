import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { createConnectionFields } from '../../src/config/connection.js';
import { headerCredentialGuard, secretMark } from '../../src/config/credential.js';
import { oidcOf } from '../../src/config/oidc.js';
import { clientFields, redirectUriGuard } from '../../src/config/oidc-client.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';

/** @see https://docs.xfa.tech/docs/integration-guides/configure-on-idp/onelogin */
export const oneloginFactorGuard = z.strictObject({
  ...clientFields,
  kind: z.literal('onelogin_factor').describe('The face check as a trusted IdP factor of OneLogin.'),
  redirectUris: z
    .array(redirectUriGuard)
    .min(1)
    .max(10)
    .describe('Redirect URI that the page of the trusted IdP in OneLogin’s console shows.'),
});

const accountUrlGuard = safeUrlGuard
  .refine(
    (text) => !URL.canParse(text) || new URL(text).pathname === '/',
    'expected the address of the account, no path',
  )
  .transform((text) => text.replace(/\/$/, ''));

/** Runtimes that OneLogin accepts for Smart Hooks. An existing hook keeps its runtime. */
const runtimeGuard = z.enum(['nodejs22.x', 'nodejs24.x']);

export const isRuntime = (text: string): boolean => runtimeGuard.safeParse(text).success;

const policyIdGuard = z.int().min(1);

const hookSecretGuard = z.string().min(32).max(512).pipe(headerCredentialGuard).meta(secretMark);

export const createOneloginConnectionGuard = (added: ConnectionAdditions) =>
  z.strictObject({
    ...createConnectionFields(added),
    oidc: oidcOf(added, oneloginFactorGuard),
    kind: z.literal('onelogin'),
    onelogin: z
      .strictObject({
        accountUrl: accountUrlGuard.describe('Address of the account, without a path.'),
        clientId: z
          .string()
          .regex(/^[A-Za-z0-9_-]{1,256}$/, 'expected letters, digits, hyphens and underscores')
          .describe('API credential with the scope Manage All.'),
        clientSecret: headerCredentialGuard.describe('Secret. Secret of the API credential.'),
        attribute: z
          .string()
          .regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits and underscores')
          .default('facestep_token')
          .describe('Short name of the custom user field that holds the enrolment token.'),
        hooks: z
          .strictObject({
            secret: hookSecretGuard.describe(
              'Secret. Key of at least 32 characters that the Smart Hook signs its requests with (HMAC-SHA256).',
            ),
            previousSecret: hookSecretGuard.optional().describe('Secret. Former key, accepted while it is replaced.'),
          })
          .describe('Credentials of hook calls.'),
        facePolicyId: policyIdGuard.describe('User policy whose factor is the face check.'),
        normalPolicyId: policyIdGuard
          .nullable()
          .default(null)
          .describe('User policy after a pass. `null` is the user’s own.'),
        unverified: z
          .enum(['face_policy', 'refuse'])
          .default('face_policy')
          .describe(
            'Result of a sign-in without a finished face check: the face policy, or a refusal before the password.',
          ),
        whenDown: z
          .enum(['face_policy', 'allow', 'refuse'])
          .default('face_policy')
          .describe('Result if this server does not answer in time.'),
        timeoutSec: z.int().min(1).max(10).default(2).describe('Seconds that OneLogin lets the Smart Hook run.'),
        runtime: runtimeGuard.default('nodejs24.x').describe('Runtime of the Smart Hook.'),
        pilotRole: z
          .int()
          .min(1)
          .nullable()
          .optional()
          .describe(
            'Role whose members the Smart Hook applies to. `null` is everyone; if absent, the conditions of the hook stay.',
          ),
        recovery: z
          .strictObject({
            lifeMin: z.int().min(5).max(60).default(10).describe('Lifetime of the temporary MFA token, in minutes.'),
          })
          .prefault({})
          .describe('Account recovery: a temporary MFA token.'),
      })
      .refine(({ facePolicyId, normalPolicyId }) => facePolicyId !== normalPolicyId, {
        path: ['normalPolicyId'],
        error: 'expected another policy than the face policy',
      })
      .describe('Settings of the account.'),
  });

export type OneLoginConnection = z.output<ReturnType<typeof createOneloginConnectionGuard>>;

export type OneLoginSettings = OneLoginConnection['onelogin'];
