import { z } from 'zod';
import { defineFlow } from '../step-up/flow.js';

/* The person's check of a recovery, and the check with which their manager approves it. */

const checkGuard = z.object({
  kind: z.literal('recovery'),
  countsAs: z.literal(['recovery', 'proven_recovery', 'recovery_link']),
  /** An earlier version stored none. */
  asksDocument: z.boolean().default(false),
});
export type RecoveryFlow = z.output<typeof checkGuard>;

// A hand-off could bring the face of another person, in front of another screen, to this browser.
export const recoveryFlow = defineFlow('recovery', checkGuard, ({ countsAs, asksDocument }) => ({
  countsAs,
  asksDocument,
  staysHere: true,
}));

const approvalGuard = z.object({ kind: z.literal('recovery_approval') });

export const managersApproval: z.output<typeof approvalGuard> = { kind: 'recovery_approval' };

export const approvalFlow = defineFlow('recovery_approval', approvalGuard, () => ({ countsAs: 'recovery_link' }));
