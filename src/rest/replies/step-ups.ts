import { z } from 'zod';
import { instantReply } from './instant.js';

export const invitationReply = z.object({ id: z.string(), url: z.string(), expiresAt: instantReply });
export type InvitationReply = z.output<typeof invitationReply>;

export const startedReply = z.object({
  id: z.string(),
  challenge: z.string().describe('Sent with the photos; good for this step-up alone.'),
  state: z.literal('started'),
  expiresAt: instantReply,
  url: z.string().describe('The capture page of this step-up. It opens once; it holds the challenge.'),
  actionDigest: z
    .string()
    .optional()
    .describe('Of the `action`: SHA-256 of its canonical JSON (RFC 8785), as the receipt will say it.'),
});

const stepUpState = z
  .enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned'])
  .describe(
    '`passed` and `failed` are decisions of a face; `passed_another_way`: a code was given in its place; `started` still waits; `abandoned`: the person would not go on.',
  );

const outcomeReply = {
  state: stepUpState,
  expiresAt: instantReply,
  receipt: z
    .string()
    .nullable()
    .describe(
      'A JWS that states the pass, for the audience asked for; good for two minutes. docs/journey.md says how to check it.',
    ),
};

export const submittedReply = z.object({ id: z.string(), ...outcomeReply });

export const stepUpReply = z.object({ id: z.string(), connection: z.string(), subject: z.string(), ...outcomeReply });
export type StepUpReply = z.output<typeof stepUpReply>;
