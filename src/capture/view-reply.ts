import { z } from 'zod';
import { stepUpPurposes } from '../core/step-up/record.js';
import { sessionRoles } from '../core/step-up/session-actions.js';
import type { SessionView } from '../core/step-up/session-view.js';
import { toIso } from '../core/units.js';
import { instantReply } from '../rest/fields.js';

/** A step-up as the page may know it. */
export const viewReply = z.strictObject({
  id: z.string(),
  purpose: z.enum(stepUpPurposes),
  state: z.enum(['started', 'captured', 'passed', 'failed', 'expired', 'abandoned']),
  role: z
    .enum(sessionRoles)
    .describe(
      '`camera`: a phone that lends it to another browser; `unpaired`: one that has to choose a number before.',
    ),
  organisation: z.string().nullable(),
  expiresAt: instantReply,
  retentionDays: z.int().nullable(),
  consentNeeded: z.boolean(),
  agreedAt: instantReply
    .nullable()
    .describe(
      'When the person agreed to this text at their enrolment, where that still holds: no consent is asked for again.',
    ),
  consentVersion: z.string(),
  userSecret: z.enum(['none', 'pin', 'passkey']),
  referencePhotoNeeded: z.boolean(),
  triesLeft: z.int(),
  handOffAllowed: z.boolean(),
  handOff: z
    .strictObject({
      state: z.enum(['waiting', 'opened', 'paired', 'refused']),
      code: z.string().nullable().describe('For the screen of the first browser alone.'),
    })
    .nullable(),
  pairing: z
    .strictObject({
      choices: z.array(z.string()).describe('One of them is on the screen of the first browser.'),
      application: z.string().nullable().describe('The host of whoever asked for the face check.'),
      browser: z.string().nullable(),
      system: z.string().nullable(),
      network: z.string().nullable().describe('A /24 of IPv4 or a /48 of IPv6.'),
    })
    .nullable()
    .describe('What a phone asks the person before anything else.'),
  fallbackUrl: z.string().nullable(),
  returnUrl: z.string().nullable(),
});

/** As `viewReply` has it. */
export const toViewReply = (view: SessionView) => ({
  ...view,
  handOff: view.handOff === null ? null : { ...view.handOff },
  pairing: view.pairing === null ? null : { ...view.pairing, choices: [...view.pairing.choices] },
  expiresAt: toIso(view.expiresAt),
  agreedAt: view.agreedAt === null ? null : toIso(view.agreedAt),
});
