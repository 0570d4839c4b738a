import { z } from 'zod';
import { faceErrorCodes } from '../errors.js';
import type { Json, JsonObject } from './base/json.js';
import { deviceSignals } from './device-signals.js';
import { anotherWays, helpReasons, noticeKinds } from './page-protocol.js';

/*
 * Schemas for the `detail` of audit records. Fields must stay in this order, because the hash of a record depends on
 * it. `src/audit/events.ts` has the schemas of earlier versions.
 */

/** Result of ending the user's sessions. `not_offered` means that the provider has no such function. */
const endedSessions = ['ended', 'failed', 'not_offered'] as const;
export type EndedSessions = (typeof endedSessions)[number];

const credentialEnds = ['enrolment_ended', 'consent_withdrawn', 'replaced'] as const;
export type CredentialEnd = (typeof credentialEnds)[number];

const instant = z.iso.datetime();

/** Code of a `FaceError`. Records of earlier versions may have codes that no longer exist. */
const errorCode = z.string();

/** A field that belongs to another variant of the same action, and is forbidden in this one. */
const absent = z.never().optional();

const tokenChange = z.object({
  tokenId: z.string(),
  /** `null` if the sealing keys belong to another service. */
  keyVersion: z.int().nullable(),
  photos: z.int(),
  kind: z.enum(['enrolment', 'renewal']),
  expiresAt: instant.nullable(),
  /** Id of the replaced token, or `null` if there was none. */
  former: z.string().nullable(),
  formerExpiresAt: instant.nullable(),
});

/** Creation of a token for an API client that stores it. No token is known that it replaces. */
const tokenMade = tokenChange.extend({ kind: absent, formerExpiresAt: absent });

/** `tokenId` is `null` if the profile had no token. `by` is the administrator who ended the enrolment. */
const enrolmentEnded = z.object({ tokenId: z.string().nullable(), by: z.string().optional() });

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

const key = z.discriminatedUnion('use', [
  z.object({ use: z.literal('sealing'), version: z.int() }),
  z.object({ use: z.enum(['signing', 'oidc']), kid: z.string() }),
]);

const keyUse = z.enum(['sealing', 'signing', 'oidc']);

const connectionMode = z.enum(['enforce', 'shadow']);

const application = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()).readonly(),
  perMinute: z.number(),
  perDay: z.number(),
  contact: z.string(),
  by: z.string(),
});

export const event = <Fields extends z.core.$ZodLooseShape>(description: string, fields: Fields) =>
  z.object(fields).describe(description);

export const auditDetails = {
  enrolment_begun: tokenChange.describe('A token is about to be written to the profile.'),
  enrolled: z
    .union([tokenChange, tokenMade])
    .describe('A token was created. With `kind`, it is in the profile of a user; without, a client stores it.'),
  enrolment_refused: z
    .union([
      tokenChange.extend({ code: errorCode, recovered: z.boolean() }),
      z.object({ code: errorCode, tokenId: absent }),
    ])
    .describe(
      'An enrolment failed, with its code: the photos were refused, or the token is not in the profile. `recovered`: another process found this after a crash.',
    ),
  enrolment_recovered: tokenChange.describe('After a crash, the token was found in the profile.'),
  renewed: tokenChange.describe('A check sealed the face again under a newer key.'),
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
  revoked: z
    .union([
      z.object({ tokenId: z.string(), expiresAt: instant.nullable(), client: z.string() }),
      enrolmentEnded.extend({ expiresAt: absent, client: absent }),
    ])
    .describe('An enrolment ended, or a client revoked a token.'),
  step_up_started: event('A step-up started. `actionDigest` identifies the action to approve.', {
    stepUpId: z.string(),
    purpose: z.string(),
    by: z.string().optional(),
    ...asker,
    /** Digest of the action. The text itself is never recorded. */
    actionDigest: z.string().optional(),
  }),
  document_signed: event(
    'A document was signed after an approval. `document` is its SHA-256, `actionDigest` that of the action.',
    { stepUpId: z.string(), actionDigest: z.string(), document: z.string(), title: z.string().optional() },
  ),
  action_approved: actionNamed.describe('A face check approved an action. `title` is the beginning of its title.'),
  action_declined: actionNamed.describe('A person declined to approve an action.'),
  consent_given: z
    .union([
      z.object({ stepUpId: z.string(), statement: z.string(), purpose: z.string() }),
      z.object({ statement: z.string(), givenAt: instant, client: z.string() }),
    ])
    .describe('A person consented to the face check, on the capture page or through a client.'),
  consent_relied_on: event('A check relied on the consent that was given at enrolment.', {
    stepUpId: z.string(),
    statement: z.string(),
    givenAt: instant,
  }),
  consent_withdrawn: enrolmentEnded.describe('A consent was withdrawn.'),
  notices_chosen: event(
    'A person chose notifications: `off` lists the unwanted ones, `email` whether e-mails are sent if a device receives them, `devices` the number of browsers.',
    { off: z.array(z.enum(noticeKinds)), email: z.boolean(), devices: z.int() },
  ),
  data_consent_given: event(
    'A person let a client receive claims, named in `claims`. `registration` is the digest of the stated purposes.',
    { client: z.string(), claims: z.array(z.string()).readonly(), registration: z.string(), expiresAt: instant },
  ),
  data_consent_withdrawn: event('A consent to share claims ended. `by` is the administrator who ended it.', {
    client: z.string(),
    claims: z.array(z.string()).readonly(),
    by: z.string().optional(),
  }),
  identities_linked: event('An account at the connection `other` was linked as that of the same person.', {
    other: z.string(),
    expiresAt: instant,
  }),
  identities_unlinked: event('A link between accounts ended. `by` is the administrator who ended it.', {
    other: z.string(),
    by: z.string().optional(),
  }),
  counter_told: event('A counter received that this person was present, with the claims they consented to.', {
    client: z.string(),
  }),
  credential_issued: event('A credential was issued to the wallet of a person.', {
    credential: z.string(),
    credentialId: z.string(),
    claims: z.array(z.string()).readonly(),
    tokenId: z.string(),
    expiresAt: instant,
  }),
  credential_ended: event(
    'A credential ended early, for the reason in `why`. `by` is the administrator who ended it.',
    { credential: z.string(), credentialId: z.string(), why: z.enum(credentialEnds), by: z.string().optional() },
  ),
  organisation_chosen: event(
    'A person chose the organization that they act for at a client, with their roles at that time.',
    { client: z.string(), organisation: z.string(), roles: z.array(z.string()).readonly(), stepUpId: z.string() },
  ),
  not_me_reported: event('A person reported that an action in a notification was not theirs.', {
    sessions: z.enum(endedSessions),
  }),
  new_place_seen: event('A check passed from a device or network that was not seen before for this person.', {
    stepUpId: z.string(),
    device: z.boolean(),
    network: z.boolean(),
  }),
  subject_exported: event('Data of a person was exported, by the administrator in `by` or by the person.', {
    by: z.string().optional(),
  }),
  own_page_opened: event('A person opened their own page by a face check or a sign-in.', {
    stepUpId: z.string(),
    how: z.enum(['face', 'sign_in']),
  }),
  known_places_forgotten: event('A person deleted the record of their devices and networks.', {}),
  subject_erased: event('Data of a person was erased.', {
    receiptId: z.string(),
    tokenId: z.string().nullable(),
    by: z.string(),
  }),
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
  step_up_abandoned: stepUpEnded.describe('A person canceled a step-up.'),
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
  recovery_codes_made: event('Recovery codes were created.', { stepUpId: z.string(), codes: z.int() }),
  bypass_issued: event('An administrator created a bypass code.', {
    id: z.string(),
    minutes: z.int(),
    application: z.string().nullable(),
    approvals: z.int(),
    by: z.string(),
  }),
  bypass_approved: event('An administrator approved a bypass code.', { id: z.string(), by: z.string() }),
  vouching_begun: event('An administrator started a face check for a caller.', {
    stepUpId: z.string(),
    send: z.enum(['none', 'email', 'sms']),
    by: z.string(),
  }),
  vouched: event('The administrator read the result of a caller’s face check.', {
    stepUpId: z.string(),
    outcome: z.enum(['passed', 'refused', 'failed', 'expired']),
    by: z.string(),
  }),
  help_asked: event('A person asked the help desk for help.', {
    id: z.string(),
    stepUpId: z.string(),
    reason: z.enum(helpReasons),
  }),
  help_taken: event('An administrator took over a help request.', { id: z.string(), by: z.string() }),
  help_settled: event('A help request was closed.', { id: z.string(), settlement: z.string(), by: z.string() }),
  receipt_issued: event('A receipt was signed.', { receiptId: z.string(), stepUpId: z.string(), audience: z.string() }),
  receipt_redeemed: event('A receipt was used.', { receiptId: z.string(), stepUpId: z.string() }),
  client_token_issued: event('A client token was issued. `application` is the application whose key it is.', {
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()).readonly(),
    application: z.string().nullable(),
    by: z.string(),
  }),
  client_token_revoked: event('A client token was revoked.', {
    id: z.string(),
    application: z.string().nullable(),
    by: z.string(),
  }),
  application_registered: application.describe('An application was registered.'),
  application_changed: application.describe('An application was changed.'),
  application_removed: event('An application was removed with its keys.', {
    id: z.string(),
    name: z.string(),
    by: z.string(),
  }),
  administrator_added: event('An administrator was added.', {
    name: z.string(),
    role: z.string(),
    /** Id of the administrator's API key. Earlier versions did not record it. */
    id: z.string().optional(),
    by: z.string(),
  }),
  administrator_removed: event('An administrator was removed.', { name: z.string(), by: z.string() }),
  console_signed_in: event(
    'An administrator signed in to the console. `subject` is the id at `issuer`; both are `null` for a key. `emergency`: with a key although administrators sign in at a provider.',
    {
      by: z.string(),
      role: z.string(),
      issuer: z.string().nullable(),
      subject: z.string().nullable(),
      emergency: z.boolean(),
    },
  ),
  console_sign_in_refused: event('The provider authenticated a person without a group that has a role.', {
    by: z.string(),
    issuer: z.string(),
    subject: z.string(),
  }),
  console_signed_out: event('An administrator signed out.', { by: z.string() }),
  brand_changed: event('The brand was changed. `null` is the default look.', {
    digest: z.string().nullable(),
    former: z.string().nullable(),
    by: z.string(),
  }),
  invitation_sent: event('The mail relay accepted an invitation by e-mail, of a campaign or by an administrator.', {
    campaign: z.string().nullable(),
    stepUpId: z.string(),
    kind: z.enum(['invitation', 'reminder']),
    by: z.string().optional(),
  }),
  configuration_loaded: event(
    'The configuration was loaded, at a start or a reload. `changed` has the paths of changed settings. `by` is the administrator who reloaded it over the API.',
    {
      digest: z.string(),
      connections: z.int(),
      changed: z.array(z.string()).readonly(),
      version: z.string(),
      by: z.string().optional(),
    },
  ),
  connection_apply_begun: event('An administrator started to set up a connection at its provider.', {
    runId: z.string(),
    steps: z.array(z.string()).readonly(),
    pushSecrets: z.boolean(),
    by: z.string(),
  }),
  connection_apply_ended: event('The set-up of a connection ended. `applied` has the steps that changed something.', {
    runId: z.string(),
    state: z.enum(['done', 'stopped']),
    applied: z.array(z.string()).readonly(),
    by: z.string(),
  }),
  connection_mode_switched: event(
    'An administrator switched the mode of a connection. `file` is the mode in the configuration.',
    { mode: connectionMode, file: connectionMode, by: z.string() },
  ),
  connection_mode_settled: event('A manual switch of the mode ended, because the configuration has the same mode.', {
    mode: connectionMode,
  }),
  doctor_asked: event('An administrator checked connections.', {
    connections: z.array(z.string()).readonly(),
    by: z.string(),
  }),
  trail_verified: event('An administrator verified the audit trail. `through` is the last intact record.', {
    chain: z.string().nullable(),
    isSound: z.boolean(),
    through: z.int(),
    by: z.string(),
  }),
  key_rotated: event('An administrator rotated a key over the API.', { use: keyUse, name: z.string(), by: z.string() }),
  key_destroyed: event('An administrator destroyed a key over the API.', {
    use: keyUse,
    name: z.string(),
    by: z.string(),
  }),
  key_made: key.describe('A key was created.'),
  key_retired: key.describe('A key was retired.'),
  store_replaced: event('The state store was found empty or restored.', { heldSince: instant }),
  records_removed: event('Retention removed old records. `through` is the last removed record.', {
    through: z.int(),
    digest: z.string(),
  }),
} as const satisfies AuditDetails;

export type AuditDetails = Readonly<Record<string, z.ZodType<{ readonly [field: string]: Json | undefined }>>>;

/** Schemas of the extensions. An extension declares them here, and registers them with `addAuditDetails`. */
export interface ExtensionDetails extends Readonly<Record<never, never>> {}

const guards = new Map<string, z.ZodType>(Object.entries(auditDetails));

/** The schema of every action, also of the extensions. */
export const detailGuards: ReadonlyMap<string, z.ZodType> = guards;

export function addAuditDetails(details: AuditDetails): void {
  for (const [action, guard] of Object.entries(details)) guards.set(action, guard);
}

type AllDetails = typeof auditDetails & ExtensionDetails;

/** Actions of the core, which are read from the trail again. */
export type CoreAction = keyof typeof auditDetails;
export type AuditAction = keyof AllDetails;

/** Detail of an action. Fields that are `undefined` are not written. */
export type AuditDetail<Action extends AuditAction> =
  AllDetails[Action] extends z.ZodType<infer Detail> ? Detail : never;

/** A record of the audit log. It names users by their id at the provider, and tokens by their public id. */
export type AuditEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: {
    readonly action: Each;
    readonly connection: string;
    readonly subject: string;
    readonly detail: AuditDetail<Each>;
  };
}[Action];

export type RecordOf = {
  readonly time: string;
  readonly action: string;
  readonly detail: JsonObject;
};
