import type { LineOutcome, LoggedAction } from '../../../../src/core/ledger/line.js';
import type { FaceErrorCode } from '../../../../src/errors.js';
import type { Translated } from '../../../shared/languages.js';

type ActionWords = Readonly<Record<LoggedAction, string | Readonly<Partial<Record<LineOutcome, string>>>>>;

type CodeWords = Readonly<
  Partial<
    Record<
      | FaceErrorCode
      | 'not_enrolled'
      | 'no_check'
      | 'check_used'
      | 'other_application'
      | 'other_address'
      | 'not_asked_for'
      | 'wrong_number'
      | 'another_way',
      string
    >
  >
>;

export type LedgerWords = Translated<typeof en>;

export const en = {
  connection: 'Connection',
  any: 'Any',
  filter: 'Filter',
  show: 'Show',
  unasked: (connections: string) => `Names unavailable from: ${connections}.`,
  columns: {
    time: 'Time',
    person: 'Person',
    application: 'Application',
    result: 'Result',
    why: 'Why',
    seconds: 'Seconds',
    connection: 'Connection',
    network: 'Network',
    requestId: 'Request',
    stepUpId: 'Step-up',
  },
  outcomes: { passed: 'Passed', refused: 'Refused', let_through: 'Let through', noted: 'Info' },
  actions: {
    enrolled: 'Enrolled',
    enrolment_refused: 'Enrolment refused',
    enrolment_recovered: 'Enrolled after an interruption',
    renewed: 'Enrolment renewed',
    revoked: 'Enrolment ended',
    consent_given: 'Consented to face checks',
    consent_withdrawn: 'Withdrew consent; enrolment ended',
    data_consent_given: 'Gave an application access to data',
    data_consent_withdrawn: 'Ended an application’s access to data',
    document_signed: 'Signed a document',
    action_approved: 'Approved an action',
    action_declined: 'Declined an action',
    identities_linked: 'Linked an account at another connection',
    identities_unlinked: 'Unlinked an account at another connection',
    counter_told: 'Verified at a counter',
    credential_issued: 'Credential issued to wallet',
    credential_ended: 'Wallet credential ended',
    organisation_chosen: 'Chose an organization',
    subject_exported: 'Data exported',
    own_page_opened: 'Own page opened',
    subject_erased: 'Data erased',
    step_up_started: 'Face check or enrolment started',
    step_up_abandoned: 'Person cancelled',
    hand_off_refused: 'Phone hand-off refused',
    liveness_judged: { passed: 'Liveness passed', refused: 'Liveness failed' },
    verified: 'Face matched',
    verification_refused: 'Face check failed',
    locked_out: 'Locked out',
    lockout_cleared: 'Lockout ended',
    hook_decided: {
      passed: 'Signed in with a face check',
      refused: 'Sign-in refused',
      let_through: 'Signed in without a face check',
    },
    code_sent: 'One-time code sent',
    another_way_passed: 'Passed with a fallback',
    another_way_refused: 'Fallback refused',
    recovery_codes_made: 'Recovery codes created',
    bypass_issued: 'Bypass code issued',
    bypass_approved: 'Bypass code approved',
    vouching_begun: 'Caller asked for a face check',
    vouched: { passed: 'Caller verified', refused: 'Caller not verified' },
    help_asked: 'Asked for help',
    help_settled: 'Help request closed',
    new_place_seen: 'Passed from a new device or network',
    not_me_reported: 'Reported “This was not me”',
    invitation_sent: 'Invitation sent',
  } satisfies ActionWords,
  codes: {
    not_enrolled: 'Not enrolled.',
    no_check: 'No recent passed face check.',
    check_used: 'The face check was already used by another sign-in.',
    other_application: 'The face check was for another application.',
    other_address: 'The face check came from another address than the sign-in.',
    not_asked_for: 'On the phone, the person said they had not started this.',
    another_way: 'A fallback was used.',
    code_wrong: 'The code was wrong, used or expired.',
    contact_unverified: 'The address is not verified.',
    wrong_number: 'A wrong number was chosen on the phone.',
    face_mismatch: 'The face does not match the enrolment.',
    liveness_low: 'Possible picture or mask, or wrong movements.',
    locked_out: 'Too many failed attempts.',
    photo_invalid: 'Unreadable picture.',
    photo_too_small: 'The picture is too small.',
    photo_single: 'Only one picture.',
    photo_too_few: 'Too few pictures.',
    face_none: 'No face found.',
    face_many: 'More than one face.',
    face_too_small: 'The face was too far from the camera.',
    face_unclear: 'The face was unclear: light, angle or movement.',
    token_malformed: 'The profile attribute is not a token.',
    token_expired: 'The enrolment has expired. Enrol again.',
    token_revoked: 'The enrolment was ended. Enrol again.',
    token_key_retired: 'The key of this enrolment is retired. Enrol again.',
    enrolment_changed: 'Two enrolments at the same time.',
    consent_missing: 'No consent to face checks.',
    challenge_needed: 'No movement challenge.',
    light_needed: 'No screen light.',
    phone_needed: 'A phone camera is required.',
    challenge_wrong: 'The pictures belong to another check.',
    secret_missing: 'The PIN or the device was missing or wrong.',
    face_not_verified: 'No finished face check.',
    step_up_finished: 'The face check had ended.',
    step_up_unknown: 'The face check had ended or did not exist.',
    step_up_opened: 'The link was already opened.',
    subject_unknown: 'Not found at the identity provider.',
    profile_unavailable: 'The identity provider did not answer.',
    provider_refused: 'The identity provider refused the request.',
    state_unavailable: 'The state store did not answer.',
    key_service_unavailable: 'The key service did not answer.',
    overloaded: 'The server was busy.',
    internal: 'Something went wrong on the server.',
  } satisfies CodeWords,
  otherCode: 'Another reason.',
  hook: (name: string) => `${name} hook`,
  found: (names: string) => `Failed signals: ${names}`,
  by: (name: string) => `By ${name}`,
};
