import type { Json } from './json.js';

/**
 * Every way facestep refuses, and the only text a caller ever reads about it. The text depends on the code alone: it
 * helps whoever sent the request and says nothing of the stored enrolment. Documented for callers in `docs/errors.md`.
 */
export const publicText = {
  // The request
  request_malformed: 'The request is not understood. Check the field names and their values against /openapi.json.',
  field_unknown: 'The request holds a field this endpoint does not take.',
  body_too_large: 'The request body is larger than this endpoint takes.',
  photo_missing: 'No photo was sent.',
  photo_too_many: 'More photos were sent than this endpoint takes.',
  accuracy_not_offered: 'Tokens of this accuracy are not made here: it would let in more strangers than it promises.',
  photo_too_few: 'At this accuracy an enrolment needs at least three photos.',
  not_found: 'There is nothing at this address.',
  method_not_allowed: 'This address does not take that method.',

  // The picture
  photo_invalid: 'The file is not a readable JPEG, PNG or WebP picture.',
  photo_too_large: 'The picture is over 10 MB or over 40 megapixels.',
  photo_too_small: 'The picture is too small to hold a face.',
  photo_animated: 'The picture is animated. Send a single still picture.',
  face_none: 'No face was found in the picture.',
  face_many: 'More than one face was found. Send a picture of one person.',
  face_too_small: 'The face is too small. Move closer or send a larger picture.',
  face_unclear: 'The face is not seen clearly enough to enrol. Look straight ahead, in even light, and hold still.',

  // The caller
  caller_untrusted: 'The credentials are missing, wrong, expired or revoked.',
  scope_missing: 'This client token does not hold the scope this endpoint needs.',
  role_missing: 'This administrator’s role does not hold the right this needs.',
  quota_exceeded: 'The quota of this application is used up. Wait before trying again.',
  name_taken: 'This name is taken. Choose another.',
  limit_reached: 'This server keeps no more of these. Remove one that is no longer needed.',
  code_wrong: 'The one-time codes are wrong, used or expired.',
  contact_unverified: 'This e-mail address and phone number have not been verified.',

  // The enrolment token
  token_malformed: 'The text sent as the token is not a facestep token.',
  token_expired: 'The token has expired. Enrol again.',
  token_revoked: 'The token has been revoked. Enrol again.',
  token_key_retired: 'The key that sealed this token has been retired. Enrol again.',
  enrolment_changed:
    'Another enrolment of this user was made at the same time. Look at it, then enrol again if needed.',
  consent_missing: 'Enrolment needs the consent of the person: say when it was given and to which text.',

  // The check
  face_mismatch: 'The face could not be confirmed.',
  liveness_low: 'The picture does not pass the liveness check.',
  locked_out: 'Too many attempts. Wait before trying again.',
  step_up_unknown: 'There is no such step-up.',
  step_up_finished: 'This step-up is over. Start a new one.',
  step_up_opened: 'This link has been opened already, here or in another browser. Ask for a new one.',
  challenge_needed: 'This connection asks for a movement challenge. Open the capture page.',
  challenge_wrong: 'The frames do not belong to this challenge. Ask for a new one.',
  secret_missing: 'This check also needs the PIN or the device chosen at enrolment.',
  secret_weak: 'This PIN is too easy to guess. Choose another one of 6 to 12 digits.',
  face_not_verified: 'A finished face check is needed first.',
  receipt_invalid: 'The receipt is not valid: wrong, expired, used, or for somebody else.',
  event_out_of_time: 'The event is too old or from the future. Check the clocks.',

  // This service and the ones behind it
  connection_unknown: 'There is no such connection.',
  overloaded: 'Too many requests are waiting. Try again shortly.',
  upstream_unavailable: 'The face service behind this server does not answer.',
  upstream_malformed: 'The face service behind this server gave an answer that is not understood.',
  profile_unavailable: 'The identity provider does not answer.',
  provider_refused: 'The identity provider refused this request. Check what the credentials may do.',
  subject_unknown: 'The identity provider has no such user.',
  delivery_failed: 'The code could not be delivered.',
  state_unavailable: 'The state store does not answer.',
  key_service_unavailable: 'The key service does not answer.',
  backup_invalid: 'The backup is not complete, was altered, or is of another version.',
  sealed_file_invalid: 'The file was not sealed by facestep, was altered, or is sealed under another token.',
  config_invalid: 'The configuration is not valid.',
  model_missing: 'A model file is missing. Run: npm run setup',
  model_altered: 'A model file is not the one that was published, or imported. Put that back: docs/errors.md.',
  model_unfit: 'This file cannot be used as a recognition model.',
  parameters_altered:
    'A file of accuracy parameters is not the one that was published, or measured. Put that back: docs/errors.md.',
  internal: 'Something went wrong on this server.',
} as const;

/** The stable name of a refusal. Codes are never renamed or reused. */
export type FaceErrorCode = keyof typeof publicText;

/** All codes, for total maps and for the suites that walk them. */
export const faceErrorCodes = Object.keys(publicText).filter((name): name is FaceErrorCode => name in publicText);

/** What can be wrong with the photos of a request: nothing was compared. */
export const photoCodes = [
  'photo_missing',
  'photo_too_many',
  'photo_too_few',
  'photo_invalid',
  'photo_too_large',
  'photo_too_small',
  'photo_animated',
  'face_none',
  'face_many',
  'face_too_small',
  'face_unclear',
] as const satisfies readonly FaceErrorCode[];
export type PhotoCode = (typeof photoCodes)[number];

/** Whether a code is one of a few. */
export const isOneOf = <Code extends FaceErrorCode>(codes: readonly Code[], code: FaceErrorCode): code is Code =>
  codes.some((each) => each === code);

/**
 * The one error type. `message` is the public text of `code`; `detail` and `cause` are for the log and never leave the
 * server.
 */
export class FaceError extends Error {
  override readonly name = 'FaceError';
  constructor(
    readonly code: FaceErrorCode,
    readonly detail: Json = null,
    options?: ErrorOptions,
  ) {
    super(publicText[code], options);
  }
}

/** The code of any thrown thing: `internal` for everything that is not a `FaceError`. */
export function toCode(error: unknown): FaceErrorCode {
  return error instanceof FaceError ? error.code : 'internal';
}
