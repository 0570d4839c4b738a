import { z } from 'zod';

export const proofPart = z.object({
  file: z.string().describe('Name of the file. Parts of one file follow one another.'),
  text: z.string().describe('Text to append to the file.'),
});
export type ProofPart = z.output<typeof proofPart>;
