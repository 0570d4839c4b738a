import { z } from 'zod';
import { policyModes } from '../core/rules/rule.js';

export const modeHint = 'expected "shadow" to try it (it refuses no sign-in), or "enforce"';

/** There is no default, because `shadow` refuses no sign-in. */
export const modeGuard = z.enum(policyModes, modeHint);
