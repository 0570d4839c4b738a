import { z } from 'zod';
import { defineFlow } from '../step-up/flow.js';

/* A face check that opens the person's own page. */

const guard = z.object({ kind: z.literal('own_page_check') });

export const ownPageCheck: z.output<typeof guard> = { kind: 'own_page_check' };

export const ownPageCheckFlow = defineFlow('own_page_check', guard, () => ({}));
