import { z } from 'zod';
import {
  type AuditDetails,
  absent,
  errorCode,
  event,
  type FeatureEvents,
  instant,
  type LogFields,
  type PersonChange,
} from '../core/audit-events.js';
import { type EnrolmentProof, enrolmentDocumentGuard, enrolmentProofs } from '../core/enrolment-proof.js';
import { hints } from '../core/hints.js';
import { fromIso } from '../core/units.js';

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
  /** What the enrolment rests on. Absent for a renewal. */
  proof: z.enum(enrolmentProofs).optional(),
  document: enrolmentDocumentGuard.optional(),
});

/** Creation of a token for an API client that stores it. No token is known that it replaces. */
const tokenMade = tokenChange.extend({
  kind: absent,
  formerExpiresAt: absent,
  proof: absent,
  document: absent,
  /** The accuracy asks for more photos, and the client token is compatible with an API that does not. */
  weak: z.literal(true).optional(),
});

/**
 * `tokenId` is `null` if the profile had no token. `by` is the administrator who ended the enrolment. `reported`: the
 * person ended it with “This was not me”.
 */
const enrolmentEnded = z.object({
  tokenId: z.string().nullable(),
  by: z.string().optional(),
  reported: z.literal(true).optional(),
});

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const enrolmentDetails = {
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
  company_photo_compared: event(
    'A face was compared with the organization’s photo before an enrolment, or a digital document was presented that is refused. `code` says why it was not confirmed; `refused`: the enrolment or recovery was refused for it. `document` and `reason` are about a digital document.',
    {
      stepUpId: z.string().nullable(),
      code: errorCode.nullable(),
      refused: z.boolean(),
      reason: z.enum(hints).optional(),
      document: enrolmentDocumentGuard.optional(),
    },
  ),
  enrolment_recovered: tokenChange.describe('After a crash, the token was found in the profile.'),
  renewed: tokenChange.describe('A check sealed the face again under a newer key.'),
  revoked: z
    .union([
      z.object({ tokenId: z.string(), expiresAt: instant.nullable(), client: z.string(), by: absent }),
      enrolmentEnded.extend({ expiresAt: absent, client: absent }),
    ])
    .describe('An enrolment ended, or a client revoked a token.'),
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
  recovery_codes_made: event('Recovery codes were created.', { stepUpId: z.string(), codes: z.int() }),
  subject_exported: event('Data of a person was exported, by the administrator in `by` or by the person.', {
    by: z.string().optional(),
  }),
  subject_erased: event('Data of a person was erased.', {
    receiptId: z.string(),
    tokenId: z.string().nullable(),
    by: z.string(),
  }),
  own_page_opened: event('A person opened their own page by a face check or a sign-in.', {
    stepUpId: z.string(),
    how: z.enum(['face', 'sign_in']),
  }),
  invitation_sent: event(
    'The mail relay accepted an invitation by e-mail: of a campaign, by an administrator, or requested by the person during a check (without `campaign` and `by`).',
    {
      campaign: z.string().nullable(),
      stepUpId: z.string(),
      kind: z.enum(['invitation', 'reminder']),
      by: z.string().optional(),
    },
  ),
} as const satisfies AuditDetails;

type EnrolmentDetails = typeof enrolmentDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends EnrolmentDetails {}
}

const toEnrolled = ({
  expiresAt = null,
  proof = null,
  keyVersion,
}: {
  readonly expiresAt?: string | null | undefined;
  readonly proof?: EnrolmentProof | null | undefined;
  readonly keyVersion: number | null;
}): LogFields => ({
  outcome: 'noted',
  changes: [{ kind: 'enrolled', expiresAt: expiresAt === null ? null : fromIso(expiresAt), proof, keyVersion }],
});

const ended: readonly PersonChange[] = [{ kind: 'ended' }, { kind: 'lockout', until: null }];

export const enrolmentEvents = {
  details: enrolmentDetails,
  relaxed: ['enrolment_refused', 'consent_relied_on', 'own_page_opened', 'invitation_sent'],
  log: {
    enrolled: toEnrolled,
    enrolment_refused: ({ code }) => ({ outcome: 'refused', code }),
    company_photo_compared: ({ stepUpId, code, refused, reason }) => ({
      outcome: refused ? 'refused' : 'noted',
      stepUpId,
      code,
      reasons: reason === undefined ? [] : [reason],
    }),
    enrolment_recovered: toEnrolled,
    renewed: ({ keyVersion }) => ({ outcome: 'noted', changes: [{ kind: 'resealed', keyVersion }] }),
    revoked: ({ by = null }) => ({ outcome: 'noted', by, changes: ended }),
    consent_given: (detail) => ({ outcome: 'noted', stepUpId: 'stepUpId' in detail ? detail.stepUpId : null }),
    consent_withdrawn: ({ by = null }) => ({ outcome: 'noted', by, changes: ended }),
    recovery_codes_made: ({ stepUpId }) => ({ outcome: 'noted', stepUpId }),
    subject_exported: ({ by = null }) => ({ outcome: 'noted', by }),
    subject_erased: ({ by }) => ({ outcome: 'noted', by, changes: [{ kind: 'erased' }] }),
    own_page_opened: ({ stepUpId }) => ({ outcome: 'noted', stepUpId }),
    invitation_sent: ({ stepUpId, by = null }) => ({ outcome: 'noted', stepUpId, by }),
  },
  results: ['enrolled', 'enrolment_recovered', 'enrolment_refused'],
} as const satisfies FeatureEvents;
