import { z } from 'zod';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { parseEvent } from '../parse-event.js';

/** The two kinds of Smart Hook OneLogin has; an account has one of each at most. Also the names of our hooks. */
export const smartHookTypes = ['pre-authentication', 'user-migration'] as const;

/** A kind of Smart Hook. */
export type SmartHookType = (typeof smartHookTypes)[number];

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
    // Absent where somebody signs in to the portal.
    app_id: z.union([z.int(), z.string().max(64)]).nullish(),
    // Absent where the option `location_enabled` of the Smart Hook is off.
    ip: z.string().min(1).max(64).nullish(),
  })
  .transform(({ user_id, request_id, app_id, ip }) => ({
    subject: user_id,
    eventId: request_id,
    /** The application's id; `null` if OneLogin does not tell. */
    application: app_id === null || app_id === undefined ? null : String(app_id),
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
