import { z } from 'zod';
import { parseEvent } from '../../src/connections/hook.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';

/** OneLogin's types of Smart Hook, which are also our hook names. An account has at most one hook of each type. */
export const smartHookTypes = ['pre-authentication', 'user-migration'] as const;

export type SmartHookType = (typeof smartHookTypes)[number];

const requestIdGuard = z.string().min(1).max(256);
const userIdGuard = z.union([z.int().min(1).transform(String), z.string().regex(/^[1-9]\d{0,18}$/)]);

const maxIdentifierCharacters = 320;

const preAuthenticationGuard = z
  .object({
    user_id: userIdGuard,
    request_id: requestIdGuard,
    app_id: z.union([z.int(), z.string().max(64)]).nullish(),
    ip: z.string().min(1).max(64).nullish(),
  })
  .transform(({ user_id, request_id, app_id, ip }) => ({
    subject: user_id,
    eventId: request_id,
    application: app_id === null || app_id === undefined ? null : String(app_id),
    source: ip ?? null,
  }));

const userMigrationGuard = z
  .object({
    // Unpaired surrogates have no UTF-8 form, so two such names would share a key.
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

/**
 * Parses a pre-authentication request. Its user is unproven, because anyone can type a name.
 * @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/pre-authentication
 */
export const parsePreAuthentication = (body: Uint8Array) => parseEvent(preAuthenticationGuard, body);

/**
 * Parses a user-migration request, which contains the typed name but never the password.
 * @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/user-migration
 */
export const parseUserMigration = (body: Uint8Array) => parseEvent(userMigrationGuard, body);
