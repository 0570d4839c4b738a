import { z } from 'zod';
import type { Limits } from '../core/limits/limits.js';

const perMinute = (standard: number) => z.int().min(1).max(1_000_000).default(standard);

/** How much is taken in a minute, or where it says so in an hour, before the rest must wait. */
export const limitsGuard = z.strictObject({
  /** By source address. A whole company may sit behind one, and each of its people starts a few. */
  outsiderStarts: perMinute(300).describe('Sign-ins per minute that unauthenticated callers start from one address.'),
  outsiderStartsOfConnection: perMinute(3000).describe('The same for one connection, from all addresses.'),
  outsiderLookUps: perMinute(150).describe(
    'Look-ups of usernames at the provider per minute for unauthenticated callers from one address.',
  ),
  /** What is left of the provider's own limit is for tokens and hooks. */
  outsiderLookUpsOfConnection: perMinute(300).describe('The same for one connection, from all addresses.'),
  outsiderChecks: perMinute(300).describe('Face checks per minute of unauthenticated callers from one address.'),
  outsiderChecksOfConnection: perMinute(3000).describe('The same for one connection, from all addresses.'),
  /** More than an engine on any one machine gets through: for a backend gone wild. */
  clientPictures: perMinute(6000).describe('Requests with pictures per minute of one client token.'),
  /** By client token, in an hour. A backend of a million people that each leave after three years needs forty. */
  revocations: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1000)
    .describe('Tokens that one client token revokes per hour with `/revoke`.'),
  /** By tenant, in an hour. Five hundred people come to a door twice, and some try again. */
  identifications: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1200)
    .describe('Searches of rosters (`/identify`) per hour by the clients of one tenant.'),
}) satisfies z.ZodType<Limits>;
