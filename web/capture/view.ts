import { z } from 'zod/mini';
import { hints } from '../../src/core/hints.js';

// The page reads a few replies of one server: no compiled guards, which the page's policy forbids anyway.
z.config({ jitless: true });

/** A link that may be followed: never one that runs script. */
const linkGuard = z.url({ protocol: /^(?!(javascript|data|vbscript|blob)$)/i });

/** What a step-up looks like to the browser that holds it, as `GET /face/session` replies. */
export const viewGuard = z.object({
  id: z.string(),
  purpose: z.enum(['verify', 'enrol', 'manage']),
  state: z.enum(['started', 'captured', 'passed', 'failed', 'expired', 'abandoned']),
  /** `camera`: this browser is the phone of a hand-off; `unpaired`: it is, once the person has chosen the number. */
  role: z.enum(['own', 'unpaired', 'camera']),
  organisation: z.nullable(z.string()),
  /** RFC 3339. */
  expiresAt: z.string(),
  /** Of an enrolment; `null`: until it is revoked. */
  retentionDays: z.nullable(z.number()),
  consentNeeded: z.boolean(),
  /** RFC 3339: when the person agreed to all this at an earlier visit, where that still holds; else `null`. */
  agreedAt: z.nullable(z.string()),
  /** Names the text that is agreed to. */
  consentVersion: z.string(),
  userSecret: z.enum(['none', 'pin', 'passkey']),
  referencePhotoNeeded: z.boolean(),
  triesLeft: z.number(),
  handOffAllowed: z.boolean(),
  /** `code`: two digits for this screen, which the phone has to choose; `null` on the phone. */
  handOff: z.nullable(
    z.object({ state: z.enum(['waiting', 'opened', 'paired', 'refused']), code: z.nullable(z.string()) }),
  ),
  /** On the phone, before anything else: the numbers offered, and who asks. */
  pairing: z.nullable(
    z.object({
      choices: z.array(z.string()),
      application: z.nullable(z.string()),
      browser: z.nullable(z.string()),
      system: z.nullable(z.string()),
      network: z.nullable(z.string()),
    }),
  ),
  fallbackUrl: z.nullable(linkGuard),
  /** Where the person goes at the end, complete; `null`: nowhere. */
  returnUrl: z.nullable(linkGuard),
});
export type View = z.infer<typeof viewGuard>;

/** A movement of the head; left and right are the person's own. */
export const movementGuard = z.enum(['centre', 'left', 'right', 'up', 'down']);
export type Movement = z.infer<typeof movementGuard>;

/** The movement asked for now, the `index`-th of `of`, counted from 0. */
export const nextMovementGuard = z.object({ index: z.number(), of: z.number(), movement: movementGuard });
export type NextMovement = z.infer<typeof nextMovementGuard>;

/** How a check ended. `receipt` is a signed statement for the app that the person returns to. */
export const outcomeGuard = z.object({
  view: viewGuard,
  outcome: z.enum(['passed', 'failed', 'try_again']),
  hint: z.nullable(z.enum(hints)),
  receipt: z.nullable(z.string()),
});
export type Outcome = z.infer<typeof outcomeGuard>;

/** What is held of a person. Times are RFC 3339. */
export const enrolmentGuard = z.object({
  tokenId: z.string(),
  enrolledAt: z.nullable(z.string()),
  purpose: z.string(),
  expiresAt: z.nullable(z.string()),
});
export type Enrolment = z.infer<typeof enrolmentGuard>;
