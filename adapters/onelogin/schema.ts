import { z } from 'zod';
import { connectionFields } from '../../src/config/connection.js';
import { headerCredentialGuard } from '../../src/config/credential.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { parseEvent } from '../parse-event.js';

/** The two kinds of Smart Hook OneLogin has; an account has one of each at most. Also the names of our hooks. */
export const smartHookTypes = ['pre-authentication', 'user-migration'] as const;

/** A kind of Smart Hook. */
export type SmartHookType = (typeof smartHookTypes)[number];

/*
 * The configuration of a connection
 */

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

/*
 * What the Smart Hook sends: our own function, run by OneLogin, with what OneLogin told it. Only what is used is read.
 */

// Become parts of keys in the state store. OneLogin's own request ids are UUIDs, its user ids numbers of 9 digits.
const requestIdGuard = z.string().min(1).max(256);
const userIdGuard = z.union([z.int().min(1).transform(String), z.string().regex(/^[1-9]\d{0,18}$/)]);

/** Longest name a person can type that is looked at. */
export const maxIdentifierCharacters = 320;

const preAuthenticationGuard = z
  .object({
    user_id: userIdGuard,
    request_id: requestIdGuard,
    // Absent where the option `location_enabled` of the Smart Hook is off.
    ip: z.string().min(1).max(64).nullish(),
  })
  .transform(({ user_id, request_id, ip }) => ({
    subject: user_id,
    eventId: request_id,
    /** Where the person's browser is; `null` if OneLogin does not tell. */
    source: ip ?? null,
  }));

const userMigrationGuard = z
  .object({
    // Half a surrogate pair has no UTF-8 form: two such names would be one key.
    user_identifier: z
      .string()
      .min(1)
      .max(maxIdentifierCharacters)
      .regex(/^\P{Surrogate}*$/u),
    request_id: requestIdGuard,
  })
  .transform(({ user_identifier, request_id }) => ({
    subject: subjectOfIdentifier(user_identifier),
    eventId: request_id,
  }));

/** What the pre-authentication hook asks about. */
export type PreAuthentication = z.output<typeof preAuthenticationGuard>;

/** What the user-migration hook asks about. */
export type UserMigration = z.output<typeof userMigrationGuard>;

/**
 * Reads what the pre-authentication Smart Hook sends. The person has proven nothing yet: anybody can type a name.
 * @throws FaceError `request_malformed`
 * @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/pre-authentication
 */
export const parsePreAuthentication = (body: Uint8Array): PreAuthentication => parseEvent(preAuthenticationGuard, body);

/**
 * Reads what the user-migration Smart Hook sends: the name a person typed, never the password.
 * @throws FaceError `request_malformed`
 * @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/user-migration
 */
export const parseUserMigration = (body: Uint8Array): UserMigration => parseEvent(userMigrationGuard, body);
