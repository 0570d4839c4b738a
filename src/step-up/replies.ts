import { z } from 'zod';
import { instantReply } from '../core/instant.js';

export const invitationReply = z.object({ id: z.string(), url: z.string(), expiresAt: instantReply });
export type InvitationReply = z.output<typeof invitationReply>;

export const sentInvitationReply = invitationReply.extend({
  url: z.string().nullable().describe('`null`: sent by e-mail.'),
});
export type SentInvitationReply = z.output<typeof sentInvitationReply>;

/** Mark of replies about test people. */
export const testReply = {
  test: z.literal(true).optional().describe('Present for a test person: no face was checked.'),
};

export const toTestReply = ({ isTest }: { readonly isTest: boolean }): { readonly test?: true } =>
  isTest ? { test: true } : {};

export const startedReply = z.object({
  id: z.string(),
  challenge: z.string().describe('Send it with the photos. It is valid only for this step-up.'),
  state: z.literal('started'),
  expiresAt: instantReply,
  url: z.string().describe('The capture page of this step-up. The link opens once and contains the challenge.'),
  actionDigest: z
    .string()
    .optional()
    .describe('Digest of the `action`: SHA-256 of its canonical JSON (RFC 8785), as in the receipt.'),
});

const stepUpState = z
  .enum(['started', 'captured', 'passed', 'passed_another_way', 'failed', 'expired', 'abandoned'])
  .describe(
    '`passed` and `failed`: a face check was decided; `passed_another_way`: a code replaced the face check; `started`: not ended yet; `abandoned`: the person canceled.',
  );

const outcomeReply = {
  state: stepUpState,
  expiresAt: instantReply,
  receipt: z
    .string()
    .nullable()
    .describe(
      'Receipt of the pass: a JWS for the requested audience, valid for two minutes. docs/journey.md describes how to verify it.',
    ),
};

export const submittedReply = z.object({ id: z.string(), ...outcomeReply });

export const stepUpReply = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  ...outcomeReply,
  ...testReply,
  contentKey: z
    .string()
    .nullable()
    .describe(
      'The content key of the token, encrypted for `contentKeyTo`: a JWE (`ECDH-ES`, `A256GCM`). Returned once, within two minutes after the pass; otherwise `null`.',
    ),
});
