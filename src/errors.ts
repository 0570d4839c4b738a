/**
 * The only values that loggers and replies accept, so that the compiler rejects objects that hold a face or a
 * cryptographic key.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * Category of a refusal. Adapters map it to a reply for their provider.
 * - `caller`: the caller is not authenticated, and no decision is made.
 * - `request`: the request cannot be answered.
 * - `photo`: the photo is unusable, and nothing was compared.
 * - `unverified`: the face is not verified for any reason other than the photo.
 * - `service`: the service is temporarily unavailable.
 */
export type RefusalKind = 'caller' | 'request' | 'photo' | 'unverified' | 'service';

interface Refusal<Kind extends RefusalKind> {
  readonly kind: Kind;
  readonly status: number;
  readonly text: string;
}

const ofKind =
  <Kind extends RefusalKind>(kind: Kind) =>
  (status: number, text: string): Refusal<Kind> => ({ kind, status, text });

const caller = ofKind('caller');
const request = ofKind('request');
const photo = ofKind('photo');
const unverified = ofKind('unverified');
const service = ofKind('service');

/**
 * Kind, HTTP status and public text of each code. The text depends only on the code, so it reveals nothing about an
 * enrolment. The statuses 400, 401, 404 and 502 are used as documented for the Facenition API.
 */
export const refusals = {
  request_malformed: request(
    400,
    'The request is not valid. Check the field names and their values, or the field that is named here, against /openapi.json.',
  ),
  field_unknown: request(400, 'The request has a field that this endpoint does not accept.'),
  body_too_large: request(413, 'The request body is larger than this endpoint accepts.'),
  media_type_unsupported: request(
    415,
    'The type of the body is not accepted here. Send multipart/form-data or application/json, not compressed.',
  ),
  photo_missing: photo(400, 'No photo was sent.'),
  photo_single: photo(400, 'Only one photo was sent. At least two are needed to compare them.'),
  photo_too_many: photo(400, 'More photos were sent than this endpoint accepts.'),
  accuracy_not_offered: service(
    400,
    'This accuracy level is not available: its false accept rate cannot be guaranteed with the current model.',
  ),
  photo_too_few: photo(400, 'At this accuracy an enrolment needs at least three photos.'),
  roster_malformed: request(
    400,
    'A roster must have 1 to 500 tokens, without duplicates and without tokens that were created with a password.',
  ),
  roster_too_large: request(
    400,
    'With so many tokens of this accuracy, the false positive rate cannot be guaranteed. Create the tokens at a higher accuracy.',
  ),
  csv_header_missing: request(
    400,
    'The first line of the file must contain the column names: login and, optionally, email, name and language.',
  ),
  action_malformed: request(
    400,
    'The action cannot be displayed: a type, a length, a character or an amount is not allowed.',
  ),
  not_found: request(404, 'There is nothing at this address.'),
  method_not_allowed: request(405, 'This address does not support that method.'),

  photo_invalid: photo(400, 'The file is not a readable JPEG, PNG or WebP picture.'),
  photo_too_large: photo(400, 'The picture is over 10 MB or has too many pixels for its format.'),
  photo_too_small: photo(400, 'The picture is too small to hold a face.'),
  photo_animated: photo(400, 'The picture is animated. Send a single still picture.'),
  face_none: photo(400, 'No face was found in the picture.'),
  face_many: photo(400, 'More than one face was found. Send a picture of one person.'),
  face_too_small: photo(400, 'The face is too small. Move closer or send a larger picture.'),
  face_unclear: photo(
    400,
    'The face is not seen clearly enough. Uncover it, look straight ahead, in even light, and hold still.',
  ),

  caller_untrusted: caller(401, 'The credentials are missing, wrong, expired or revoked.'),
  scope_missing: unverified(403, 'This client token does not have the scope that this endpoint needs.'),
  role_missing: unverified(403, 'The role of this administrator does not have the required right.'),
  quota_exceeded: unverified(429, 'The quota of this application is used up. Wait before trying again.'),
  name_taken: unverified(409, 'This name is already in use. Choose another.'),
  limit_reached: unverified(409, 'The maximum number is reached. Remove one that is no longer needed.'),
  brand_configured: unverified(409, 'The brand is set in the configuration of this server. Change it there.'),
  draft_changed: unverified(
    409,
    'Another administrator changed the draft meanwhile. Compare the draft, and try again.',
  ),
  draft_secret: unverified(
    409,
    'A draft states a new secret only as {"seal": "…"} in the setting of a secret, names no variable or file, and sends a kept secret to no other address. Nothing was saved.',
  ),
  draft_outdated: unverified(
    409,
    'The configuration file changed after the draft was saved. Compare the changes, and save the draft again.',
  ),
  configuration_read_only: unverified(
    409,
    'This server cannot write its configuration file. Set configurationFolder, and let it write the file and the folder.',
  ),
  campaign_state: unverified(409, 'The campaign is not in the required state. Check its state, then try again.'),
  run_under_way: unverified(409, 'A run is already in progress. Check its progress, and try again after it has ended.'),
  nobody_can_pass: unverified(
    409,
    'No user is enrolled, so all users would be denied. Enrol users first, or confirm that you are sure.',
  ),
  request_state: unverified(409, 'This is not possible in the current state of the request.'),
  terms_outdated: unverified(409, 'The terms have a newer version. Read it and agree to it.'),
  code_wrong: unverified(401, 'The one-time codes are wrong, used or expired.'),
  contact_unverified: unverified(403, 'This e-mail address and phone number have not been verified.'),

  contact_missing: unverified(409, 'The identity provider has no suitable address of this person.'),
  request_taken: unverified(409, 'Another administrator has taken over this request.'),
  approver_same: unverified(403, 'Another administrator has to approve this.'),

  token_malformed: unverified(400, 'The text sent as the token is not a facestep token.'),
  token_expired: unverified(400, 'The token has expired. Enroll again.'),
  token_revoked: unverified(400, 'The token has been revoked. Enroll again.'),
  token_key_retired: unverified(400, 'The key that sealed this token has been retired. Enroll again.'),
  enrolment_changed: unverified(
    409,
    'Another enrolment of this user was created at the same time. Check it, then enrol again if needed.',
  ),
  company_photo_missing: unverified(
    409,
    'The organization has no photo of this person, which this connection requires for an enrolment.',
  ),
  company_photo_unavailable: service(502, 'The server with the photos of the organization does not answer.'),
  company_photo_invalid: unverified(409, 'The photo of this person at the organization is not a usable picture.'),
  company_photo_faceless: unverified(409, 'No face was found in the photo of this person at the organization.'),
  company_photo_crowded: unverified(409, 'The photo of this person at the organization shows several faces.'),
  company_photo_small: unverified(409, 'The face in the photo of this person at the organization is too small.'),
  company_photo_old: unverified(409, 'The photo of this person at the organization is older than the policy allows.'),
  company_photo_recent: unverified(
    409,
    'The photo of this person at the organization was changed too recently for the policy.',
  ),
  company_photo_unlike: unverified(
    403,
    'The face could not be confirmed with the photo of this person at the organization.',
  ),
  enrolment_exists: unverified(
    409,
    'This person has enrolled already. A link alone does not replace a face: show the previous face, or ask the help desk.',
  ),
  consent_missing: unverified(400, 'Enrolment needs the consent of the person. Send its time and its text.'),

  face_mismatch: unverified(403, 'The face could not be confirmed.'),
  liveness_low: unverified(400, 'The picture does not pass the liveness check.'),
  locked_out: unverified(429, 'Too many attempts. Wait before trying again.'),
  step_up_unknown: unverified(404, 'There is no such step-up.'),
  step_up_finished: unverified(409, 'This step-up has ended. Start a new one.'),
  step_up_opened: unverified(409, 'This link has been opened already, here or in another browser. Ask for a new one.'),
  photo_replayed: unverified(409, 'This photo, or a copy of it, was used before for this person. Take a new photo.'),
  challenge_needed: unverified(403, 'This connection asks for a movement challenge. Open the capture page.'),
  liveness_vendor_needed: unverified(
    403,
    'This connection requires the liveness check of its vendor. Load the capture page again.',
  ),
  liveness_unfinished: unverified(409, 'The vendor has no result of this liveness check yet. Finish it first.'),
  liveness_expired: unverified(409, 'The liveness check of the vendor took too long. Start it again.'),
  liveness_unavailable: service(502, 'The liveness service of the vendor does not answer.'),
  liveness_throttled: service(503, 'The liveness service of the vendor is busy, or its daily limit is reached.'),
  liveness_refused: service(
    502,
    'The liveness service of the vendor refused this server. Check its region, role and permissions.',
  ),
  light_needed: unverified(403, 'This connection requires the light of the screen in addition to the movements.'),
  phone_needed: unverified(403, 'This check requires the camera of a phone. Continue on a phone.'),
  action_unseen: unverified(
    403,
    'This check approves an action, which the page has to show first. Load the page again.',
  ),
  challenge_wrong: unverified(400, 'The frames do not belong to this challenge. Ask for a new one.'),
  secret_missing: unverified(400, 'This check also needs the PIN or the device chosen at enrolment.'),
  secret_weak: unverified(400, 'This PIN is too easy to guess. Choose another one of 6 to 12 digits.'),
  face_not_verified: unverified(403, 'A finished face check is needed first.'),
  receipt_invalid: unverified(400, 'The receipt is not valid: wrong, expired, used, or for another person.'),
  document_changed: unverified(400, 'The document is not the one that was approved.'),
  event_out_of_time: request(400, 'The time of the event is too old or in the future. Check the clocks.'),
  hook_probed: request(400, 'The call was a test: the caller authenticated and requested nothing.'),

  connection_unknown: request(404, 'There is no such connection.'),
  overloaded: service(503, 'Too many requests are waiting. Try again shortly.'),
  upstream_unavailable: service(502, 'The face service behind this server does not answer.'),
  upstream_malformed: service(502, 'The face service behind this server sent an invalid reply.'),
  profile_unavailable: service(502, 'The identity provider does not answer.'),
  enrolment_lost: service(
    502,
    'The identity provider does not return the enrolment of this person, which has not ended here. Ask the help desk.',
  ),
  provider_refused: service(
    502,
    'The identity provider refused this request. Check the credentials of the connection and their permissions.',
  ),
  recovery_too_soon: unverified(
    403,
    'The face, the mailbox or the phone of this account changed in the last days. Ask the help desk.',
  ),
  recovery_privileged: unverified(403, 'This account cannot be recovered here. Ask an administrator in person.'),
  recovery_manager_missing: unverified(
    409,
    'No manager may approve this: the directory names none with a mailbox, or the manager is new.',
  ),
  recovery_number_wrong: unverified(403, 'This is not the number on the page of the person.'),
  recovery_not_waiting: unverified(409, 'This recovery does not wait for your approval.'),
  recovery_running: unverified(409, 'Another recovery of this account is being finished. Try again in ten minutes.'),
  credential_refused: unverified(
    409,
    'The identity provider does not allow this credential for this person. Nothing was changed.',
  ),
  subject_unknown: unverified(404, 'The identity provider has no such user.'),
  delivery_failed: service(502, 'The code could not be delivered.'),
  state_unavailable: service(503, 'The state store does not respond.'),
  data_newer: service(
    500,
    'A newer version of facestep wrote this data. Run that version, or restore the previous copy: docs/install.md.',
  ),
  release_differs: service(500, 'A server of another release uses this state store. Releases cannot run together.'),
  key_service_unavailable: service(503, 'The key service does not answer.'),
  config_invalid: service(500, 'The configuration is not valid.'),
  model_missing: service(
    500,
    'A model file is missing. Run: facestep models fetch, or without a network: facestep models import.',
  ),
  model_altered: service(
    500,
    'A model file differs from the published or imported file. Restore it: docs/reference/errors.md.',
  ),
  runtime_unavailable: service(
    500,
    'The model runtime does not load on this platform. Install the package for this platform: docs/install.md.',
  ),
  parameters_altered: service(
    500,
    'A file of accuracy parameters differs from the published or measured file. Restore it: docs/reference/errors.md.',
  ),
  internal: service(500, 'Something went wrong on this server.'),
};

/** Codes must never be renamed or reused. */
export type FaceErrorCode = keyof typeof refusals;

export const faceErrorCodes = Object.keys(refusals).filter((name): name is FaceErrorCode => name in refusals);

export type PhotoCode = {
  [Code in FaceErrorCode]: (typeof refusals)[Code]['kind'] extends 'photo' ? Code : never;
}[FaceErrorCode];
export const photoCodes = faceErrorCodes.filter((code): code is PhotoCode => refusals[code].kind === 'photo');

export const isOneOf = <Code extends FaceErrorCode>(codes: readonly Code[], code: FaceErrorCode): code is Code =>
  codes.some((each) => each === code);

/** Error with a public code. `message` is the code's public text; `detail` and `cause` are only for the log. */
export class FaceError extends Error {
  override readonly name = 'FaceError';
  constructor(
    readonly code: FaceErrorCode,
    readonly detail: Json = null,
    options?: ErrorOptions,
  ) {
    super(refusals[code].text, options);
  }
}

export function toCode(error: unknown): FaceErrorCode {
  return error instanceof FaceError ? error.code : 'internal';
}

/** Returns `null` if the error says that the provider has no such user. @throws any other error */
export function nullIfUnknown(error: unknown): null {
  if (toCode(error) === 'subject_unknown') return null;
  throw error;
}

/** Returns true for a server error. A full queue does not count, because it would flood the log. */
export const isFault = (code: FaceErrorCode): boolean => refusals[code].status >= 500 && code !== 'overloaded';
