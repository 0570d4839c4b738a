import { z } from 'zod';
import { type AuditDetails, errorCode, event, type FeatureEvents } from '../core/audit-events.js';
import { recoveryCredentialKinds } from '../core/ports.js';
import { secondThings } from '../core/second-things.js';

const named = { id: z.string() };
const thing = z.enum(secondThings);
const kind = z.enum(recoveryCredentialKinds);

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const recoveryDetails = {
  recovery_link_made: event('The help desk made a link with which a person can begin a recovery.', {
    ...named,
    send: z.enum(['none', 'email', 'sms']),
    by: z.string(),
  }),
  recovery_code_sent: event('A code for a recovery was sent to the second mailbox or the phone.', {
    ...named,
    channel: z.enum(['other_email', 'phone']),
  }),
  recovery_second_thing_proven: event('A person proved the second thing of a recovery.', {
    ...named,
    secondThing: thing,
  }),
  recovery_face_passed: event('A face check of a recovery passed.', {
    ...named,
    stepUpId: z.string(),
    secondThing: thing,
  }),
  recovery_manager_asked: event('The manager was asked to approve a recovery by a face check.', {
    ...named,
    stepUpId: z.string(),
  }),
  recovery_approved: event('A recovery was approved, by an administrator or by the manager.', {
    ...named,
    by: z.string(),
  }),
  recovery_denied: event(
    'An administrator refused a recovery. `recovery_revoked` follows if there is something to revoke.',
    {
      ...named,
      by: z.string(),
    },
  ),
  recovery_refused: event('A recovery was refused. `code` is the reason, `changed` what changed in the last days.', {
    ...named,
    code: errorCode,
    changed: z.string().optional(),
  }),
  recovery_evaluated: event(
    'A recovery would have ended in a credential, after this number of approvals. Nothing was issued.',
    {
      ...named,
      secondThing: thing,
      approvals: z.int(),
    },
  ),
  recovery_issuing: event('A credential is being issued.', { ...named, credential: kind }),
  recovered: event('A recovery ended in a credential, which was shown once.', {
    ...named,
    credential: kind,
    secondThing: thing,
  }),
  recovery_receipt_issued: event('A recovery ended in a receipt.', {
    ...named,
    receiptId: z.string(),
    audience: z.string(),
  }),
  recovery_revoked: event(
    'The credential of a recovery was revoked at the provider. `expires`: the provider cannot end it before its time.',
    {
      ...named,
      result: z.enum(['ended', 'expires']),
      cause: z.enum(['not_confirmed', 'interrupted', 'ended']).optional(),
    },
  ),
} as const satisfies AuditDetails;

type RecoveryDetails = typeof recoveryDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends RecoveryDetails {}
}

export const recoveryEvents = {
  details: recoveryDetails,
  log: {
    recovery_link_made: ({ by }) => ({ outcome: 'noted', by }),
    recovery_face_passed: ({ stepUpId }) => ({ outcome: 'noted', stepUpId }),
    recovery_approved: ({ by }) => ({ outcome: 'noted', by }),
    recovery_denied: ({ by }) => ({ outcome: 'refused', by }),
    recovery_refused: ({ code }) => ({ outcome: 'refused', code }),
    recovery_evaluated: () => ({ outcome: 'noted' }),
    recovered: () => ({ outcome: 'passed' }),
    recovery_receipt_issued: () => ({ outcome: 'passed' }),
    recovery_revoked: () => ({ outcome: 'noted' }),
  },
} as const satisfies FeatureEvents;
