import { z } from 'zod';
import { faceErrorCodes } from '../../errors.js';

const paths = z.array(z.string());

export const reloadReply = z.object({
  code: z.enum(faceErrorCodes).nullable().describe('Why it is not in force; `null`: it is.'),
  changed: paths.describe('What changed, by path.'),
  needingRestart: paths.describe('What differs from what is in force, and takes force at a restart alone.'),
  problems: z.array(z.object({ path: z.string(), reason: z.string() })),
  switched: z
    .array(z.object({ connection: z.string(), mode: z.enum(['shadow', 'enforce']), by: z.string() }))
    .describe('Connections in a mode that was switched by hand, over what the configuration says.'),
});
