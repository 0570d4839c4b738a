import { z } from 'zod';
import type { Limits } from '../core/deps.js';

const perMinute = (standard: number) => z.int().min(1).max(1_000_000).default(standard);

export const limitsGuard = z.strictObject({
  /** The default is high, because a whole company may share an address. */
  outsiderStarts: perMinute(300).describe('Sign-ins per minute that unauthenticated callers start from one address.'),
  outsiderStartsOfConnection: perMinute(3000).describe('The same for one connection, from all addresses.'),
  outsiderLookUps: perMinute(150).describe(
    'Look-ups of usernames at the provider per minute for unauthenticated callers from one address.',
  ),
  /** The default leaves the rest of the provider's rate limit to reads of enrolment tokens and to hooks. */
  outsiderLookUpsOfConnection: perMinute(300).describe('The same for one connection, from all addresses.'),
  outsiderChecks: perMinute(300).describe('Face checks per minute of unauthenticated callers from one address.'),
  outsiderChecksOfConnection: perMinute(3000).describe('The same for one connection, from all addresses.'),
  clientPictures: perMinute(6000).describe('Requests with pictures per minute of one client token.'),
  /**
   * Limit per client token and hour. If a million users each leave after three years, about forty revocations per hour
   * are needed.
   */
  revocations: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .describe('Tokens that one client token revokes per hour with `/revoke`.'),
  /** Limit per tenant and hour. The default is enough to identify five hundred people twice, with retries. */
  identifications: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1200)
    .describe('Searches of rosters (`/identify`) per hour by the clients of one tenant.'),
}) satisfies z.ZodType<Limits>;
