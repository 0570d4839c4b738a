import { problemsOf } from '../config/problem.js';
import { framesOf } from '../core/base/frames.js';
import { findSystemReason, systemCodeOf } from '../core/base/system-error.js';
import { FaceError, type FaceErrorCode, type Json, toCode } from '../errors.js';
import { CommandError, commandRefusals, UsageError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { toPrintable } from './table.js';

/**
 * Advice for each error code, for commands and the documentation. The advice is in a separate file from the codes, so
 * that the bundled code of hooks does not contain it.
 */
export const errorAdvice: Readonly<Record<FaceErrorCode, string>> = {
  request_malformed:
    'The reply has the field in `field`, and why it was refused in `reason`. Compare field names, types and ranges with /openapi.json. JSON must not repeat a name, and the body must arrive without long pauses.',
  field_unknown:
    'Remove or rename the field. The reply has its name in `field` if it consists of a few letters. If it is similar to a field of the endpoint (photo[] for photo), the reply has that one. /openapi.json names the fields of each endpoint.',
  body_too_large:
    'Send less in one request. Send the client token in the header: anonymous callers may only send small bodies.',
  media_type_unsupported:
    'Set Content-Type to the format of the body and do not set Content-Encoding. application/x-www-form-urlencoded is not accepted; curl -F sends multipart/form-data.',
  photo_missing: 'Send the photo as a file field, or as base64 in JSON.',
  photo_single: 'Repeat the file field, or send a list in JSON.',
  photo_too_many: 'Send no more photos than the endpoint accepts.',
  accuracy_not_offered: 'Choose an accuracy level that is offered. “facestep models list” lists them.',
  photo_too_few: 'Send three photos of the person, or choose a lower accuracy level.',
  roster_malformed: 'Remove tokens that are listed twice. Create tokens for a roster without a password.',
  roster_too_large:
    'Enrol everyone again at the accuracy level for a roster of this size. docs/roster.md has the table.',
  csv_header_missing: 'Add the header line, or save the file as CSV in UTF-8. docs/campaign.md describes the columns.',
  action_malformed:
    'Compare the action with the table in docs/approve-an-action.md. Text must be in NFC without control or direction characters, and amounts must be text with the decimals of the currency.',
  not_found: 'Check the address and the version. Some endpoints exist only in v2.',
  method_not_allowed: 'Use a method that the Allow header lists.',
  photo_invalid: 'Send a complete JPEG, PNG or WebP file. If you send JSON, check the base64.',
  photo_too_large: 'Reduce the size of the picture. A face needs only a few hundred pixels.',
  photo_too_small: 'Send a larger picture.',
  photo_animated: 'Send one still picture.',
  face_none: 'Ask for another photo, facing the camera in better light.',
  face_many: 'Ask for a photo of one person only, or crop the picture.',
  face_too_small: 'Ask the person to move closer to the camera.',
  photo_replayed: 'Take a new photo. The setting `replay` of the client token says which calls refuse copies.',
  face_unclear: 'Take another photo with nothing over the face; if you send several, one clear photo is enough.',
  caller_untrusted: 'Check the client token or the administrator’s key. Get a new token if it has expired.',
  scope_missing: 'Get a client token with the scope.',
  role_missing: 'Ask an administrator whose role has the right. docs/applications.md lists the roles.',
  quota_exceeded: 'Wait for the time in Retry-After, or ask for a higher quota.',
  name_taken: 'Choose a name that is not in use.',
  limit_reached: 'Remove an application, a key or an administrator that is no longer needed.',
  brand_configured:
    'Change “brand” in the configuration, or remove it there to manage the brand over the API. See docs/brand.md.',
  draft_changed: 'Read the draft again, and repeat your change if it is still missing.',
  draft_secret: 'State the secret again as {"seal": "…"}, or change the configuration file itself.',
  draft_outdated: 'Compare the changes with the file, and save the sections of the draft again.',
  configuration_read_only:
    'Set configurationFolder, and let the account of the server write the file and its folder. See docs/configuration.md.',
  campaign_state:
    'Check the state under People, Campaigns in the console. Create a new plan if the plan is older than 30 days.',
  run_under_way:
    'Check the progress of the run. A run whose server stopped counts as aborted after one minute; then try again.',
  nobody_can_pass: 'Invite people first, or stay in shadow mode. Send isSure to enforce anyway.',
  request_state:
    'Read the request again: its state determines what is possible. A key is shown once; issue another one if it was lost.',
  terms_outdated: 'Read the terms again, and send their current version.',
  code_wrong: 'Enter both codes again. After five attempts or ten minutes, request new codes.',
  contact_unverified:
    'Verify the e-mail address and the phone number together first. One verification is valid for one token.',
  contact_missing:
    'Add an e-mail address or a phone number with its country code at the identity provider, or offer another method.',
  request_taken: 'Ask that administrator, or choose another request.',
  recovery_too_soon:
    'facestep audit export --action recovery_refused names what changed. Verify the person in another way, or wait for recovery.quietDays of the connection.',
  recovery_privileged:
    'The person has an administrator role, or is in a group of recovery.privileged. Set recovery.privileged.action to "two_approvals" to allow it with two approvals and a delay.',
  recovery_manager_missing:
    'Add the manager in the directory, with an e-mail address, or name the claim in recovery.managerClaim. A new manager may approve after recovery.quietDays. facestep audit export --action recovery_refused names what changed.',
  recovery_number_wrong: 'Ask the person for the four digits on their page. After five attempts, refuse the recovery.',
  recovery_not_waiting: 'Help desk, Account recoveries in the console shows its state, and what it waits for.',
  recovery_running: 'Wait ten minutes, or refuse the other recovery under Help desk in the console.',
  credential_refused:
    'facestep doctor says what the provider needs before it issues this credential. docs/recovery.md.',
  approver_same: 'Ask an administrator other than the requester to approve it.',
  token_malformed: 'Send the token exactly as it was returned.',
  token_expired: 'Enrol the person again.',
  token_revoked: 'Enrol the person again.',
  token_key_retired:
    'Enrol the person again. Also returned if the engine of the token was removed, is missing on this server, or is refused (docs/own-model.md).',
  enrolment_changed: 'Read the current enrolment of the user. Enroll again if it is not the one you want.',
  company_photo_missing:
    'Give the person a photo at the provider or in the badge system. With policy.photo.whenMissing "helpDesk", the help desk can enrol the person (Help desk in the console). docs/company-photo.md.',
  company_photo_unavailable: 'See that this server reaches the host of policy.photo, and try again.',
  company_photo_invalid:
    'Replace the photo with a JPEG, PNG or WebP of at most 5 MB, at a host that policy.photo.hosts names, without a redirect. The log has the reason.',
  company_photo_faceless: 'Replace the photo with one of the person’s face.',
  company_photo_crowded: 'Replace the photo with one of this person alone.',
  company_photo_small: 'Replace the photo with a larger one, or crop it around the face.',
  company_photo_old: 'Replace the photo with a newer one, or raise policy.photo.maxAgeDays.',
  company_photo_recent:
    'See who changed the photo. Wait until it is policy.photo.minAgeDays old, or let the help desk enrol the person.',
  company_photo_unlike:
    'See whether the photo shows this person. With policy.photo.whenUnlike "helpDesk", the help desk can enrol the person (Help desk in the console).',
  enrolment_exists:
    'Let the person open their own page by a face check, let the help desk enrol them, or end the enrolment first. If everybody has to enrol again, set policy.replaceFace to "link".',
  consent_missing:
    'Send consentStatement and consentGivenAt, as the person agreed. A wrong time has the code request_malformed.',
  face_mismatch:
    'In a check, let the person try again; /authenticate reports a mismatch as “authenticated: false”, not as an error. In /generate and /enrolments, send photos of one person only.',
  liveness_low: 'Appears in the audit trail only; the check fails. Ask for a photo taken now.',
  locked_out: 'Wait for the time in Retry-After.',
  step_up_unknown: 'Start a new step-up. Also returned for a wrong challenge.',
  step_up_finished: 'Start a new step-up.',
  step_up_opened: 'Start a new step-up or send a new invitation. Each link opens once.',
  challenge_needed: 'Send the person to the capture page, or set policy.liveness to “passive” or “off”.',
  liveness_vendor_needed: 'Send the person to the capture page, or change policy.liveness.',
  liveness_unfinished: 'Finish the check of the vendor on the capture page first.',
  liveness_expired: 'Start the check again.',
  liveness_unavailable: 'Try again. “facestep doctor” tells if the liveness service answers.',
  liveness_throttled: 'Raise limits.vendorChecks, or the quota at the vendor.',
  liveness_refused: 'Check region, role and permissions: docs/liveness-vendors.md.',
  light_needed: 'Begin the challenge with light, or set policy.liveness to “challenge” or “movement”.',
  phone_needed: 'Hand the check over to a phone (POST /face/hand-off), or set policy.camera to “any”.',
  action_unseen:
    'Show the action to the person, then send the digest of the view’s action with POST /face/challenge. A capture page of your own must do both.',
  challenge_wrong: 'Begin a new challenge, and send the frames that it asks for in that order.',
  secret_missing: 'Send pin or passkey with the frames.',
  secret_weak: 'Ask the person for another PIN.',
  face_not_verified:
    'Let the person pass a step-up first. In the console, pass the face check that console.stepUp requires.',
  receipt_invalid: 'Let the person pass a new face check. Use its receipt once, within two minutes.',
  document_changed:
    'Sign the file whose digest the action names, or request approval for this file. See docs/approve-an-action.md.',
  event_out_of_time: 'Synchronize the clocks of the sender and of this server with NTP.',
  hook_probed: 'Nothing to do: “facestep doctor” tested a hook.',
  connection_unknown: 'Check the id of the connection, and that the tenant of the client token may use it.',
  overloaded: 'Retry after the time in Retry-After. If the error persists, add processors.',
  upstream_unavailable: 'Retry later. Administrators: check the configured Facenition server.',
  upstream_malformed: 'Administrators: check that the configured address is a Facenition server.',
  profile_unavailable:
    'Retry later. Administrators: check the status of the provider and the credentials of the connection.',
  enrolment_lost:
    'Administrators: restore the attribute or the account at the provider. If it was cleared on purpose, end the enrolment on the page of the person in the console. See docs/operations.md.',
  provider_refused:
    'Administrators: run “facestep doctor”, which tells wrong credentials from missing permissions. The adapter’s README lists the permissions.',
  subject_unknown: 'Check the user’s id or username at the identity provider.',
  delivery_failed: 'Check the address, then request the code again. Administrators: check the mail relay.',
  state_unavailable: 'Retry after the time in Retry-After. Administrators: check the state store and its disk.',
  data_newer:
    'Administrators: the detail names the version that wrote the data. Run that version, or roll back as docs/install.md describes. Nothing was changed.',
  release_differs:
    'Administrators: stop all servers of the other release, then start this one. A server that was killed counts as gone three minutes after it was last seen: wait until `goneAt`. docs/install.md describes the upgrade.',
  key_service_unavailable:
    'Retry after the time in Retry-After. Administrators: check the key service and the permissions of its account.',
  config_invalid: 'Administrators: correct the settings that the error or the server’s log names.',
  model_missing:
    'Administrators: run one of the two commands (docs/install.md). The detail has the reason of a failed download.',
  model_altered:
    'Administrators: the detail names the file. Delete a file of models/ and run “facestep models fetch”; unpack a release archive again; restore your own model from a copy, or import it again (docs/own-model.md).',
  runtime_unavailable:
    'Administrators: the detail has the reason why neither the native runtime nor the WebAssembly runtime loads. Install the archive for this platform (docs/install.md), with a Node version that has WebAssembly.',
  parameters_altered:
    'Administrators: restore the published src/face/engines.json. For a model of your own, restore its file from a copy, or import and measure it again (docs/own-model.md).',
  internal: 'Report it with the X-Request-Id of the reply. The log has details under that id.',
};

interface Failure {
  readonly code: string;
  readonly error: string;
  readonly facts: readonly string[];
  readonly fix: string;
}

interface FailureOptions {
  readonly command: string | null;
  readonly asJson: boolean;
  readonly isVerbose: boolean;
  readonly paint: CliDeps['paint'];
}

/**
 * Returns lines that say what failed and what to do. Messages of libraries are omitted, because they may quote data.
 */
export function toFailureLines(error: unknown, { command, asJson, isVerbose, paint }: FailureOptions): string[] {
  const failure = describe(error, command);
  const { code, fix, facts } = failure;
  const details = isVerbose ? toDetails(error) : [];
  if (asJson)
    return [
      JSON.stringify({ ok: false, code, error: failure.error, facts, fix, details: isVerbose ? details : undefined }),
    ];
  return [
    `${paint('red', 'Error:')} ${failure.error}${code === 'usage' ? '' : ` (${code})`}`,
    ...facts.map((fact) => `  ${toPrintable(fact)}`),
    `${paint('bold', 'Fix:')} ${fix}`,
    ...details.map((detail) => paint('dim', `  ${toPrintable(detail)}`)),
  ];
}

const systemFixes: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Stop the program that listens there, or choose another port with PORT.',
  EACCES: 'Run the command as an account that may do this.',
  EPERM: 'Run the command as an account that may do this.',
  ENOSPC: 'Free space on the disk, then try again.',
  ENOENT: 'Check the path.',
};

function describe(error: unknown, command: string | null): Failure {
  const help = `Run “facestep ${command === null ? '' : `${command} `}--help”.`;
  if (error instanceof UsageError)
    return { code: 'usage', error: toSentence(error.message), facts: [], fix: error.fix ?? help };
  const reason = findSystemReason(error);
  if (error instanceof CommandError || error instanceof FaceError) {
    const advice = error instanceof CommandError ? commandRefusals[error.code].advice : errorAdvice[error.code];
    const problems = problemsOf(error).map(({ path, reason: why }) => `${path}: ${why}`);
    const facts = [...(problems.length > 0 ? problems : toFacts(error.detail)), ...(reason === null ? [] : [reason])];
    return { code: error.code, error: error.message, facts, fix: advice.replace(/^Administrators: (.)/, toUpper) };
  }
  const system = systemCodeOf(error);
  if (reason === null || system === null)
    return {
      code: toCode(error),
      error: 'Unexpected error.',
      facts: [],
      fix: 'Run it again with --verbose, and report what it prints.',
    };
  return { code: system, error: toSentence(reason), facts: [], fix: systemFixes[system] ?? help };
}

const toUpper = (_: string, first: string): string => first.toUpperCase();

/** Adds a full stop, and a capital letter unless the text begins with a name. */
const toSentence = (text: string): string =>
  `${text.replace(/^(?!facestep\b)[a-z](?=[a-z]* )/, (first) => first.toUpperCase())}${/[.!?]$/.test(text) ? '' : '.'}`;

/** Returns the texts, numbers and booleans of an error's detail, such as `url: http://127.0.0.1:8080`. */
const toFacts = (detail: Json): string[] =>
  typeof detail !== 'object' || detail === null
    ? detail === null
      ? []
      : [String(detail)]
    : Object.entries(detail).map(
        ([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
      );

function toDetails(error: unknown): string[] {
  const cause = error instanceof Error && error.cause !== undefined ? toDetails(error.cause) : [];
  return [...framesOf(error).split(' | '), ...cause];
}
