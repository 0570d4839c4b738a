import { z } from 'zod';
import { helpDeskProofs } from '../core/enrolment-proof.js';
import { defineFlow } from '../step-up/flow.js';

/* A caller whom the help desk verifies, or for whom it vouches while they enrol. */

const guard = z.object({
  kind: z.literal('caller'),
  /** Ticket of the help desk. */
  reference: z.string().nullable(),
  /** How the help desk vouches for an enrolment. `null` for a check. */
  proof: z.enum(helpDeskProofs).nullable(),
});
export type CallerFlow = z.output<typeof guard>;

export const callerFlow = defineFlow('caller', guard, ({ reference, proof }) => ({
  reference,
  proof: proof ?? 'invitation',
}));
