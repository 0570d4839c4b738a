import { z } from 'zod';
import { defineFlow } from '../../step-up/flow.js';

/* A face check of an administrator, before the console does something sensitive. */

const guard = z.object({ kind: z.literal('console') });

export const consoleCheck: z.output<typeof guard> = { kind: 'console' };

export const consoleFlow = defineFlow('console', guard, () => ({}));
