import { z } from 'zod';
import type { Policy } from '../core/connection.js';
import { letterLanguages } from '../core/letters/language.js';
import type { OrganisationRules } from '../core/organisations/organisations.js';
import { claimSourcesGuard } from './claims.js';
import { connectionIdGuard } from './connection-id.js';
import { type HomePageConfig, homePageGuard } from './home-page.js';
import { type OidcConfig, oidcOf } from './oidc.js';
import { organisationsGuard } from './organisations.js';
import { safeUrlGuard } from './safe-url.js';

const fallbackGuard = z.enum(['deny', 'omit_claim']);

const modeHint = 'say "shadow" to try it (every sign-in is let through), or "enforce"';

/** Mode of a connection. It has no default, because `shadow` lets every sign-in through. */
export const modeGuard = z.enum(['enforce', 'shadow'], modeHint);

const policyFields = {
  mode: modeGuard,
  accuracy: z.literal([1, 2, 3, 4, 5, 6, 7, 8]).default(4),
  scope: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, 'expected 1 to 64 printable ASCII characters without spaces')
    .default('sign-in'),
  freshnessSec: z.int().min(10).max(86_400).default(300),
  sameAddress: z.boolean().default(true),
  stepUpTimeoutSec: z.int().min(30).max(3600).default(600),
  enrolmentDays: z.int().min(1).max(3650).nullable().default(null),
  liveness: z.enum(['off', 'passive', 'movement', 'challenge', 'light']).default('challenge'),
  whenNotEnrolled: z.enum(['refuse', 'enrol']).default('refuse'),
  userSecret: z.enum(['none', 'pin', 'passkey']).default('none'),
  camera: z.enum(['any', 'phone']).default('any'),
  handOff: z.boolean().nullable().default(null),
  referencePhoto: z.boolean().default(false),
  organisation: z.string().min(1).max(100).nullable().default(null),
  fallbackUrl: safeUrlGuard.nullable().default(null),
  anotherWay: z
    .strictObject({
      email: z.boolean().default(false),
      sms: z.boolean().default(false),
      recoveryCodes: z.boolean().default(false),
      counts: z.boolean().default(false),
    })
    .prefault({}),
  bypass: z
    .strictObject({
      allowed: z.boolean().default(false),
      minutes: z.int().min(5).max(60).default(15),
      approvals: z.literal([1, 2]).default(1),
      takesKeys: z.boolean().default(true),
    })
    .prefault({}),
  helpRequests: z.boolean().default(false),
  returnUrls: z.array(safeUrlGuard).max(50).default([]),
  notices: z.boolean().default(false),
  language: z.enum(letterLanguages).default('en'),
  helpDesk: z.email().max(254).nullable().default(null),
  whenUnverified: fallbackGuard.default('deny'),
  whenUnavailable: fallbackGuard.default('deny'),
};

/** What one connection demands of a face check. Every field except `mode` has a default. */
export const policyGuard = z.strictObject(policyFields, {
  error: ({ code }) => (code === 'invalid_type' ? `policy.mode is required: ${modeHint}` : undefined),
}) satisfies z.ZodType<Policy>;

/**
 * What every connection has, whatever its provider. An adapter's `config.ts` spreads these into its own guard, adds
 * `kind` as a literal and its settings under the kind's name:
 * `z.strictObject({ ...connectionFields, kind: z.literal('acme'), acme: z.strictObject({ … }) })`.
 */
export const connectionFields = {
  id: connectionIdGuard,
  policy: policyGuard,
  /** Where claims about a person come from, beside the provider's usual attributes. */
  claims: claimSourcesGuard,
  /** Whether people find their own page at `/me`, and what is on it; `null`: by a link alone. */
  me: homePageGuard.nullable().default(null),
  /** For whom people act. */
  organisations: organisationsGuard,
  /** A provider with kinds of clients of its own puts `oidcOf(…)` in its place. */
  oidc: oidcOf(),
};

/** The part of a connection's configuration that is the same for all providers. */
export interface ConnectionConfig {
  readonly id: string;
  readonly kind: string;
  readonly policy: Policy;
  readonly me: HomePageConfig | null;
  readonly organisations: OrganisationRules | null;
  readonly oidc: OidcConfig | null;
}

/** A provider's guard for one entry of `connections`, told apart by its literal `kind`. */
export type ConnectionGuard = z.ZodType<ConnectionConfig> &
  z.core.$ZodTypeDiscriminable & { readonly shape: { readonly kind: { readonly value: string } } };

/** The guards of all providers that a connection may be of. */
export type ConnectionGuards = readonly [ConnectionGuard, ...ConnectionGuard[]];
