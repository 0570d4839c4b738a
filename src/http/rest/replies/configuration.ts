import { z } from 'zod';
import { faceErrorCodes } from '../../../errors.js';

const paths = z.array(z.string());

export const reloadReply = z.object({
  code: z.enum(faceErrorCodes).nullable().describe('Reason why the configuration is not active; `null` if it is.'),
  changed: paths.describe('Paths of the changed settings.'),
  needingRestart: paths.describe('Paths of settings that differ from the active ones and need a restart.'),
  problems: z.array(z.object({ path: z.string(), reason: z.string() })),
  switched: z
    .array(z.object({ connection: z.string(), mode: z.enum(['shadow', 'enforce']), by: z.string() }))
    .describe('Connections in a mode that an administrator switched, which overrides the configuration.'),
});
