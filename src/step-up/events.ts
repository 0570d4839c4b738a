import { z } from 'zod';
import {
  type AuditDetail,
  type AuditDetails,
  decidedElsewhere,
  errorCode,
  event,
  type FeatureEvents,
  instant,
  type LogFields,
  type Ruled,
} from '../core/audit-events.js';
import { deviceSignals } from '../core/device-signals.js';
import { measurementGuard } from '../core/measurement.js';
import { anotherWays } from '../core/page-protocol.js';
import { needsCheck, type PolicyMode, termsOutcomes, unverifiedPolicies } from '../core/rules/rule.js';
import { fromIso } from '../core/units.js';
import { faceErrorCodes } from '../errors.js';

/** Host of the application that requested the check. */
const asker = { application: z.string().optional() };

/** Ticket of the help desk for which a caller is verified. */
const ticket = { reference: z.string().optional() };

/** `stepUpId` is absent if a backend verified the photos without a step-up. */
const checkNamed = { ...asker, stepUpId: z.string().optional(), ...ticket };

/** Present if the check is one of a test person. */
const tested = { test: z.literal(true).optional() };

/** Present if the caller had proved no first factor. They may have typed the name in place of the person's id. */
const begunBy = { anonymous: z.literal(true).optional() };

const stepUpNamed = z.object({ stepUpId: z.string() });
const stepUpEnded = stepUpNamed.extend({ ...asker, ...ticket, ...begunBy, ...tested });

/** `title` is shortened. */
const actionNamed = stepUpNamed.extend({
  actionDigest: z.string(),
  title: z.string().optional(),
  application: z.string().optional(),
});

/** Name of the measurement of a vendor's confidence. */
export const vendorConfidence = 'vendor_confidence';

/** Name of the judge of a glance, which shows less than a full check. */
export const glanceJudge = 'glance-1';

/** Returns the method and confidence of a vendor, such as `aws-face-movement 97.2 %`, or `null` if it was not one. */
function toVendorText({ judge, signals }: Pick<AuditDetail<'liveness_judged'>, 'judge' | 'signals'>): string | null {
  const found = signals.find(({ name }) => name === vendorConfidence);
  return found === undefined ? null : `${judge} ${found.value.toFixed(1)} %`;
}

/** Rule that decided, and the rule in shadow mode that would have decided. Absent if it was the policy. */
const byRules = {
  /** Application of the sign-in, if the provider names it. Earlier versions did not record it. */
  application: z.string().optional(),
  rule: z.string().optional(),
  watched: z
    .object({
      rule: z.string(),
      outcome: z.enum(termsOutcomes),
      fallback: z.enum(unverifiedPolicies),
    })
    .optional(),
};

const decided = { ...byRules, ...decidedElsewhere };

type ByRules = Pick<AuditDetail<'step_up_started'>, 'rule' | 'watched'>;

/** Returns the rules of a decision, as the decision log names them. */
const toRuleTexts = ({ rule, watched }: ByRules): readonly string[] => [
  ...(rule === undefined ? [] : [`rule:${rule}`]),
  ...(watched === undefined ? [] : [`watched:${watched.rule}`]),
];

/** @param fallback - answer of the hook to a sign-in without a passed check; `null` for another sign-in */
function toRuled({ rule, watched }: ByRules, fallback: 'deny' | 'omit_claim' | 'pass' | null): readonly Ruled[] {
  const ruled = rule === undefined ? [] : [{ rule, isRefused: fallback === 'deny' }];
  if (watched === undefined) return ruled;
  const isFaceRefused = needsCheck(watched.outcome) && fallback !== null && watched.fallback !== 'omit_claim';
  const isRefused = watched.outcome === 'deny' || watched.outcome === 'unknown' || isFaceRefused;
  return [...ruled, { rule: watched.rule, isRefused }];
}

const hookDecided = z.discriminatedUnion('outcome', [
  z.object({
    hook: z.string(),
    outcome: z.literal('verified'),
    at: z.int(),
    stepUpId: z.string(),
    liveness: z.number().nullable(),
    ...decided,
  }),
  z.object({
    hook: z.string(),
    /** The user passed with a code or a passkey instead of a face. */
    outcome: z.literal('another_way'),
    at: z.int(),
    stepUpId: z.string(),
    methods: z.array(z.string()).optional(),
    ...decided,
  }),
  z.object({
    hook: z.string(),
    outcome: z.literal('unverified'),
    fallback: z.enum(['deny', 'omit_claim', 'pass']),
    /** Decision that `enforce` mode would have made. Present only in shadow mode. */
    wouldHave: z.enum(['deny', 'omit_claim']).optional(),
    /** Why no face was verified. */
    reason: z
      .enum([
        'no_check',
        'check_used',
        'another_way',
        'face_missing',
        'passkey_missing',
        'weaker_check',
        'other_application',
        'other_address',
        'locked_out',
        'no_check_needed',
        'denied_by_rule',
        'rule_unknown',
        'state_unavailable',
      ])
      .optional(),
    ...decided,
  }),
  z.object({
    hook: z.string(),
    outcome: z.literal('refused'),
    code: z.enum(faceErrorCodes),
    wouldHave: z.literal('deny'),
    ...decidedElsewhere,
  }),
]);

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const stepUpDetails = {
  step_up_started: event('A step-up started. `actionDigest` identifies the action to approve.', {
    stepUpId: z.string(),
    purpose: z.string(),
    by: z.string().optional(),
    ...asker,
    /** Digest of the action. The text itself is never recorded. */
    actionDigest: z.string().optional(),
    ...byRules,
  }),
  step_up_abandoned: stepUpEnded.describe(
    'A person canceled a step-up. `anonymous`: its caller had proved no first factor.',
  ),
  step_up_failed: stepUpEnded.describe(
    'A step-up ended without a passed check: no try or challenge was left, or the enrolment was refused.',
  ),
  step_up_expired: stepUpEnded.describe(
    'A step-up expired before it passed or failed. Recorded for webhooks, if one reports finished checks.',
  ),
  test_passed: stepUpEnded.describe('The step-up of a test person ended with a pass. No face was verified.'),
  action_approved: actionNamed.describe('A face check approved an action. `title` is the beginning of its title.'),
  action_declined: actionNamed.describe('A person declined to approve an action.'),
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
      signals: z.array(measurementGuard.readonly()).readonly(),
      /** Reported by the page, unverified. */
      device: z.optional(deviceSignals),
    },
  ),
  liveness_session_opened: event('A liveness check of a vendor was started. Each may cost money.', {
    stepUpId: z.string(),
    vendor: z.string(),
  }),
  liveness_vendor_failed: event(
    'The liveness service of a vendor failed. `fallback` says what took its place; with `none`, the check was refused.',
    { stepUpId: z.string(), vendor: z.string(), code: errorCode, fallback: z.enum(['movement', 'none']) },
  ),
  handed_off: stepUpNamed.describe('A check continued on a phone.'),
  hand_off_refused: event(
    'A phone was asked for its camera, but its user did not choose the number on the first screen. Someone may know the user’s password.',
    { stepUpId: z.string(), chosen: z.enum(['none', 'another']), ...asker, ...ticket, ...begunBy, ...tested },
  ),
  hook_decided: hookDecided.describe(
    'A hook answered the provider. `reason` says why no face was verified; `wouldHave` is the decision without shadow mode. `decidedAt` is the time of a decision that functions at the provider logged.',
  ),
  code_sent: event('A one-time code was sent instead of a face check.', {
    stepUpId: z.string(),
    channel: z.enum(['email', 'sms']),
  }),
  another_way_passed: event(
    'A code or a passkey was accepted instead of a face. `by` created a bypass code, `approvedBy` approved it.',
    {
      stepUpId: z.string(),
      way: z.enum(anotherWays),
      by: z.string().optional(),
      approvedBy: z.string().optional(),
      ...asker,
    },
  ),
  another_way_refused: event('A code or a passkey was refused.', {
    stepUpId: z.string(),
    way: z.enum(anotherWays),
    code: errorCode,
    ...asker,
  }),
  passkey_added: event('A person added a passkey for sign-ins on their own page.', {}),
  passkey_removed: event('A person removed their passkey for sign-ins.', {}),
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

type StepUpDetails = typeof stepUpDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends StepUpDetails {}
}

/** Log fields of an action that was approved, declined or signed. `reasons` shows its title, an application's text. */
export const toActionFields = ({
  stepUpId,
  title,
  application,
}: AuditDetail<'action_approved'>): Pick<LogFields, 'stepUpId' | 'reasons' | 'application'> => ({
  stepUpId,
  application: application ?? null,
  reasons: title === undefined ? [] : [title],
});

const toRefused = (code: string) => ({ outcome: 'refused', code }) as const;

export const stepUpEvents = {
  details: stepUpDetails,
  relaxed: [
    'verified',
    'verification_refused',
    'locked_out',
    'step_up_started',
    'action_declined',
    'liveness_judged',
    'liveness_session_opened',
    'liveness_vendor_failed',
    'handed_off',
    'hand_off_refused',
    'step_up_abandoned',
    'step_up_failed',
    'step_up_expired',
    'test_passed',
    'hook_decided',
    'code_sent',
    'another_way_refused',
    'receipt_issued',
    'receipt_redeemed',
    'new_place_seen',
  ],
  log: {
    verified: ({ application = null, stepUpId = null, seconds = null }) => ({
      outcome: 'passed',
      application,
      stepUpId,
      seconds,
      changes: [{ kind: 'checked', outcome: 'passed' }],
    }),
    verification_refused: (detail) => ({
      ...toRefused('code' in detail ? detail.code : detail.tokenId === null ? 'not_enrolled' : 'face_mismatch'),
      application: detail.application ?? null,
      stepUpId: detail.stepUpId ?? null,
      changes: [{ kind: 'checked', outcome: 'refused' }],
    }),
    locked_out: ({ until }) => ({
      ...toRefused('locked_out'),
      changes: [{ kind: 'lockout', until: fromIso(until) }],
    }),
    step_up_started: ({ stepUpId, by = null, application = null, ...rules }) => ({
      // Anyone can start one under any name, so it counts as refused by no rule.
      ruled: toRuled(rules, null).map(({ rule }) => ({ rule, isRefused: false })),
      outcome: 'noted',
      stepUpId,
      by,
      application,
      reasons: toRuleTexts(rules),
    }),
    action_approved: (detail) => ({ outcome: 'passed', ...toActionFields(detail) }),
    action_declined: (detail) => ({ outcome: 'noted', ...toActionFields(detail) }),
    lockout_cleared: ({ by, source }) => ({
      outcome: 'noted',
      by,
      // A lockout of one address is not a lockout of the user.
      changes: source === null ? [{ kind: 'lockout', until: null }] : [],
    }),
    liveness_judged(detail) {
      const { stepUpId, pass, reasons } = detail;
      const vendor = toVendorText(detail);
      const found = vendor === null ? reasons : [vendor, ...reasons];
      const code = detail.judge === glanceJudge ? 'glance' : null;
      return pass
        ? { outcome: 'passed', stepUpId, code, reasons: vendor === null ? [] : [vendor] }
        : { ...toRefused('liveness_low'), stepUpId, reasons: found };
    },
    liveness_vendor_failed: ({ stepUpId, vendor, code, fallback }) =>
      fallback === 'none'
        ? { ...toRefused(code), stepUpId, reasons: [vendor] }
        : { outcome: 'noted', code, stepUpId, reasons: [vendor] },
    hand_off_refused: ({ stepUpId, chosen, application = null }) => ({
      ...toRefused(chosen === 'none' ? 'not_asked_for' : 'wrong_number'),
      stepUpId,
      application,
    }),
    step_up_abandoned: ({ stepUpId, application = null }) => ({ outcome: 'noted', stepUpId, application }),
    step_up_failed: ({ stepUpId, application = null }) => ({ outcome: 'noted', stepUpId, application }),
    step_up_expired: ({ stepUpId, application = null }) => ({ outcome: 'noted', stepUpId, application }),
    test_passed: ({ stepUpId, application = null }) => ({ outcome: 'passed', stepUpId, application }),
    code_sent: ({ stepUpId }) => ({ outcome: 'noted', stepUpId }),
    another_way_passed: ({ stepUpId, way, by = null, application = null }) => ({
      outcome: 'let_through',
      code: 'another_way',
      stepUpId,
      by,
      application,
      reasons: [way],
    }),
    another_way_refused: ({ stepUpId, way, code, application = null }) => ({
      ...toRefused(code),
      stepUpId,
      application,
      reasons: [way],
    }),
    passkey_added: () => ({ outcome: 'noted' }),
    passkey_removed: () => ({ outcome: 'noted' }),
    bypass_issued: ({ by, application }) => ({ outcome: 'noted', by, application }),
    bypass_approved: ({ by }) => ({ outcome: 'noted', by }),
    new_place_seen: ({ stepUpId, device, network }) => ({
      outcome: 'noted',
      stepUpId,
      reasons: [...(device ? ['device'] : []), ...(network ? ['network'] : [])],
    }),
    hook_decided(detail) {
      const { hook } = detail;
      const signedIn = (refusedIn: PolicyMode | null) => [{ kind: 'signed_in', hook, refusedIn } as const];
      if (detail.outcome === 'refused')
        return { outcome: 'let_through', hook, code: detail.code, enforced: 'undecided', changes: signedIn('shadow') };
      const ruled = toRuled(detail, detail.outcome === 'unverified' ? detail.fallback : null);
      const told = { hook, application: detail.application ?? null, reasons: toRuleTexts(detail), ruled };
      const passed = { ...told, changes: signedIn(null) };
      if (detail.outcome === 'verified') return { ...passed, outcome: 'passed', stepUpId: detail.stepUpId };
      if (detail.outcome === 'another_way')
        return { ...passed, outcome: 'let_through', code: 'another_way', stepUpId: detail.stepUpId };
      const { fallback, wouldHave = null, reason = 'no_check' } = detail;
      const isDenied = fallback === 'deny';
      return {
        ...told,
        outcome: isDenied ? 'refused' : 'let_through',
        code: reason,
        enforced: isDenied ? null : wouldHave,
        changes: signedIn(isDenied ? 'enforce' : wouldHave === null ? null : 'shadow'),
      };
    },
  },
  results: [
    'verified',
    'verification_refused',
    'another_way_passed',
    'another_way_refused',
    'hand_off_refused',
    'step_up_abandoned',
    'action_approved',
    'action_declined',
  ],
} as const satisfies FeatureEvents;
