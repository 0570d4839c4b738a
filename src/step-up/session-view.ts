import { hasMixedScripts } from '../core/action.js';
import type { Connection, Policy } from '../core/connection.js';
import { helpDeskProofs } from '../core/enrolment-proof.js';
import { type LivenessLevel, ownLivenessOf, type VendorPolicy, vendorPolicyOf } from '../core/liveness-policy.js';
import { type AnotherWay, anotherWays, type SessionRole, type View } from '../core/page-protocol.js';
import { asksPasskey } from '../core/rules/rule.js';
import type { Credential } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import { isStatementOf } from '../enrolment/consent.js';
import { FaceError } from '../errors.js';
import { glanceOf } from './glance.js';
import {
  anonymousSourceOf,
  areCodesOffered,
  isReceiptWaiting,
  type StepUpRecord,
  stateAt,
  testOutcomeIn,
} from './record.js';
import { isOfHeldToken, requestOf } from './request-flow.js';
import type { StepUp } from './stored.js';

/** Version of the consent texts, `capture.page.consent` in `locales`. A test compares it with the texts. */
export const consentVersion = 'consent-1';

/** Version of the statements about vendors, which only their connections show. */
export const vendorConsentVersion = '2';

/** Returns the version for a connection. Those who agreed without a vendor are asked again when there is one. */
export function consentVersionOf(connection: Connection | null): string {
  const vendor = connection === null ? null : vendorPolicyOf(connection.policy);
  return vendor === null ? consentVersion : `${consentVersion}+${vendor.vendor}-${vendorConsentVersion}`;
}

export type SessionView = Omit<View, 'expiresAt' | 'agreedAt'> & {
  readonly expiresAt: EpochMs;
  readonly agreedAt: EpochMs | null;
};

/** Returns the secret required with the face. A token that the caller stores needs none on the page. */
export const requiredSecret = ({ record, connection }: Pick<StepUp, 'record' | 'connection'>): Policy['userSecret'] =>
  isOfHeldToken(record) ? 'none' : (connection?.policy.userSecret ?? 'none');

/**
 * Returns how the person's passkey is used at a sign-in, apart from a token that it opens: with the face or instead of it
 * by the rule, or offered at an enrolment. Callers who have not passed a first factor learn nothing about it.
 */
export function passkeyUseOf(
  { record, terms, connection }: StepUp,
  role: SessionRole = 'own',
): 'none' | 'offered' | 'asked' | 'instead' {
  const { purpose, rule: name, action } = record;
  if (connection === null || terms.atKiosk || isOfHeldToken(record)) return 'none';
  const { rules, userSecret } = connection.policy;
  const isOpener = userSecret === 'passkey';
  if (purpose === 'enrol') {
    // A phone that lends its camera may be another person's.
    return role === 'own' && !isOpener && mayMakePasskey(rules, terms) ? 'offered' : 'none';
  }
  if (purpose === 'manage' || action !== null || anonymousSourceOf(record) !== null) return 'none';
  const outcome = rules.find((rule) => rule.name === name && rule.mode === 'enforce')?.outcome ?? 'face';
  if (outcome === 'passkey_or_face' && terms.takesPasskey) return 'instead';
  return outcome === 'face_and_passkey' && !isOpener ? 'asked' : 'none';
}

/**
 * Returns true if a step-up may move to another device. By default it may not if a passkey is required, because a
 * passkey protects against forwarded links.
 */
export function isHandOffAllowed(stepUp: StepUp): boolean {
  const { terms, connection } = stepUp;
  if (terms.staysHere || connection === null) return !terms.staysHere;
  const { handOff, userSecret } = connection.policy;
  return handOff ?? (userSecret !== 'passkey' && signInPasskeyOf(stepUp, 'own') !== 'asked');
}

function toHandOffView({ handOff }: StepUpRecord, role: SessionRole): View['handOff'] {
  if (handOff === null) return null;
  const { sessionDigest, choice, code } = handOff;
  const unchosen = sessionDigest === null ? 'waiting' : 'opened';
  const state = ({ open: unchosen, right: 'paired', wrong: 'refused' } as const)[choice];
  return { state, code: role === 'own' ? code : null };
}

function toPairing({ handOff, spoken, application }: StepUpRecord, role: SessionRole): View['pairing'] {
  if (role === 'unpaired' && spoken?.choice === 'open') {
    return { kind: 'call', choices: spoken.choices, application: null, browser: null, system: null };
  }
  if (role !== 'unpaired' || handOff === null || handOff.choice !== 'open') return null;
  const { choices, asking } = handOff;
  return { kind: 'screen', choices, application, ...(asking ?? { browser: null, system: null }) };
}

/** Returns true if challenges from browsers that are not on a phone or tablet are refused. */
export const isPhoneNeeded = ({ terms, connection }: Pick<StepUp, 'terms' | 'connection'>): boolean =>
  !terms.atKiosk && (terms.camera ?? connection?.policy.camera) === 'phone';

/** Returns how screen light is used. Without a connection's policy, it is used if supported. */
export const lightByPolicy = ({ connection }: Pick<StepUp, 'connection'>): View['light'] =>
  lights[connection === null ? 'challenge' : ownLivenessOf(connection.policy)];

const lights = {
  off: 'none',
  passive: 'none',
  glance: 'none',
  movement: 'none',
  challenge: 'offered',
  light: 'demanded',
} as const satisfies Record<LivenessLevel, View['light']>;

/** Returns the vendor whose liveness check is next. `null`: the own challenge. */
export const vendorOf = ({ record, connection }: Pick<StepUp, 'record' | 'connection'>): VendorPolicy | null =>
  record.isVendorReplaced || connection === null ? null : vendorPolicyOf(connection.policy);

/** Returns true if the person agreed, and to a text that names the vendor if there is one. */
export function hasCurrentConsent({ record, connection }: Pick<StepUp, 'record' | 'connection'>): boolean {
  if (record.consent === null) return false;
  const isOfVendor = connection !== null && vendorPolicyOf(connection.policy) !== null;
  return !isOfVendor || isStatementOf(consentVersionOf(connection), record.consent.statement);
}

/**
 * Returns the alternatives to a face. They are available only after a first factor, and only if the recipient accepts a
 * result without a face.
 */
export function alternativesOf(stepUp: StepUp): readonly AnotherWay[] {
  const { connection, record, terms } = stepUp;
  if (connection === null || record.action !== null || record.purpose === 'manage') return [];
  const { anotherWay, bypass } = connection.policy;
  const isStated = (requestOf(record)?.receipt ?? null) !== null;
  if (anonymousSourceOf(record) !== null) return [];
  const takesCodes = terms.takesAnotherWay && (anotherWay.counts || isStated);
  const offered = {
    passkey: passkeyUseOf(stepUp) === 'instead' && record.hasPasskey,
    email: takesCodes && anotherWay.email,
    sms: takesCodes && anotherWay.sms,
    recovery_code: takesCodes && anotherWay.recoveryCodes,
    bypass_code: takesCodes && bypass.allowed,
  } as const satisfies Record<AnotherWay, boolean>;
  return anotherWays.filter((way) => offered[way]);
}

/**
 * Returns true if the person's own page may add or remove the passkey for sign-ins. The page must have been opened by a
 * face check, so that a password alone cannot replace the face.
 */
export const mayChangePasskey = ({ record, terms, connection }: StepUp): boolean =>
  record.purpose === 'manage' &&
  terms.hasShownFormer &&
  connection !== null &&
  connection.policy.userSecret !== 'passkey' &&
  mayMakePasskey(connection.policy.rules, terms);

/**
 * Returns true if a passkey for sign-ins can be made. On a page that the face opened, it cannot if a rule asks for both:
 * the face alone would otherwise make the second factor.
 */
const mayMakePasskey = (rules: Policy['rules'], { hasShownFormer }: StepUp['terms']): boolean =>
  rules.some(({ outcome }) => asksPasskey(outcome)) &&
  !(hasShownFormer && rules.some(({ outcome, mode }) => outcome === 'face_and_passkey' && mode === 'enforce'));

/** Returns how the page asks for a passkey with the face. */
function signInPasskeyOf(stepUp: StepUp, role: SessionRole): View['signInPasskey'] {
  if (role === 'unpaired') return 'none';
  const use = passkeyUseOf(stepUp, role);
  return use === 'offered' || (use === 'asked' && stepUp.record.hasPasskey) ? use : 'none';
}

/** Returns true if the person presents a digital document, and if the check needs it. */
export function documentAskedOf({
  record,
  terms,
  connection,
}: Pick<StepUp, 'record' | 'terms' | 'connection'>): View['document'] {
  if (terms.asksDocument) return 'needed';
  const photo = connection?.policy.photo ?? null;
  if (record.purpose !== 'enrol' || photo?.source !== 'document') return 'none';
  const isVouchedFor = photo.whenMissing === 'helpDesk' && helpDeskProofs.some((proof) => proof === terms.proof);
  return photo.mode === 'shadow' || terms.hasShownFormer || isVouchedFor ? 'offered' : 'needed';
}

export const mayAskForHelp = (record: StepUpRecord, connection: Connection | null): boolean =>
  connection?.policy.helpRequests === true &&
  !isOfHeldToken(record) &&
  record.purpose !== 'manage' &&
  record.spoken === null &&
  anonymousSourceOf(record) === null;

export function toSessionView(stepUp: StepUp, role: SessionRole, now: EpochMs): SessionView {
  const { id, record, connection } = stepUp;
  const { purpose, consent, left, expiresAt, returnUrl } = record;
  const policy = connection?.policy;
  const isTest = testOutcomeIn(record, connection) !== null;
  return {
    id,
    purpose,
    role,
    triesLeft: left.tries,
    expiresAt,
    consentVersion: consentVersionOf(connection),
    state: stateAt(record, now),
    organisation: policy?.organisation ?? null,
    ownPage: connection?.ownPage ?? null,
    application: role === 'own' ? record.application : null,
    retentionDays: policy?.enrolmentDays ?? null,
    isTest,
    consentNeeded: purpose !== 'manage' && !isTest && !hasCurrentConsent(stepUp),
    // Before the number is chosen, the phone's user may be another person.
    action:
      role === 'unpaired' || record.action === null
        ? null
        : { ...record.action, mixedScripts: hasMixedScripts(record.action.words) },
    agreedAt: consent !== null && consent.givenAt < record.startedAt ? consent.givenAt : null,
    userSecret: requiredSecret(stepUp),
    signInPasskey: signInPasskeyOf(stepUp, role),
    light: lightByPolicy(stepUp),
    livenessVendor: vendorOf(stepUp)?.vendor ?? null,
    deviceKeyWanted: glanceOf({ ...stepUp, role })?.proof === 'browser',
    referencePhotoNeeded: purpose === 'enrol' && (policy?.referencePhoto ?? false),
    document: documentAskedOf(stepUp),
    companyPhotoCompared:
      purpose === 'enrol' && policy?.photo?.source !== 'document' && (policy?.photo ?? null) !== null,
    phoneNeeded: isPhoneNeeded(stepUp),
    handOffAllowed: role === 'own' && isHandOffAllowed(stepUp),
    handOff: toHandOffView(record, role),
    pairing: toPairing(record, role),
    // Only a face can approve an action. The own page has no check that another way could replace.
    fallbackUrl: record.action === null && purpose !== 'manage' ? (policy?.fallbackUrl ?? null) : null,
    anotherWays:
      role === 'own' ? alternativesOf(stepUp).filter((way) => way !== 'recovery_code' || record.hasRecoveryCodes) : [],
    helpOffered: role === 'own' && mayAskForHelp(record, connection),
    recoveryCodesOffered: role === 'own' && areCodesOffered(record, now),
    receiptWaits: role === 'own' && isReceiptWaiting(record, now),
    // The phone's page stays open. The other browser continues to the application.
    returnUrl: role === 'own' ? returnUrl : null,
  };
}

type Allowed = Readonly<Record<SessionRole, boolean>>;

const everyone: Allowed = { own: true, unpaired: true, camera: true };
const whoHasACamera: Allowed = { own: true, unpaired: false, camera: true };
const ownAlone: Allowed = { own: true, unpaired: false, camera: false };
const unpairedAlone: Allowed = { own: false, unpaired: true, camera: false };

/**
 * Permissions per role. After its user has chosen the number, a phone may give consent, submit pictures and secrets,
 * and abandon the step-up. The phone never sees data about the enrolment.
 */
const allowedBy = {
  read: everyone,
  consent: whoHasACamera,
  decline: whoHasACamera,
  start_challenge: whoHasACamera,
  commit_frame: whoHasACamera,
  look_at_reference: whoHasACamera,
  request_document: whoHasACamera,
  look_at_document: whoHasACamera,
  read_picture_keys: whoHasACamera,
  submit_frames: whoHasACamera,
  end_test: ownAlone,
  start_vendor_check: whoHasACamera,
  finish_vendor_check: whoHasACamera,
  start_passkey: whoHasACamera,
  start_hand_off: ownAlone,
  choose_number: unpairedAlone,
  ask_for_help: ownAlone,
  make_caller_pin: ownAlone,
  send_set_up_link: ownAlone,
  send_code: ownAlone,
  pass_another_way: ownAlone,
  make_recovery_codes: ownAlone,
  add_passkey: ownAlone,
  remove_passkey: ownAlone,
  take_receipt: ownAlone,
  read_enrolment: ownAlone,
  read_notices: ownAlone,
  choose_notices: ownAlone,
  add_notice_device: ownAlone,
  remove_notice_device: ownAlone,
  revoke_enrolment: ownAlone,
  renew_enrolment: ownAlone,
  read_data_consents: ownAlone,
  withdraw_data_consent: ownAlone,
  read_links: ownAlone,
  end_link: ownAlone,
  read_checks: ownAlone,
  report_check: ownAlone,
  read_devices: ownAlone,
  forget_known_places: ownAlone,
  read_services: ownAlone,
  export_held: ownAlone,
} as const satisfies Record<string, Allowed>;

export type SessionAction = keyof typeof allowedBy;

/** @throws `step_up_unknown` if the role does not allow the action */
export function checkAllowed(action: SessionAction, role: SessionRole): void {
  if (!allowedBy[action][role]) throw new FaceError('step_up_unknown', { action, role });
}

export const toReceiptReply = (receipt: Credential | null): string | null =>
  receipt === null ? null : receipt.use((text) => text);
