import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { cursorReply } from '../core/page-fields.js';
import { helpReasons } from '../core/page-protocol.js';
import { testReply } from '../step-up/replies.js';
import { vouchingStates } from './vouching-states.js';

export const begunVouchingReply = z.object({
  id: z.string(),
  url: z.string().nullable().describe('`null` if it was sent.'),
  number: z.string().describe('Code to read out to the person. Do not send it in a message.'),
  isEnrolled: z
    .boolean()
    .describe('False if the person has no face check now: only an enrolment can succeed, and a check always fails.'),
  expiresAt: instantReply,
});
export type BegunVouchingReply = z.output<typeof begunVouchingReply>;

const callerReply = z.object({
  connection: z.string(),
  subject: z.string(),
  login: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
});

/** A caller who read out a PIN of their own page. */
export const callerPinReply = z.object({
  person: callerReply,
  faceShownAt: instantReply.describe('Time of the face check with which the person opened their own page.'),
  enrolledAt: instantReply
    .nullable()
    .describe(
      'Time of the enrolment, if it was in the last 31 days. Ask more before you reset anything: someone with the person’s password may have enrolled the face.',
    ),
  ...testReply,
});
export type CallerPinReply = z.output<typeof callerPinReply>;

export const vouchingReply = z.object({
  state: z.enum(vouchingStates),
  person: callerReply.nullable(),
  until: instantReply.nullable(),
  ...testReply,
});
export type VouchingReply = z.output<typeof vouchingReply>;

const bypassState = z.enum(['ready', 'waiting']).describe('`waiting`: another administrator has to approve it.');

export const madeBypassReply = z.object({
  id: z.string(),
  code: z.string().describe('Shown only once.'),
  state: bypassState,
  expiresAt: instantReply,
  lockedUntil: instantReply.nullable().describe('End of the lockout of the person, who cannot use the code before it.'),
});
export type MadeBypassReply = z.output<typeof madeBypassReply>;

export const bypassesReply = z.object({
  codes: z.array(
    z.object({
      id: z.string(),
      connection: z.string(),
      subject: z.string(),
      application: z.string().nullable(),
      by: z.string(),
      approvedBy: z.string().nullable(),
      state: bypassState,
      expiresAt: instantReply,
    }),
  ),
  cursor: cursorReply,
});
export type BypassesReply = z.output<typeof bypassesReply>;

export const approvedBypassReply = z.object({ expiresAt: instantReply });

export const requestReply = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  stepUpId: z.string(),
  reason: z.enum(helpReasons),
  note: z.string().describe('Text that the person wrote. Render it as plain text.'),
  takenBy: z.string().nullable(),
  at: instantReply,
  expiresAt: instantReply,
});
export type HelpRequestReply = z.output<typeof requestReply>;

export const helpRequestsReply = z.object({ requests: z.array(requestReply), cursor: cursorReply });
export type HelpRequestsReply = z.output<typeof helpRequestsReply>;

export const takenHelpRequestReply = z.object({ request: requestReply });
