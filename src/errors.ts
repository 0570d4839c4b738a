import type { Json } from './base/json.js';

/**
 * What a refusal means to an identity provider that asked: all that its adapter maps.
 *
 * - `caller`: whoever asks is not who it must be. Nothing is decided for them.
 * - `request`: the call is not one that can be answered.
 * - `photo`: the photos of a request are of no use. Nothing was compared.
 * - `unverified`: anything else that leaves nobody verified; with it what no provider is ever answered, as an application is.
 * - `service`: this server, or one behind it, cannot answer at this moment.
 */
export type RefusalKind = 'caller' | 'request' | 'photo' | 'unverified' | 'service';

/** One way of refusing. */
interface Refusal<Kind extends RefusalKind> {
  readonly kind: Kind;
  /** Over HTTP. */
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
 * Every way facestep refuses: its kind, its HTTP status, and the only text a caller ever reads about it. The text depends on
 * the code alone: it helps whoever sent the request and says nothing of the stored enrolment. Of the statuses, the Facenition
 * API documents 400, 401, 404 and 502; where one of those fits, it is used. Documented for callers in `docs/errors.md`.
 */
export const refusals = {
  // The request
  request_malformed: request(
    400,
    'The request is not understood. Check the field names and their values against /openapi.json.',
  ),
  field_unknown: request(400, 'The request holds a field this endpoint does not take.'),
  body_too_large: request(413, 'The request body is larger than this endpoint takes.'),
  media_type_unsupported: request(
    415,
    'The body is of a type that is not taken here. Send multipart/form-data or application/json, not compressed.',
  ),
  photo_missing: photo(400, 'No photo was sent.'),
  photo_single: photo(400, 'Only one photo was sent. At least two are needed to compare them.'),
  photo_too_many: photo(400, 'More photos were sent than this endpoint takes.'),
  accuracy_not_offered: service(
    400,
    'Tokens of this accuracy are not made here: it would let in more strangers than it promises.',
  ),
  photo_too_few: photo(400, 'At this accuracy an enrolment needs at least three photos.'),
  roster_malformed: request(400, 'A roster has 1 to 500 tokens, none twice, and none that was made with a password.'),
  roster_too_large: request(
    400,
    'With so many tokens of this accuracy strangers would be found more often than promised. Make the tokens at a higher accuracy.',
  ),
  csv_header_missing: request(
    400,
    'The first line of the file must name its columns: login and, as wished, email, name and language.',
  ),
  action_malformed: request(
    400,
    'The action cannot be shown as it stands: a type, a length, a character or an amount is not allowed.',
  ),
  not_found: request(404, 'There is nothing at this address.'),
  method_not_allowed: request(405, 'This address does not take that method.'),

  // The picture
  photo_invalid: photo(400, 'The file is not a readable JPEG, PNG or WebP picture.'),
  photo_too_large: photo(400, 'The picture is over 10 MB or has too many pixels for its format.'),
  photo_too_small: photo(400, 'The picture is too small to hold a face.'),
  photo_animated: photo(400, 'The picture is animated. Send a single still picture.'),
  face_none: photo(400, 'No face was found in the picture.'),
  face_many: photo(400, 'More than one face was found. Send a picture of one person.'),
  face_too_small: photo(400, 'The face is too small. Move closer or send a larger picture.'),
  face_unclear: photo(
    400,
    'The face is not seen clearly enough to enrol. Look straight ahead, in even light, and hold still.',
  ),

  // The caller
  caller_untrusted: caller(401, 'The credentials are missing, wrong, expired or revoked.'),
  scope_missing: unverified(403, 'This client token does not hold the scope this endpoint needs.'),
  role_missing: unverified(403, 'This administrator’s role does not hold the right this needs.'),
  quota_exceeded: unverified(429, 'The quota of this application is used up. Wait before trying again.'),
  name_taken: unverified(409, 'This name is taken. Choose another.'),
  limit_reached: unverified(409, 'This server keeps no more of these. Remove one that is no longer needed.'),
  brand_configured: unverified(409, 'The brand stands in the configuration of this server. Change it there.'),
  campaign_state: unverified(409, 'The campaign is not in the state this needs. Look at it, then try again.'),
  run_under_way: unverified(409, 'This is under way already. See how far it is, and ask again once it has ended.'),
  nobody_can_pass: unverified(
    409,
    'Nobody is enrolled, so everybody would be refused. Enrol people first, or say that you are sure.',
  ),
  request_state: unverified(409, 'This is not possible for this request any more, or not yet.'),
  terms_outdated: unverified(409, 'The terms have another version now. Read them and agree to that one.'),
  code_wrong: unverified(401, 'The one-time codes are wrong, used or expired.'),
  contact_unverified: unverified(403, 'This e-mail address and phone number have not been verified.'),

  contact_missing: unverified(409, 'The identity provider has no address of this person for that.'),
  request_taken: unverified(409, 'Another administrator has taken this request.'),
  approver_same: unverified(403, 'Another administrator has to approve this.'),

  // The enrolment token
  token_malformed: unverified(400, 'The text sent as the token is not a facestep token.'),
  token_expired: unverified(400, 'The token has expired. Enrol again.'),
  token_revoked: unverified(400, 'The token has been revoked. Enrol again.'),
  token_key_retired: unverified(400, 'The key that sealed this token has been retired. Enrol again.'),
  enrolment_changed: unverified(
    409,
    'Another enrolment of this user was made at the same time. Look at it, then enrol again if needed.',
  ),
  consent_missing: unverified(
    400,
    'Enrolment needs the consent of the person: say when it was given and to which text.',
  ),

  // The check
  face_mismatch: unverified(403, 'The face could not be confirmed.'),
  liveness_low: unverified(400, 'The picture does not pass the liveness check.'),
  locked_out: unverified(429, 'Too many attempts. Wait before trying again.'),
  step_up_unknown: unverified(404, 'There is no such step-up.'),
  step_up_finished: unverified(409, 'This step-up is over. Start a new one.'),
  step_up_opened: unverified(409, 'This link has been opened already, here or in another browser. Ask for a new one.'),
  challenge_needed: unverified(403, 'This connection asks for a movement challenge. Open the capture page.'),
  light_needed: unverified(403, 'This connection asks for the light of the screen beside the movements.'),
  phone_needed: unverified(403, 'This check asks for the camera of a phone. Go on with a phone.'),
  action_unseen: unverified(
    403,
    'This check approves an action, which the page has to show first. Load the page again.',
  ),
  challenge_wrong: unverified(400, 'The frames do not belong to this challenge. Ask for a new one.'),
  secret_missing: unverified(400, 'This check also needs the PIN or the device chosen at enrolment.'),
  secret_weak: unverified(400, 'This PIN is too easy to guess. Choose another one of 6 to 12 digits.'),
  face_not_verified: unverified(403, 'A finished face check is needed first.'),
  receipt_invalid: unverified(400, 'The receipt is not valid: wrong, expired, used, or for somebody else.'),
  document_changed: unverified(400, 'The document is not the one that was approved.'),
  event_out_of_time: request(400, 'The event is too old or from the future. Check the clocks.'),
  hook_probed: request(400, 'The call is a probe: it proved who called, and asked nothing.'),

  // This service and the ones behind it
  connection_unknown: request(404, 'There is no such connection.'),
  overloaded: service(503, 'Too many requests are waiting. Try again shortly.'),
  upstream_unavailable: service(502, 'The face service behind this server does not answer.'),
  upstream_malformed: service(502, 'The face service behind this server gave an answer that is not understood.'),
  profile_unavailable: service(502, 'The identity provider does not answer.'),
  provider_refused: service(502, 'The identity provider refused this request. Check what the credentials may do.'),
  subject_unknown: unverified(404, 'The identity provider has no such user.'),
  delivery_failed: service(502, 'The code could not be delivered.'),
  state_unavailable: service(503, 'The state store does not answer.'),
  data_newer: service(
    500,
    'A newer version of facestep wrote this data. Run that one, or put back the copy of before: docs/install.md.',
  ),
  key_service_unavailable: service(503, 'The key service does not answer.'),
  config_invalid: service(500, 'The configuration is not valid.'),
  model_missing: service(
    500,
    'A model file is missing. Run: facestep models fetch, or without a network: facestep models import.',
  ),
  model_altered: service(
    500,
    'A model file is not the one that was published, or imported. Put that back: docs/errors.md.',
  ),
  runtime_unavailable: service(
    500,
    'Models cannot be run on this platform: the model runtime does not load. Install the package that is made for it: docs/install.md.',
  ),
  parameters_altered: service(
    500,
    'A file of accuracy parameters is not the one that was published, or measured. Put that back: docs/errors.md.',
  ),
  internal: service(500, 'Something went wrong on this server.'),
};

/** The stable name of a refusal. Codes are never renamed or reused. */
export type FaceErrorCode = keyof typeof refusals;

/** All codes, for the suites that walk them. */
export const faceErrorCodes = Object.keys(refusals).filter((name): name is FaceErrorCode => name in refusals);

/** What can be wrong with the photos of a request. */
export type PhotoCode = {
  [Code in FaceErrorCode]: (typeof refusals)[Code]['kind'] extends 'photo' ? Code : never;
}[FaceErrorCode];
export const photoCodes = faceErrorCodes.filter((code): code is PhotoCode => refusals[code].kind === 'photo');

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
    super(refusals[code].text, options);
  }
}

/** The code of any thrown thing: `internal` for everything that is not a `FaceError`. */
export function toCode(error: unknown): FaceErrorCode {
  return error instanceof FaceError ? error.code : 'internal';
}
