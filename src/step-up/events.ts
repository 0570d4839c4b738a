import { z } from 'zod';
import { type AuditDetails, errorCode, event, instant } from '../core/audit-events.js';
import { deviceSignals } from '../core/device-signals.js';
import { anotherWays } from '../core/page-protocol.js';
import { faceErrorCodes } from '../errors.js';

/** Host of the application that requested the check. Earlier versions did not record it. */
const asker = { application: z.string().optional() };

/** `stepUpId` is absent if a backend verified the photos without a step-up, and in records of earlier versions. */
const checkNamed = { ...asker, stepUpId: z.string().optional() };

const stepUpNamed = z.object({ stepUpId: z.string() });
const stepUpEnded = stepUpNamed.extend(asker);

/** `title` is shortened. Earlier versions did not record it. */
const actionNamed = stepUpNamed.extend({
  actionDigest: z.string(),
  title: z.string().optional(),
  application: z.string().optional(),
});

const measurement = z.object({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  atLeast: z.number().nullable(),
  atMost: z.number().nullable(),
  pass: z.boolean(),
});

const hookDecided = z.discriminatedUnion('outcome', [
  z.object({
    hook: z.string(),
    outcome: z.literal('verified'),
    at: z.int(),
    stepUpId: z.string(),
    liveness: z.number().nullable(),
  }),
  z.object({
    hook: z.string(),
    /** The user passed with a code instead of a face. */
    outcome: z.literal('another_way'),
    at: z.int(),
    stepUpId: z.string(),
  }),
  z.object({
    hook: z.string(),
    outcome: z.literal('unverified'),
    fallback: z.enum(['deny', 'omit_claim', 'pass']),
    /** Decision that `enforce` mode would have made. Present only in shadow mode. */
    wouldHave: z.enum(['deny', 'omit_claim']).optional(),
    /** Why no face was verified. Earlier versions did not record it. */
    reason: z
      .enum([
        'no_check',
        'check_used',
        'another_way',
        'other_application',
        'other_address',
        'locked_out',
        'state_unavailable',
      ])
      .optional(),
  }),
  z.object({
    hook: z.string(),
    outcome: z.literal('refused'),
    code: z.enum(faceErrorCodes),
    wouldHave: z.literal('deny'),
  }),
]);

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
export const stepUpDetails = {
  step_up_started: event('A step-up started. `actionDigest` identifies the action to approve.', {
    stepUpId: z.string(),
    purpose: z.string(),
    by: z.string().optional(),
    ...asker,
    /** Digest of the action. The text itself is never recorded. */
    actionDigest: z.string().optional(),
  }),
  step_up_abandoned: stepUpEnded.describe('A person canceled a step-up.'),
  action_approved: actionNamed.describe('A face check approved an action. `title` is the beginning of its title.'),
  action_declined: actionNamed.describe('A person declined to approve an action.'),
  document_signed: event(
    'A document was signed after an approval. `document` is its SHA-256, `actionDigest` that of the action.',
    { stepUpId: z.string(), actionDigest: z.string(), document: z.string(), title: z.string().optional() },
  ),
  verified: event(
    'A face was verified. `application` is the host that requested the check, `seconds` the time since the step-up started.',
    { tokenId: z.string().nullable(), ...checkNamed, seconds: z.int().optional() },
  ),
  verification_refused: z
    .union([z.object({ tokenId: z.string().nullable(), ...checkNamed }), z.object({ code: errorCode, ...checkNamed })])
    .describe(
      'A face check failed: `tokenId` alone is a wrong face, `code` the reason, which the person does not see.',
    ),
  locked_out: event(
    'A user was locked out after failed checks, or with `hook` after sign-ins without a pass. `level` counts consecutive lockouts from 1.',
    { level: z.int(), until: instant, hook: z.string().optional() },
  ),
  lockout_cleared: event('An administrator ended a lockout.', { by: z.string(), source: z.string().nullable() }),
  liveness_judged: event(
    'Frames were judged. `signals` has every measurement with its bounds, `device` what the page reported about the camera.',
    {
      stepUpId: z.string(),
      judge: z.string(),
      pass: z.boolean(),
      reasons: z.array(z.string()).readonly(),
      asked: z.array(z.string()).readonly(),
      signals: z.array(measurement.readonly()).readonly(),
      /** Reported by the page, unverified. */
      device: z.optional(deviceSignals),
    },
  ),
  handed_off: stepUpNamed.describe('A check continued on a phone.'),
  hand_off_refused: event(
    'A phone was asked for its camera, but its user did not choose the number on the first screen. Someone may know the user’s password.',
    { stepUpId: z.string(), chosen: z.enum(['none', 'another']), ...asker },
  ),
  hook_decided: hookDecided.describe(
    'A hook answered the provider. `reason` says why no face was verified; `wouldHave` is the decision without shadow mode.',
  ),
  code_sent: event('A one-time code was sent instead of a face check.', {
    stepUpId: z.string(),
    channel: z.enum(['email', 'sms']),
  }),
  another_way_passed: event(
    'A code was accepted instead of a face. `by` created a bypass code, `approvedBy` approved it.',
    {
      stepUpId: z.string(),
      way: z.enum(anotherWays),
      by: z.string().optional(),
      approvedBy: z.string().optional(),
      ...asker,
    },
  ),
  another_way_refused: event('A code was refused.', {
    stepUpId: z.string(),
    way: z.enum(anotherWays),
    code: errorCode,
    ...asker,
  }),
  bypass_issued: event('An administrator created a bypass code.', {
    id: z.string(),
    minutes: z.int(),
    application: z.string().nullable(),
    approvals: z.int(),
    by: z.string(),
  }),
  bypass_approved: event('An administrator approved a bypass code.', { id: z.string(), by: z.string() }),
  receipt_issued: event('A receipt was signed.', { receiptId: z.string(), stepUpId: z.string(), audience: z.string() }),
  receipt_redeemed: event('A receipt was used.', { receiptId: z.string(), stepUpId: z.string() }),
  new_place_seen: event('A check passed from a device or network that was not seen before for this person.', {
    stepUpId: z.string(),
    device: z.boolean(),
    network: z.boolean(),
  }),
} as const satisfies AuditDetails;

/** Schemas for records of this and earlier versions, where they differ. */
export const pastStepUpDetails = {
  step_up_started: stepUpDetails.step_up_started.partial({ purpose: true }),
} as const;

type StepUpDetails = typeof stepUpDetails;
type PastStepUpDetails = typeof pastStepUpDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends StepUpDetails {}
  interface PastDetails extends PastStepUpDetails {}
}
