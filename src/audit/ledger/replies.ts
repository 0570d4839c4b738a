import { z } from 'zod';
import { enforcedDecisions, outcomes } from '../../core/audit-events.js';
import { enrolmentProofs } from '../../core/enrolment-proof.js';
import { instantReply } from '../../core/instant.js';

const cursorReply = z
  .string()
  .nullable()
  .describe(
    'Cursor of the next page; `null` if this is the last. A page can be shorter than requested, or empty, although there is a next one.',
  );

const instantOrNull = instantReply.nullable();

export const personReply = z.object({
  connection: z.string(),
  subject: z.string(),
  status: z
    .enum(['enrolled', 'expired', 'ended', 'none'])
    .describe('`none`: not enrolled, according to the stored data.'),
  level: z
    .int()
    .min(1)
    .max(8)
    .nullable()
    .describe('Display name of the connection; `null` if it is no longer configured.'),
  enrolledAt: instantOrNull,
  expiresAt: instantOrNull.describe('Time at which the enrolment expires; `null` if it does not.'),
  proof: z.enum(enrolmentProofs).nullable().describe('What the enrolment rests on; `null` if not known.'),
  endedAt: instantOrNull,
  lastCheckAt: instantOrNull,
  lastCheck: z.enum(['passed', 'refused']).nullable(),
  lockedUntil: instantOrNull.describe('End of the lockout; `null` if the user is not locked out.'),
});
export type PersonReply = z.output<typeof personReply>;

const textOrNull = z.string().nullable();

export const lineReply = z.object({
  id: z.string().describe('Id of the record: the same on every server.'),
  time: instantReply,
  connection: z.string(),
  subject: textOrNull,
  action: z.string().describe('As in docs/reference/audit-events.md.'),
  outcome: z
    .enum(outcomes)
    .describe(
      '`let_through`: no face was verified, but the connection does not refuse users for that; `noted`: a record without a decision.',
    ),
  code: textOrNull.describe(
    'Reason why no face was verified or the check failed: a code of docs/reference/errors.md or of docs/ledger.md.',
  ),
  reasons: z
    .array(z.string())
    .describe('Failed signals of the liveness check; for an action to approve, the beginning of its title.'),
  application: textOrNull,
  hook: textOrNull,
  enforced: z
    .enum(enforcedDecisions)
    .nullable()
    .describe('For a sign-in that shadow mode allowed, what enforce mode does. `undecided`: the call was refused.'),
  by: textOrNull.describe('Administrator or application that requested it.'),
  requestId: textOrNull,
  stepUpId: textOrNull,
  network: textOrNull.describe(
    'Network of the caller: 24 bits of IPv4, 48 of IPv6. The caller of a hook is the provider.',
  ),
  seconds: z.int().nullable().describe('For a passed face check, seconds since the step-up started.'),
});
export type LineReply = z.output<typeof lineReply>;

const checkReply = lineReply.extend({
  startedAt: instantReply.describe('Time of the first event.'),
  events: z.array(lineReply).describe('All events of the check, oldest first.'),
});
export type CheckReply = z.output<typeof checkReply>;

const checksReplies = { checks: z.array(checkReply), cursor: cursorReply };
export const personChecksReply = z.object(checksReplies);
export type PersonChecksReply = z.output<typeof personChecksReply>;

export const peopleReply = z.object({ people: z.array(personReply), cursor: cursorReply });
export type PeopleReply = z.output<typeof peopleReply>;

export const onePersonReply = z.object({ person: personReply });
export type OnePersonReply = z.output<typeof onePersonReply>;

export const personLogReply = z.object({ lines: z.array(lineReply), cursor: cursorReply });

const nameReplies = {
  name: z.string().nullable().describe('Display name; `null` if the provider does not return it.'),
  login: z.string().nullable().describe('`null` if the provider does not return it.'),
  email: z.string().nullable(),
};

export const foundPeopleReply = z.object({
  people: z.array(personReply.extend(nameReplies)).describe('Users without an enrolment have the status `none`.'),
  unasked: z.array(z.string()).describe('Connections whose provider did not answer, or not completely.'),
  busy: z.array(z.string()).describe('Those of them whose provider limited the rate of calls: search again later.'),
  answered: z.array(z.string()).describe('Connections whose provider answered completely.'),
});
export type FoundPeopleReply = z.output<typeof foundPeopleReply>;

export const memberPeopleReply = z.object({
  people: z.array(personReply.extend(nameReplies)),
  isComplete: z.boolean().describe('False if the group has more members.'),
});
export type MemberPeopleReply = z.output<typeof memberPeopleReply>;

export const namesReply = z.object({ names: z.array(z.object({ subject: z.string(), ...nameReplies })) });
export type NamesReply = z.output<typeof namesReply>;

const unaskedReply = z.array(z.string()).describe('Connections whose provider could not be searched for the person.');

export const linesReply = z.object({
  lines: z.array(lineReply),
  cursor: cursorReply,
  unasked: unaskedReply,
  completeSince: instantOrNull.describe(
    'For `isActivity`, the time from which the log has all acts of all servers; otherwise `null`, also if it is unknown.',
  ),
});
export type LinesReply = z.output<typeof linesReply>;

export const checksReply = z.object({ ...checksReplies, unasked: unaskedReply });
export type ChecksReply = z.output<typeof checksReply>;

export const exportedChecksReply = z.object({
  total: z.int().describe('Number of log entries to read, as counted at the beginning.'),
  read: z.int().describe('Number of log entries read so far.'),
  checks: z.array(
    lineReply.extend({ name: nameReplies.name, login: nameReplies.login }).describe('Name and login are those of now.'),
  ),
  unasked: unaskedReply,
});
export type ExportedChecksReply = z.output<typeof exportedChecksReply>;

export const followedLinesReply = z.object({
  lines: z.array(lineReply),
  cursor: z.string().describe('Value for `after` in the next call.'),
  unasked: unaskedReply,
});
export type FollowedLinesReply = z.output<typeof followedLinesReply>;

export const lineCountsReply = z.object({
  connections: z.array(
    z.object({
      connection: z.string(),
      enrolled: z.int().describe('Number of enrolments, including expired ones.'),
      users: z
        .int()
        .nullable()
        .describe('Number of users at the last health check; `null` if it is unknown or incomplete.'),
      lockedOut: z.int(),
      days: z.array(z.object({ day: z.iso.date(), passed: z.int(), refused: z.int() })),
      refusals: z
        .array(z.object({ code: z.string(), count: z.int() }))
        .describe('Refused face checks of these days by reason, most frequent first.'),
      medianSeconds: z
        .int()
        .nullable()
        .describe(
          'Median time of a passed face check, from the start of its step-up, over the latest 50 of each day; `null` if none is recorded.',
        ),
    }),
  ),
});
export type LineCountsReply = z.output<typeof lineCountsReply>;

export const refusedCallReply = z.object({
  call: z
    .object({
      at: instantReply,
      method: z.string(),
      route: z.string(),
      status: z.int().nullable().describe('HTTP status; `null` if nothing was sent.'),
      code: z.string().describe('Code of docs/reference/errors.md.'),
    })
    .nullable()
    .describe('`null` if this server refused no such call since `since`.'),
  since: instantReply,
});
