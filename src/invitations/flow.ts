import { z } from 'zod';
import { defineFlow } from '../step-up/flow.js';

/* A link with which a person enrols. Anyone who reads the mail can open it, so that an enrolment rests on the link alone. */

const guard = z.object({ kind: z.literal('invitation') });

export const invitation: z.output<typeof guard> = { kind: 'invitation' };

export const invitationFlow = defineFlow('invitation', guard, () => ({ proof: 'invitation' }));
