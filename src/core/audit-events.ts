import { z } from 'zod';
import type { Json, JsonObject } from '../base/json.js';
import { faceErrorCodes } from '../errors.js';
import { deviceSignals } from './step-up/device-signals.js';
import { anotherWays, helpReasons, noticeKinds } from './step-up/page-protocol.js';

/*
 * What stands in `detail` of an audit record, by its action. Fields are listed in the order they are written in, as records
 * are hashed. Whoever appends and whoever reads is held to this by the compiler: a field has its name here and nowhere else.
 * What earlier versions left out stands in `src/audit/past-details.ts`.
 */

/** What became of the sessions at the provider, which not every one is asked to end. */
export const endedSessions = ['ended', 'failed', 'not_offered'] as const;
export type EndedSessions = (typeof endedSessions)[number];

/** Why a credential that somebody carries ended before its time. */
export const credentialEnds = ['enrolment_ended', 'consent_withdrawn', 'replaced'] as const;
export type CredentialEnd = (typeof credentialEnds)[number];

/** RFC 3339, in UTC. */
const instant = z.iso.datetime();

/** Of `FaceError`. Codes that earlier versions wrote may be gone. */
const errorCode = z.string();

/** Keeps the shapes of one action apart: a field of another one is none here. */
const absent = z.never().optional();

/** A token on its way into a profile, and the one it takes the place of. */
const tokenChange = z.object({
  tokenId: z.string(),
  /** `null` where the verifier keeps its keys elsewhere. */
  keyVersion: z.int().nullable(),
  /** How many it was made from. */
  photos: z.int(),
  kind: z.enum(['enrolment', 'renewal']),
  /** `null`: never. */
  expiresAt: instant.nullable(),
  /** Public id of the token that stood there; `null`: none. */
  former: z.string().nullable(),
  formerExpiresAt: instant.nullable(),
});

/** A token of a client that keeps it itself: it takes no other's place. */
const tokenMade = tokenChange.extend({ kind: absent, formerExpiresAt: absent });

/** `tokenId` is `null` where there was no token; `by` is the administrator who asked for it, if one did. */
const enrolmentEnded = z.object({ tokenId: z.string().nullable(), by: z.string().optional() });

/** The host that people know the application by that asked for a check, where there is one. Earlier versions did not tell. */
const asker = { application: z.string().optional() };

const stepUpNamed = z.object({ stepUpId: z.string() });
const stepUpEnded = stepUpNamed.extend(asker);

/** `title`: its beginning alone, as `toNoted` cuts it. Versions before this field left it out. */
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
    /** Seconds since 1970. */
    at: z.int(),
    stepUpId: z.string(),
    liveness: z.number().nullable(),
  }),
  z.object({
    hook: z.string(),
    /** A code in place of a face, as the policy lets it count. */
    outcome: z.literal('another_way'),
    at: z.int(),
    stepUpId: z.string(),
  }),
  z.object({
    hook: z.string(),
    outcome: z.literal('unverified'),
    fallback: z.enum(['deny', 'omit_claim', 'pass']),
    /** In shadow mode alone. */
    wouldHave: z.enum(['deny', 'omit_claim']).optional(),
    /** Why there was no verified face. Earlier versions did not tell. */
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

/** The guard of each action's detail, as it is written today. */
export const auditDetails = {
  enrolment_begun: tokenChange,
  enrolled: z.union([tokenChange, tokenMade]),
  /** The photos were refused; or the token is not in the profile, which `recovered` says was found out by another process. */
  enrolment_refused: z.union([
    tokenChange.extend({ code: errorCode, recovered: z.boolean() }),
    z.object({ code: errorCode, tokenId: absent }),
  ]),
  enrolment_recovered: tokenChange,
  renewed: tokenChange,
  verified: z.object({ tokenId: z.string().nullable(), ...asker }),
  verification_refused: z.union([
    z.object({ tokenId: z.string().nullable(), ...asker }),
    z.object({ code: errorCode, ...asker }),
  ]),
  /** A face held against many tokens of a client; `tokenId` is whom it found, `code` why nothing was looked for. */
  roster_searched: z.object({
    tokens: z.int(),
    outcome: z.enum(['identified', 'nobody', 'ambiguous', 'refused']),
    tokenId: z.string().nullable(),
    code: errorCode.nullable(),
  }),
  /** Failed checks of somebody who had passed the first factor, or sign-ins without one; which lockout in a row it is, from 1, and its end. */
  locked_out: z.object({
    level: z.int(),
    until: instant,
    /** Of events of that hook without a pass, at one application and from one address; absent: of failed checks. */
    hook: z.string().optional(),
  }),
  /** By a client that keeps the token, or as an enrolment ended. */
  revoked: z.union([
    z.object({ tokenId: z.string(), expiresAt: instant.nullable(), client: z.string() }),
    enrolmentEnded.extend({ expiresAt: absent, client: absent }),
  ]),
  step_up_started: z.object({
    stepUpId: z.string(),
    purpose: z.string(),
    by: z.string().optional(),
    ...asker,
    /** Of what the person is asked to approve, where it is anything: its words stand nowhere here. */
    actionDigest: z.string().optional(),
  }),
  /** A document was signed upon an approval: its digest, and that of the action that named it. */
  document_signed: z.object({
    stepUpId: z.string(),
    actionDigest: z.string(),
    document: z.string(),
    title: z.string().optional(),
  }),
  /** By a face check, in the words that its digest is of. */
  action_approved: actionNamed,
  /** The person was asked to approve it, and would not go on. */
  action_declined: actionNamed,
  /** On the capture page, or to a client. */
  consent_given: z.union([
    z.object({ stepUpId: z.string(), statement: z.string(), purpose: z.string() }),
    z.object({ statement: z.string(), givenAt: instant, client: z.string() }),
  ]),
  consent_relied_on: z.object({ stepUpId: z.string(), statement: z.string(), givenAt: instant }),
  consent_withdrawn: enrolmentEnded,
  /** Which the person does not want, whether by e-mail where a device takes them, and how many devices they are pushed to. */
  notices_chosen: z.object({ off: z.array(z.enum(noticeKinds)), email: z.boolean(), devices: z.int() }),
  /** A client may be told claims of the person, by name; `registration` is the digest of what it said that it wants them for. */
  data_consent_given: z.object({
    client: z.string(),
    claims: z.array(z.string()).readonly(),
    registration: z.string(),
    expiresAt: instant,
  }),
  /** `by` is the administrator who ended it, if one did. */
  data_consent_withdrawn: z.object({
    client: z.string(),
    claims: z.array(z.string()).readonly(),
    by: z.string().optional(),
  }),
  /** An account at `other`, another connection, is the same person's: a face check of each passed in one browser. */
  identities_linked: z.object({ other: z.string(), expiresAt: instant }),
  /** `by` is the administrator who ended it, if one did. */
  identities_unlinked: z.object({ other: z.string(), by: z.string().optional() }),
  /** A counter was told that this person stood there, and what they had agreed to. */
  counter_told: z.object({ client: z.string() }),
  /** Goes to the person's wallet: claims by name, and the enrolment it ends with. */
  credential_issued: z.object({
    credential: z.string(),
    credentialId: z.string(),
    claims: z.array(z.string()).readonly(),
    tokenId: z.string(),
    expiresAt: instant,
  }),
  /** Before its time. `by` is the administrator who ended it, if one did. */
  credential_ended: z.object({
    credential: z.string(),
    credentialId: z.string(),
    why: z.enum(credentialEnds),
    by: z.string().optional(),
  }),
  /** Before a client, by a face check; the roles are those of that moment. */
  organisation_chosen: z.object({
    client: z.string(),
    organisation: z.string(),
    roles: z.array(z.string()).readonly(),
    stepUpId: z.string(),
  }),
  /** Somebody who was told of it says that it was not they. */
  not_me_reported: z.object({ sessions: z.enum(endedSessions) }),
  /** What of where a check came from was never seen of that person. */
  new_place_seen: z.object({ stepUpId: z.string(), device: z.boolean(), network: z.boolean() }),
  /** `by` is the administrator who asked for it; absent: the person. */
  subject_exported: z.object({ by: z.string().optional() }),
  /** Somebody came to their own page by a face check, or by the identity provider's sign-in. */
  own_page_opened: z.object({ stepUpId: z.string(), how: z.enum(['face', 'sign_in']) }),
  /** The person had it forgotten where their checks came from. */
  known_places_forgotten: z.object({}),
  subject_erased: z.object({ receiptId: z.string(), tokenId: z.string().nullable(), by: z.string() }),
  lockout_cleared: z.object({ by: z.string(), source: z.string().nullable() }),
  liveness_judged: z.object({
    stepUpId: z.string(),
    judge: z.string(),
    pass: z.boolean(),
    reasons: z.array(z.string()).readonly(),
    asked: z.array(z.string()).readonly(),
    signals: z.array(measurement.readonly()).readonly(),
    /** What the page said of the camera, where it said anything: its word. */
    device: z.optional(deviceSignals),
  }),
  handed_off: stepUpNamed,
  hand_off_refused: z.object({ stepUpId: z.string(), chosen: z.enum(['none', 'another']), ...asker }),
  step_up_abandoned: stepUpEnded,
  hook_decided: hookDecided,
  /** A one-time code was sent, in place of a face. */
  code_sent: z.object({ stepUpId: z.string(), channel: z.enum(['email', 'sms']) }),
  /** No face was checked. `by` made the bypass code, and `approvedBy` approved it. */
  another_way_passed: z.object({
    stepUpId: z.string(),
    way: z.enum(anotherWays),
    by: z.string().optional(),
    approvedBy: z.string().optional(),
    ...asker,
  }),
  another_way_refused: z.object({ stepUpId: z.string(), way: z.enum(anotherWays), code: errorCode, ...asker }),
  recovery_codes_made: z.object({ stepUpId: z.string(), codes: z.int() }),
  bypass_issued: z.object({
    id: z.string(),
    minutes: z.int(),
    application: z.string().nullable(),
    approvals: z.int(),
    by: z.string(),
  }),
  bypass_approved: z.object({ id: z.string(), by: z.string() }),
  vouching_begun: z.object({ stepUpId: z.string(), send: z.enum(['none', 'email', 'sms']), by: z.string() }),
  /** Written once the administrator has read how it ended. */
  vouched: z.object({
    stepUpId: z.string(),
    outcome: z.enum(['passed', 'refused', 'failed', 'expired']),
    by: z.string(),
  }),
  help_asked: z.object({ id: z.string(), stepUpId: z.string(), reason: z.enum(helpReasons) }),
  help_taken: z.object({ id: z.string(), by: z.string() }),
  help_settled: z.object({ id: z.string(), settlement: z.string(), by: z.string() }),
  receipt_issued: z.object({ receiptId: z.string(), stepUpId: z.string(), audience: z.string() }),
  receipt_redeemed: z.object({ receiptId: z.string(), stepUpId: z.string() }),
  client_token_issued: z.object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()).readonly(),
    /** Whose key it is; `null`: of none. */
    application: z.string().nullable(),
    by: z.string(),
  }),
  client_token_revoked: z.object({ id: z.string(), application: z.string().nullable(), by: z.string() }),
  application_registered: application,
  application_changed: application,
  application_removed: z.object({ id: z.string(), name: z.string(), by: z.string() }),
  /** `application` is the one that is to be changed; `null`: it asks for a new one. `developer` stays when their login changes. */
  application_requested: z.object({
    id: z.string(),
    developer: z.string(),
    application: z.string().nullable(),
    name: z.string(),
    scopes: z.array(z.string()).readonly(),
    perMinute: z.number(),
    perDay: z.number(),
    wanted: z.string().nullable(),
    redirectUris: z.array(z.string()).readonly(),
    termsVersion: z.int(),
    by: z.string(),
  }),
  application_request_answered: z.object({
    id: z.string(),
    developer: z.string(),
    answer: z.enum(['approved', 'asked_back', 'refused']),
    /** Of an approved one. */
    application: z.string().nullable(),
    by: z.string(),
  }),
  application_request_withdrawn: z.object({ id: z.string(), developer: z.string(), by: z.string() }),
  application_key_handed_over: z.object({
    id: z.string(),
    developer: z.string(),
    application: z.string(),
    by: z.string(),
  }),
  application_owner_added: z.object({ id: z.string(), developer: z.string(), by: z.string() }),
  application_owner_removed: z.object({ id: z.string(), developer: z.string(), by: z.string() }),
  application_terms_changed: z.object({ version: z.int(), digest: z.string(), by: z.string() }),
  administrator_added: z.object({
    name: z.string(),
    role: z.string(),
    /** Of the key. Earlier versions did not tell. */
    id: z.string().optional(),
    by: z.string(),
  }),
  administrator_removed: z.object({ name: z.string(), by: z.string() }),
  /** `subject` is the id at the provider whose name is in `issuer`; both are `null` where a key was used. */
  console_signed_in: z.object({
    by: z.string(),
    role: z.string(),
    issuer: z.string().nullable(),
    subject: z.string().nullable(),
    /** A key was used though administrators sign in at a provider. */
    emergency: z.boolean(),
  }),
  /** The provider vouched for somebody who is in none of the groups. */
  console_sign_in_refused: z.object({ by: z.string(), issuer: z.string(), subject: z.string() }),
  console_signed_out: z.object({ by: z.string() }),
  /** Digests of what people are shown; `null`: the page's own look. */
  brand_changed: z.object({ digest: z.string().nullable(), former: z.string().nullable(), by: z.string() }),
  campaign_planned: z.object({ campaign: z.string(), source: z.enum(['group', 'csv']), by: z.string() }),
  /** `people` counts those who are to be written to. */
  campaign_started: z.object({ campaign: z.string(), people: z.int(), by: z.string() }),
  campaign_stopped: z.object({ campaign: z.string(), by: z.string() }),
  /** `again` names the states of those who are written to once more. */
  campaign_resumed: z.object({ campaign: z.string(), again: z.array(z.string()).readonly(), by: z.string() }),
  campaign_reminded: z.object({ campaign: z.string(), by: z.string() }),
  /** What a letter (`invitation.de`) says, by digests of the administrator's own words; `null`: the built-in ones. */
  campaign_worded: z.object({
    campaign: z.string(),
    letter: z.string(),
    digest: z.string().nullable(),
    former: z.string().nullable(),
    by: z.string(),
  }),
  /** An administrator said that letters to so many `people` came back. */
  campaign_bounces_noted: z.object({ campaign: z.string(), people: z.int(), by: z.string() }),
  invitation_sent: z.object({
    campaign: z.string(),
    stepUpId: z.string(),
    kind: z.enum(['invitation', 'reminder']),
  }),
  /** `connections` counts them; `changed` holds paths of settings. */
  configuration_loaded: z.object({
    digest: z.string(),
    connections: z.int(),
    changed: z.array(z.string()).readonly(),
    /** Of the program. */
    version: z.string(),
    /** The administrator who had it loaded; absent: it was a start, or a signal of the system. */
    by: z.string().optional(),
  }),
  /** Set-up of a connection at its provider: `steps` by id. */
  connection_apply_begun: z.object({
    runId: z.string(),
    steps: z.array(z.string()).readonly(),
    pushSecrets: z.boolean(),
    by: z.string(),
  }),
  /** `applied`: the steps that changed something. */
  connection_apply_ended: z.object({
    runId: z.string(),
    state: z.enum(['done', 'stopped']),
    applied: z.array(z.string()).readonly(),
    by: z.string(),
  }),
  /** By hand, whatever the configuration file says: that is `file`. */
  connection_mode_switched: z.object({ mode: connectionMode, file: connectionMode, by: z.string() }),
  /** The configuration file says the same as what was switched by hand: that ends. */
  connection_mode_settled: z.object({ mode: connectionMode }),
  doctor_asked: z.object({ connections: z.array(z.string()).readonly(), by: z.string() }),
  /** `through` is the number of the last record that is sound. */
  trail_verified: z.object({ chain: z.string().nullable(), isSound: z.boolean(), through: z.int(), by: z.string() }),
  /** An administrator had it made, or destroyed: beside `key_made` and `key_retired`, which the keys themselves bring about. */
  key_rotated: z.object({ use: keyUse, name: z.string(), by: z.string() }),
  key_destroyed: z.object({ use: keyUse, name: z.string(), by: z.string() }),
  key_made: key,
  key_retired: key,
  store_replaced: z.object({ heldSince: instant }),
  /** The number of the last record that goes, and the digest of the last line. */
  records_removed: z.object({ through: z.int(), digest: z.string() }),
} as const satisfies Record<string, z.ZodType<{ readonly [field: string]: Json | undefined }>>;

/** What an audit record can be about. */
export type AuditAction = keyof typeof auditDetails;

/** What is told of an action. A field that is `undefined` is not written. */
export type AuditDetail<Action extends AuditAction> = z.output<(typeof auditDetails)[Action]>;

/**
 * What is appended to the audit trail as one line: one member for each action. It names subjects by their id at the provider
 * and tokens by their public id.
 */
export type AuditEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: {
    readonly action: Each;
    /** Empty where it is about none, as is `subject`. */
    readonly connection: string;
    readonly subject: string;
    readonly detail: AuditDetail<Each>;
  };
}[Action];

/** A record of the audit trail about a user, as they may see it. */
export type RecordOf = {
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly action: string;
  readonly detail: JsonObject;
};
