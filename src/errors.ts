import type { Json } from './base/json.js';

/**
 * Category of a refusal; adapters map it to provider replies.
 * - `caller`: not authenticated. No decision is made.
 * - `request`: cannot be answered.
 * - `photo`: unusable. Nothing was compared.
 * - `unverified`: any other reason.
 * - `service`: temporarily unavailable.
 */
export type RefusalKind = 'caller' | 'request' | 'photo' | 'unverified' | 'service';

interface Refusal<Kind extends RefusalKind> {
  readonly kind: Kind;
  readonly status: number;
  readonly text: string;
  readonly advice: string;
}

const ofKind =
  <Kind extends RefusalKind>(kind: Kind) =>
  (status: number, text: string, advice: string): Refusal<Kind> => ({ kind, status, text, advice });

const caller = ofKind('caller');
const request = ofKind('request');
const photo = ofKind('photo');
const unverified = ofKind('unverified');
const service = ofKind('service');

/**
 * Kind, HTTP status, public text and advice. The text depends on the code only, so it reveals nothing about the
 * enrolment. The Facenition API documents the statuses 400, 401, 404 and 502. Rendered as `docs/reference/errors.md`.
 */
export const refusals = {
  request_malformed: request(
    400,
    'The request is not valid. Check the field names and their values against /openapi.json.',
    'Compare field names, types and ranges with /openapi.json. JSON must not repeat a name, and the body must arrive without long pauses.',
  ),
  field_unknown: request(
    400,
    'The request has a field that this endpoint does not accept.',
    'Remove or rename the field. /openapi.json names the fields of each endpoint.',
  ),
  body_too_large: request(
    413,
    'The request body is larger than this endpoint accepts.',
    'Send less in one request. Send the client token in the header: unauthenticated callers may only send small bodies.',
  ),
  media_type_unsupported: request(
    415,
    'The type of the body is not accepted here. Send multipart/form-data or application/json, not compressed.',
    'Set Content-Type to the format of the body and do not set Content-Encoding. application/x-www-form-urlencoded is not accepted; curl -F sends multipart/form-data.',
  ),
  photo_missing: photo(400, 'No photo was sent.', 'Send the photo as a file field, or as base64 in JSON.'),
  photo_single: photo(
    400,
    'Only one photo was sent. At least two are needed to compare them.',
    'Repeat the file field, or send a list in JSON.',
  ),
  photo_too_many: photo(
    400,
    'More photos were sent than this endpoint accepts.',
    'Send no more photos than the endpoint accepts.',
  ),
  accuracy_not_offered: service(
    400,
    'This accuracy level is not available: its false accept rate cannot be guaranteed with the current model.',
    'Choose an accuracy level that is offered. “facestep models list” lists them.',
  ),
  photo_too_few: photo(
    400,
    'At this accuracy an enrolment needs at least three photos.',
    'Send three photos of the person, or choose a lower accuracy level.',
  ),
  roster_malformed: request(
    400,
    'A roster must have 1 to 500 tokens, without duplicates and without tokens that were created with a password.',
    'Remove tokens that are listed twice. Create tokens for a roster without a password.',
  ),
  roster_too_large: request(
    400,
    'With so many tokens of this accuracy, the false positive rate cannot be guaranteed. Create the tokens at a higher accuracy.',
    'Enrol everyone again at the accuracy level for a roster of this size. docs/roster.md has the table.',
  ),
  csv_header_missing: request(
    400,
    'The first line of the file must contain the column names: login and, optionally, email, name and language.',
    'Add the header line, or save the file as CSV in UTF-8. docs/campaign.md describes the columns.',
  ),
  action_malformed: request(
    400,
    'The action cannot be displayed: a type, a length, a character or an amount is not allowed.',
    'Compare the action with the table in docs/approve-an-action.md. Text must be in NFC without control or direction characters, and amounts must be text with the decimals of the currency.',
  ),
  not_found: request(
    404,
    'There is nothing at this address.',
    'Check the address and the version. Some endpoints exist only in v2.',
  ),
  method_not_allowed: request(
    405,
    'This address does not support that method.',
    'Use a method that the Allow header lists.',
  ),

  photo_invalid: photo(
    400,
    'The file is not a readable JPEG, PNG or WebP picture.',
    'Send a complete JPEG, PNG or WebP file. If you send JSON, check the base64.',
  ),
  photo_too_large: photo(
    400,
    'The picture is over 10 MB or has too many pixels for its format.',
    'Reduce the size of the picture. A face needs only a few hundred pixels.',
  ),
  photo_too_small: photo(400, 'The picture is too small to hold a face.', 'Send a larger picture.'),
  photo_animated: photo(400, 'The picture is animated. Send a single still picture.', 'Send one still picture.'),
  face_none: photo(
    400,
    'No face was found in the picture.',
    'Ask for another photo, facing the camera in better light.',
  ),
  face_many: photo(
    400,
    'More than one face was found. Send a picture of one person.',
    'Ask for a photo of one person only, or crop the picture.',
  ),
  face_too_small: photo(
    400,
    'The face is too small. Move closer or send a larger picture.',
    'Ask the person to move closer to the camera.',
  ),
  face_unclear: photo(
    400,
    'The face is not seen clearly enough to enrol. Look straight ahead, in even light, and hold still.',
    'Applies to enrolment only. Take another photo; if you send several, one clear photo is enough.',
  ),

  caller_untrusted: caller(
    401,
    'The credentials are missing, wrong, expired or revoked.',
    'Check the client token or the administrator’s key. Get a new token if it has expired.',
  ),
  scope_missing: unverified(
    403,
    'This client token does not have the scope that this endpoint needs.',
    'Get a client token with the scope.',
  ),
  role_missing: unverified(
    403,
    'The role of this administrator does not have the required right.',
    'Ask an administrator whose role has the right. docs/applications.md lists the roles.',
  ),
  quota_exceeded: unverified(
    429,
    'The quota of this application is used up. Wait before trying again.',
    'Wait for the time in Retry-After, or ask for a higher quota.',
  ),
  name_taken: unverified(409, 'This name is already in use. Choose another.', 'Choose a name that is not in use.'),
  limit_reached: unverified(
    409,
    'The maximum number is reached. Remove one that is no longer needed.',
    'Remove an application, a key or an administrator that is no longer needed.',
  ),
  brand_configured: unverified(
    409,
    'The brand is set in the configuration of this server. Change it there.',
    'Change “brand” in the configuration, or remove it there to manage the brand over the API. See docs/brand.md.',
  ),
  campaign_state: unverified(
    409,
    'The campaign is not in the required state. Check its state, then try again.',
    'Check the state with “facestep campaign status”. Create a new plan if the plan is older than 30 days.',
  ),
  run_under_way: unverified(
    409,
    'A run is already in progress. Check its progress, and try again after it has ended.',
    'Check the progress of the run. A run whose server stopped counts as aborted after one minute; then try again.',
  ),
  nobody_can_pass: unverified(
    409,
    'No user is enrolled, so all users would be denied. Enrol users first, or confirm that you are sure.',
    'Invite people first, or stay in shadow mode. Send isSure to enforce anyway.',
  ),
  request_state: unverified(
    409,
    'This is not possible in the current state of the request.',
    'Read the request again: its state determines what is possible. A key is shown once; issue another one if it was lost.',
  ),
  terms_outdated: unverified(
    409,
    'The terms have a newer version. Read it and agree to it.',
    'Read the terms again, and send their current version.',
  ),
  code_wrong: unverified(
    401,
    'The one-time codes are wrong, used or expired.',
    'Enter both codes again. After five attempts or ten minutes, request new codes.',
  ),
  contact_unverified: unverified(
    403,
    'This e-mail address and phone number have not been verified.',
    'Verify the e-mail address and the phone number together first. One verification is valid for one token.',
  ),

  contact_missing: unverified(
    409,
    'The identity provider has no suitable address of this person.',
    'Add an e-mail address or a phone number with its country code at the identity provider, or offer another method.',
  ),
  request_taken: unverified(
    409,
    'Another administrator has taken over this request.',
    'Ask that administrator, or choose another request.',
  ),
  approver_same: unverified(
    403,
    'Another administrator has to approve this.',
    'Ask an administrator other than the requester to approve it.',
  ),

  token_malformed: unverified(
    400,
    'The text sent as the token is not a facestep token.',
    'Send the token exactly as it was returned.',
  ),
  token_expired: unverified(400, 'The token has expired. Enrol again.', 'Enrol the person again.'),
  token_revoked: unverified(400, 'The token has been revoked. Enrol again.', 'Enrol the person again.'),
  token_key_retired: unverified(
    400,
    'The key that sealed this token has been retired. Enrol again.',
    'Enrol the person again. Also returned if the engine of the token was removed, is missing on this server, or is refused (docs/own-model.md).',
  ),
  enrolment_changed: unverified(
    409,
    'Another enrolment of this user was created at the same time. Check it, then enrol again if needed.',
    'Read the current enrolment of the user. Enrol again if it is not the one you want.',
  ),
  consent_missing: unverified(
    400,
    'Enrolment needs the consent of the person. Send its time and its text.',
    'Send consentStatement and consentGivenAt. The time is in RFC 3339 and not in the future.',
  ),

  face_mismatch: unverified(
    403,
    'The face could not be confirmed.',
    'In a check, let the person try again; /authenticate reports a mismatch as “authenticated: false”, not as an error. In /generate and /enrolments, send photos of one person only.',
  ),
  liveness_low: unverified(
    400,
    'The picture does not pass the liveness check.',
    'Appears in the audit trail only; the check fails. Ask for a photo taken now.',
  ),
  locked_out: unverified(429, 'Too many attempts. Wait before trying again.', 'Wait for the time in Retry-After.'),
  step_up_unknown: unverified(
    404,
    'There is no such step-up.',
    'Start a new step-up. Also returned for a wrong challenge.',
  ),
  step_up_finished: unverified(409, 'This step-up has ended. Start a new one.', 'Start a new step-up.'),
  step_up_opened: unverified(
    409,
    'This link has been opened already, here or in another browser. Ask for a new one.',
    'Start a new step-up or send a new invitation. Each link opens once.',
  ),
  challenge_needed: unverified(
    403,
    'This connection asks for a movement challenge. Open the capture page.',
    'Send the person to the capture page, or set policy.liveness to “passive” or “off”.',
  ),
  light_needed: unverified(
    403,
    'This connection requires the light of the screen in addition to the movements.',
    'Begin the challenge with light, or set policy.liveness to “challenge” or “movement”.',
  ),
  phone_needed: unverified(
    403,
    'This check requires the camera of a phone. Continue on a phone.',
    'Hand the check over to a phone (POST /face/hand-off), or set policy.camera to “any”.',
  ),
  action_unseen: unverified(
    403,
    'This check approves an action, which the page has to show first. Load the page again.',
    'Show the action to the person, then send the digest of the view’s action with POST /face/challenge. A capture page of your own must do both.',
  ),
  challenge_wrong: unverified(
    400,
    'The frames do not belong to this challenge. Ask for a new one.',
    'Begin a new challenge, and send the frames that it asks for in that order.',
  ),
  secret_missing: unverified(
    400,
    'This check also needs the PIN or the device chosen at enrolment.',
    'Send pin or passkey with the frames.',
  ),
  secret_weak: unverified(
    400,
    'This PIN is too easy to guess. Choose another one of 6 to 12 digits.',
    'Ask the person for another PIN.',
  ),
  face_not_verified: unverified(
    403,
    'A finished face check is needed first.',
    'Let the person pass a step-up first. In the console, pass the face check that console.stepUp requires.',
  ),
  receipt_invalid: unverified(
    400,
    'The receipt is not valid: wrong, expired, used, or for another person.',
    'Let the person pass a new face check. Use its receipt once, within two minutes.',
  ),
  document_changed: unverified(
    400,
    'The document is not the one that was approved.',
    'Sign the file whose digest the action names, or request approval for this file. See docs/approve-an-action.md.',
  ),
  event_out_of_time: request(
    400,
    'The time of the event is too old or in the future. Check the clocks.',
    'Synchronize the clocks of the sender and of this server with NTP.',
  ),
  hook_probed: request(
    400,
    'The call was a test: the caller authenticated and requested nothing.',
    'Nothing to do: “facestep doctor” tested a hook.',
  ),

  connection_unknown: request(
    404,
    'There is no such connection.',
    'Check the id of the connection, and that the tenant of the client token may use it.',
  ),
  overloaded: service(
    503,
    'Too many requests are waiting. Try again shortly.',
    'Retry after the time in Retry-After. If the error persists, add processors.',
  ),
  upstream_unavailable: service(
    502,
    'The face service behind this server does not answer.',
    'Retry later. Administrators: check the configured Facenition server.',
  ),
  upstream_malformed: service(
    502,
    'The face service behind this server sent an invalid reply.',
    'Administrators: check that the configured address is a Facenition server.',
  ),
  profile_unavailable: service(
    502,
    'The identity provider does not answer.',
    'Retry later. Administrators: check the status of the provider and the credentials of the connection.',
  ),
  provider_refused: service(
    502,
    'The identity provider refused this request. Check the permissions of the credentials.',
    'Administrators: grant the credentials of the connection the permissions that the adapter’s README lists for provisioning.',
  ),
  subject_unknown: unverified(
    404,
    'The identity provider has no such user.',
    'Check the user’s id or username at the identity provider.',
  ),
  delivery_failed: service(
    502,
    'The code could not be delivered.',
    'Check the address, then request the code again. Administrators: check the mail relay.',
  ),
  state_unavailable: service(
    503,
    'The state store does not answer.',
    'Retry after the time in Retry-After. Administrators: check the state store and its disk.',
  ),
  data_newer: service(
    500,
    'A newer version of facestep wrote this data. Run that version, or restore the previous copy: docs/install.md.',
    'Administrators: the detail names the version that wrote the data. Run that version, or roll back as docs/install.md describes. Nothing was changed.',
  ),
  key_service_unavailable: service(
    503,
    'The key service does not answer.',
    'Retry after the time in Retry-After. Administrators: check the key service and the permissions of its account.',
  ),
  config_invalid: service(
    500,
    'The configuration is not valid.',
    'Administrators: correct the configuration. The log names the field.',
  ),
  model_missing: service(
    500,
    'A model file is missing. Run: facestep models fetch, or without a network: facestep models import.',
    'Administrators: run one of the two commands (docs/install.md). The detail says why a download failed.',
  ),
  model_altered: service(
    500,
    'A model file differs from the published or imported file. Restore it: docs/reference/errors.md.',
    'Administrators: the detail names the file. Delete a file of models/ and run “facestep models fetch”; unpack a release archive again; restore your own model from a copy, or import it again (docs/own-model.md).',
  ),
  runtime_unavailable: service(
    500,
    'The model runtime does not load on this platform. Install the package for this platform: docs/install.md.',
    'Administrators: the detail says why neither the native runtime nor the WebAssembly runtime loads. Install the archive for this platform (docs/install.md), with a Node version that has WebAssembly.',
  ),
  parameters_altered: service(
    500,
    'A file of accuracy parameters differs from the published or measured file. Restore it: docs/reference/errors.md.',
    'Administrators: restore the published parameters/engines.json. For a model of your own, restore its file from a copy, or import and measure it again (docs/own-model.md).',
  ),
  internal: service(
    500,
    'Something went wrong on this server.',
    'Report it with the X-Request-Id of the reply. The log has details under that id.',
  ),
};

/** Never renamed or reused. */
export type FaceErrorCode = keyof typeof refusals;

export const faceErrorCodes = Object.keys(refusals).filter((name): name is FaceErrorCode => name in refusals);

export type PhotoCode = {
  [Code in FaceErrorCode]: (typeof refusals)[Code]['kind'] extends 'photo' ? Code : never;
}[FaceErrorCode];
export const photoCodes = faceErrorCodes.filter((code): code is PhotoCode => refusals[code].kind === 'photo');

/** Returns true if a code is in a list. */
export const isOneOf = <Code extends FaceErrorCode>(codes: readonly Code[], code: FaceErrorCode): code is Code =>
  codes.some((each) => each === code);

/** `message` is the public text of `code`; `detail` and `cause` are for the log and never leave the server. */
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

/** Returns the code: `internal` unless it is a `FaceError`. */
export function toCode(error: unknown): FaceErrorCode {
  return error instanceof FaceError ? error.code : 'internal';
}
