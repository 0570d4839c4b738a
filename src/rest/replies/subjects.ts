import { z } from 'zod';
import { faceErrorCodes } from '../../errors.js';
import { recordedHoldingsReply } from './holdings.js';

const outcomeReply = z.object({
  connection: z.string(),
  subject: z.string().nullable().describe('`null`: nobody there signs in by that name, or the provider does not say.'),
  code: z.enum(faceErrorCodes).nullable().describe('`null`: done. Else why not: the same request may be sent again.'),
});

const complete = z.boolean().describe('True if nothing is left to do; also if the connection has no such user.');

export const subjectsReply = z.object({ subjects: z.array(outcomeReply), complete });
export type SubjectsReply = z.output<typeof subjectsReply>;

export const exportReply = z.object({
  subjects: z.array(outcomeReply.extend({ held: recordedHoldingsReply.nullable() })),
  notHeld: z.array(z.string()),
  complete,
});
export type ExportReply = z.output<typeof exportReply>;

export const erasureReply = z.object({
  subjects: z.array(outcomeReply),
  receipt: z.string().nullable().describe('Of what was erased now; `null`: nothing was.'),
  complete,
});
export type ErasureReply = z.output<typeof erasureReply>;

export const withdrawnConsentsReply = z.object({
  subjects: z.array(outcomeReply.extend({ clients: z.array(z.string()).describe('Whose consent was ended.') })),
  complete,
});

export const endedLinksReply = z.object({
  subjects: z.array(
    outcomeReply.extend({
      others: z.array(z.string()).describe('The connections of the accounts that were linked.'),
    }),
  ),
  complete,
});
