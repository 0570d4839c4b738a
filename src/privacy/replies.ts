import { z } from 'zod';
import { personReply } from '../audit/ledger/replies.js';
import { faceErrorCodes } from '../errors.js';
import { toRecordedHoldingsReply } from './holdings.js';

const outcomeReply = z.object({
  connection: z.string(),
  subject: z
    .string()
    .nullable()
    .describe('`null` if no user signs in with that name there, or the provider does not return the id.'),
  code: z
    .enum(faceErrorCodes)
    .nullable()
    .describe('`null` if it is done; otherwise the code of the reason. The same request can be sent again.'),
});

const complete = z.boolean().describe('True if nothing is left to do, including if the connection has no such user.');

const changedReply = outcomeReply.extend({
  person: personReply.nullable().describe('State of the person after the action; `null` if it was not done.'),
});

export const subjectsReply = z.object({ subjects: z.array(changedReply), complete });
export type SubjectsReply = z.output<typeof subjectsReply>;

/** Returns the reply with these fields of extensions. */
export const toExportReply = (fields: Readonly<Record<never, z.ZodType>>) =>
  z.object({
    subjects: z.array(outcomeReply.extend({ held: toRecordedHoldingsReply(fields).nullable() })),
    notHeld: z.array(z.string()),
    complete,
  });
export type ExportReply = z.output<ReturnType<typeof toExportReply>>;

export const erasureReply = z.object({
  subjects: z.array(changedReply),
  receipt: z.string().nullable().describe('Signed receipt of this erasure; `null` if nothing was erased.'),
  complete,
});
export type ErasureReply = z.output<typeof erasureReply>;

export const withdrawnConsentsReply = z.object({
  subjects: z.array(
    outcomeReply.extend({ clients: z.array(z.string()).describe('OpenID clients whose consent ended.') }),
  ),
  complete,
});

export const endedLinksReply = z.object({
  subjects: z.array(
    outcomeReply.extend({
      others: z.array(z.string()).describe('Connections of the accounts that were linked.'),
    }),
  ),
  complete,
});
