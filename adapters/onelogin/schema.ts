import { z } from 'zod';
import { parseEvent } from '../../src/connections/hook.js';
import { type ProviderEvent, repeatableWithinSkewSec } from '../../src/connections/hook-decision.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { EpochMs } from '../../src/core/units.js';

/** OneLogin's types of Smart Hook, which are also our hook names. An account has at most one hook of each type. */
export const smartHookTypes = ['pre-authentication', 'user-migration'] as const;

export type SmartHookType = (typeof smartHookTypes)[number];

export interface VerifiedCall {
  readonly signedAt: EpochMs;
  readonly body: Uint8Array;
}

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
    address: ip ?? null,
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
    application: null,
    address: null,
  }));

const createParser =
  (guard: z.ZodType<Pick<ProviderEvent, 'subject' | 'eventId' | 'application' | 'address'>>) =>
  ({ signedAt, body }: VerifiedCall): ProviderEvent => ({
    ...parseEvent(guard, body),
    eventTime: signedAt,
    // Anyone can type this user's name, so failures must not lock the user out.
    isAfterFirstFactor: false,
    repeatableForSec: repeatableWithinSkewSec,
  });

/**
 * Parses a pre-authentication request. Its user is unproven, because anyone can type a name.
 * @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/pre-authentication
 */
export const parsePreAuthentication = createParser(preAuthenticationGuard);

/**
 * Parses a user-migration request, which contains the typed name but never the password.
 * @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/user-migration
 */
export const parseUserMigration = createParser(userMigrationGuard);
