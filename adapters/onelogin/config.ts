import { z } from 'zod';
import { connectionFields } from '../../src/config/connection.js';
import { headerCredentialGuard } from '../../src/config/credential.js';
import { oidcOf } from '../../src/config/oidc.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import { oneloginFactorGuard } from './config-oidc.js';

const accountUrlGuard = safeUrlGuard
  .refine(
    (text) => !URL.canParse(text) || new URL(text).pathname === '/',
    'expected the address of the account, no path',
  )
  .transform((text) => text.replace(/\/$/, ''));

/** What OneLogin still takes for a Smart Hook; those made before keep what they have. */
const runtimeGuard = z.enum(['nodejs22.x', 'nodejs24.x']);

/** Whether OneLogin takes a runtime. */
export const isRuntime = (text: string): boolean => runtimeGuard.safeParse(text).success;

// Ids of policies are numbers, shown in the address of the policy's page.
const policyIdGuard = z.int().min(1);

/** One OneLogin account in the configuration. Secrets arrive as text, resolved by the loader, and leave as `Credential`s. */
export const oneloginConnectionGuard = z.strictObject({
  ...connectionFields,
  oidc: oidcOf(oneloginFactorGuard),
  kind: z.literal('onelogin'),
  onelogin: z
    .strictObject({
      accountUrl: accountUrlGuard,
      /** An API credential with the scope Manage All. */
      clientId: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/, 'expected letters, digits, hyphens and underscores'),
      clientSecret: headerCredentialGuard,
      /** The shortname of the custom user field that holds the enrolment token. */
      attribute: z
        .string()
        .regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits and underscores')
        .default('facestep_token'),
      hooks: z.strictObject({
        /** The key the Smart Hook signs its requests with (HMAC-SHA256). */
        secret: z.string().min(32).max(512).pipe(headerCredentialGuard),
        /** The key before, which is taken too while the Smart Hook is given the new one. */
        previousSecret: z.string().min(32).max(512).pipe(headerCredentialGuard).optional(),
      }),
      /** The user policy whose factor is the face check. */
      facePolicyId: policyIdGuard,
      /** The user policy of whoever has passed; `null` is the user's own. */
      normalPolicyId: policyIdGuard.nullable().default(null),
      /** What a sign-in without a finished face check gets: the face policy, or a refusal before the password. */
      unverified: z.enum(['face_policy', 'refuse']).default('face_policy'),
      /** What the Smart Hook does where this server gives no answer it understands in time. */
      whenDown: z.enum(['face_policy', 'allow', 'refuse']).default('face_policy'),
      /** How long OneLogin lets the Smart Hook run, in seconds. */
      timeoutSec: z.int().min(1).max(10).default(2),
      runtime: runtimeGuard.default('nodejs24.x'),
      /** The role whose members alone meet the Smart Hook; `null` is everybody, and without it the hook's conditions stay. */
      pilotRole: z.int().min(1).nullable().optional(),
    })
    .refine(({ facePolicyId, normalPolicyId }) => facePolicyId !== normalPolicyId, {
      path: ['normalPolicyId'],
      error: 'expected another policy than the face policy',
    }),
});

/** One OneLogin account, configured. */
export type OneLoginConnection = z.output<typeof oneloginConnectionGuard>;

/** The part of it that is OneLogin's own. */
export type OneLoginSettings = OneLoginConnection['onelogin'];
