import { z } from 'zod';
import { loggedActions, outcomes } from '../../core/ledger/line.js';
import { instantReply } from './instant.js';

const cursorReply = z
  .string()
  .nullable()
  .describe(
    'Cursor of the next page; `null` if this is the last. A page may be shorter than asked for, or empty, and have one.',
  );

const instantOrNull = instantReply.nullable();

const personReply = z.object({
  connection: z.string(),
  subject: z.string(),
  status: z.enum(['enrolled', 'expired', 'ended', 'none']).describe('`none`: not enrolled, as far as is kept.'),
  level: z.int().min(1).max(8).nullable().describe('Of the connection; `null`: it is configured no more.'),
  enrolledAt: instantOrNull,
  expiresAt: instantOrNull.describe('When the enrolment ends by itself; `null`: never.'),
  endedAt: instantOrNull,
  lastCheckAt: instantOrNull,
  lastCheck: z.enum(['passed', 'refused']).nullable(),
  lockedUntil: instantOrNull.describe('`null`: not locked out.'),
});
export type PersonReply = z.output<typeof personReply>;

const textOrNull = z.string().nullable();

/** In the order of CSV columns. */
export const lineReply = z.object({
  id: z.string().describe('Of the record: the same wherever it is read.'),
  time: instantReply,
  connection: z.string(),
  subject: textOrNull,
  action: z.enum(loggedActions),
  outcome: z
    .enum(outcomes)
    .describe('`let_through`: no face was verified, and the connection refuses nobody for that; `noted`: neither.'),
  code: textOrNull.describe('Why not: a code of docs/reference/errors.md, or one of docs/ledger.md.'),
  reasons: z
    .array(z.string())
    .describe(
      'What a liveness check found wanting; of an action that somebody was asked to approve, the beginning of its title.',
    ),
  application: textOrNull,
  hook: textOrNull,
  by: textOrNull.describe('The administrator or application that asked for it.'),
  requestId: textOrNull,
  stepUpId: textOrNull,
  network: textOrNull.describe('The caller’s: 24 bits of IPv4, 48 of IPv6. A hook’s caller is the provider.'),
});
export type LineReply = z.output<typeof lineReply>;

export const peopleReply = z.object({ people: z.array(personReply), cursor: cursorReply });
export type PeopleReply = z.output<typeof peopleReply>;

export const onePersonReply = z.object({ person: personReply });
export type OnePersonReply = z.output<typeof onePersonReply>;

export const personLogReply = z.object({ lines: z.array(lineReply), cursor: cursorReply });
export type PersonLogReply = z.output<typeof personLogReply>;

const nameReplies = {
  login: z.string().nullable().describe('`null`: the provider does not say.'),
  email: z.string().nullable(),
};

export const foundPeopleReply = z.object({
  people: z
    .array(personReply.extend({ ...nameReplies, name: z.string().nullable().describe('What people call them.') }))
    .describe('A user who is not enrolled has the status `none`.'),
  unasked: z.array(z.string()).describe('Connections whose provider did not tell, or not all of it.'),
});
export type FoundPeopleReply = z.output<typeof foundPeopleReply>;

export const namesReply = z.object({ names: z.array(z.object({ subject: z.string(), ...nameReplies })) });
export type NamesReply = z.output<typeof namesReply>;

const unaskedReply = z.array(z.string()).describe('Connections whose provider could not be asked who is searched for.');

export const linesReply = z.object({ lines: z.array(lineReply), cursor: cursorReply, unasked: unaskedReply });
export type LinesReply = z.output<typeof linesReply>;

export const followedLinesReply = z.object({
  lines: z.array(lineReply),
  cursor: z.string().describe('To be given as `after`.'),
  unasked: unaskedReply,
});
export type FollowedLinesReply = z.output<typeof followedLinesReply>;

export const lineCountsReply = z.object({
  connections: z.array(
    z.object({
      connection: z.string(),
      enrolled: z.int().describe('With those whose enrolment has expired.'),
      lockedOut: z.int(),
      days: z.array(z.object({ day: z.iso.date(), passed: z.int(), refused: z.int() })),
    }),
  ),
});
export type LineCountsReply = z.output<typeof lineCountsReply>;
