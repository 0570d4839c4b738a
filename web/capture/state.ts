import type { DeviceSignals } from '../../src/core/device-signals.js';
import { type Hint, isDocumentHint, isReferenceHint } from '../../src/core/hints.js';
import { type ScreenAxis, usesLight } from '../../src/core/screen-light.js';
import type { ProblemName } from './problem.js';
import type { AnotherWay, MissingEnrolment, View } from './view.js';

export type Screen =
  | StepName
  | ProblemName
  | 'arrived'
  | 'link-sent'
  | 'refused'
  | 'reference-camera'
  | 'reference-photo'
  | 'reference-look'
  | 'document-look'
  | 'permission'
  | 'framing'
  | 'flashes'
  | 'challenge'
  | 'vendor'
  | 'revoke'
  | 'not-me'
  | 'not-me-done'
  | 'was-me'
  | 'code'
  | 'help'
  | 'help-asked'
  | 'call'
  | 'kiosk-idle'
  | 'kiosk-scan'
  | PresenceScreen;

export type PresenceScreen = 'tester' | 'presentation' | 'no-presentation' | 'keep' | 'summary';

export type StepName =
  | 'opening'
  | 'pairing'
  | 'manage'
  | 'not-enrolled'
  | 'consent'
  | 'action'
  | 'test-person'
  | 'hand-off'
  | 'reference'
  | 'document'
  | 'pin'
  | 'passkey'
  | 'choice'
  | 'capture'
  | 'locked-out'
  | 'sending'
  | 'ways'
  | 'recovery-codes'
  | 'receipt'
  | 'try-again'
  | Ending;

export const endings = ['passed', 'passed_another_way', 'failed', 'expired', 'abandoned'] as const;
export type Ending = (typeof endings)[number];

export interface Frames {
  readonly nonce: string;
  readonly photos: readonly Blob[];
}

/** A vendor's check that is done in the page. The vendor has the pictures. */
export interface VendorFrames {
  readonly nonce: string;
  readonly photos: null;
}

export type Secret = { readonly pin: string } | { readonly passkey: string };

/** State of the page. The state determines the next step, and each step changes the state. */
export interface Facts {
  readonly view: View | null;
  readonly isKiosk: boolean;
  /** True if the page returns to an application; false for a check started at the kiosk itself. */
  readonly leadsBack: boolean;
  /** True on computers without a touch screen, which may hand the check off to a phone. */
  readonly mayHandOff: boolean;
  /** Derived from the user agent, as on the server. */
  readonly isPhone: boolean;
  readonly isActionSeen: boolean;
  /** True if the user did not choose the number that the help desk reads out. */
  readonly isCallRefused: boolean;
  readonly place: 'unchosen' | 'here' | 'phone';
  readonly referencePhoto: Blob | null;
  /** Encrypted response with a digital document. Empty if the person continues without one. */
  readonly document: string | null;
  readonly secret: Secret | null;
  /** True if the person chose the face, and no passkey in its place. */
  readonly isFaceChosen: boolean;
  /** True if the person did not want the passkey that an enrolment offers. */
  readonly isPasskeyDeclined: boolean;
  readonly isCameraAsked: boolean;
  readonly frames: Frames | VendorFrames | null;
  readonly device: DeviceSignals | null;
  readonly again: { readonly hint: Hint | null } | null;
  readonly lightTries: number;
  readonly isLightAccepted: boolean;
  /** True if the user chose so, or the light is not visible. */
  readonly withoutLight: boolean;
  /** Seconds until the user's lockout ends. */
  readonly lockedForSec: number | null;
  /** Present if a user with a proven first factor has no face check yet. */
  readonly missingEnrolment: MissingEnrolment | null;
  readonly receipt: string | null;
  readonly areCodesDone: boolean;
  /** True while the user chooses or uses another way than the face check. */
  readonly isChoosingAnotherWay: boolean;
  readonly code: Code | null;
}

/** A way by a code that the person enters. */
export type WrittenWay = Exclude<AnotherWay, 'passkey'>;

export interface Code {
  readonly way: WrittenWay;
  readonly id: string | null;
  /** False if the server has only written it to a file. */
  readonly isSent: boolean;
}

export const nothingKnown: Facts = {
  view: null,
  isKiosk: false,
  leadsBack: true,
  mayHandOff: false,
  isPhone: false,
  isActionSeen: false,
  isCallRefused: false,
  place: 'unchosen',
  referencePhoto: null,
  document: null,
  secret: null,
  isFaceChosen: false,
  isPasskeyDeclined: false,
  isCameraAsked: false,
  frames: null,
  device: null,
  again: null,
  lightTries: 0,
  isLightAccepted: false,
  withoutLight: false,
  lockedForSec: null,
  missingEnrolment: null,
  receipt: null,
  areCodesDone: false,
  isChoosingAnotherWay: false,
  code: null,
};

export type Change = Partial<Facts>;

export function nextStep(facts: Facts): StepName {
  const { view } = facts;
  if (view === null) return 'opening';
  const mayHaveCodes = view.recoveryCodesOffered && !facts.areCodesDone && !facts.isKiosk;
  if (view.state === 'passed' && mayHaveCodes) return 'recovery-codes';
  if (view.state === 'passed' && view.receiptWaits && facts.receipt === null) return 'receipt';
  return view.state === 'started' || view.state === 'captured' ? nextOpenStep(facts, view) : view.state;
}

export const hasWays = ({ anotherWays, helpOffered }: View): boolean => anotherWays.length > 0 || helpOffered;

function nextOpenStep(facts: Facts, view: View): StepName {
  if (view.role === 'unpaired') return 'pairing';
  if (view.purpose === 'manage') return 'manage';
  if (view.state === 'captured') return 'sending';
  return stepOfUser(facts, view) ?? stepOfPlace(facts, view) ?? nextInput(facts, view);
}

/** Returns the screen that the user must leave before the check can continue; `null` if there is none. */
function stepOfUser(facts: Facts, view: View): StepName | null {
  if (facts.isChoosingAnotherWay && hasWays(view)) return 'ways';
  if (facts.lockedForSec !== null) return 'locked-out';
  if (facts.missingEnrolment !== null) return 'not-enrolled';
  if (view.isTest) return 'test-person';
  if (view.anotherWays.includes('passkey') && !facts.isFaceChosen) return 'choice';
  if (view.consentNeeded) return 'consent';
  if (view.action !== null && !facts.isActionSeen) return 'action';
  // If the hint is about the identity document, the screen for it shows the hint.
  const { again } = facts;
  return again !== null && !isReferenceHint(again.hint) && !isDocumentHint(again.hint) ? 'try-again' : null;
}

function nextInput(facts: Facts, view: View): StepName {
  if (view.purpose === 'enrol' && view.referencePhotoNeeded && facts.referencePhoto === null) return 'reference';
  if (view.document !== 'none' && facts.document === null) return 'document';
  if (view.userSecret !== 'none' && facts.secret === null) return view.userSecret;
  if (isPasskeyNext(facts, view)) return 'passkey';
  return facts.frames === null ? 'capture' : 'sending';
}

const isPasskeyNext = ({ secret, isPasskeyDeclined }: Facts, { signInPasskey }: View): boolean =>
  secret === null && (signInPasskey === 'asked' || (signInPasskey === 'offered' && !isPasskeyDeclined));

/** Returns `hand-off` to use a phone's camera; `null` to use this browser's. */
function stepOfPlace({ place, isPhone, mayHandOff }: Facts, view: View): 'hand-off' | null {
  if (view.role !== 'own') return null;
  if (place === 'phone') return 'hand-off';
  if (!view.handOffAllowed) return null;
  if (view.phoneNeeded && !isPhone) return 'hand-off';
  return place === 'unchosen' && mayHandOff && view.handOff !== null ? 'hand-off' : null;
}

const stepsToCamera: readonly StepName[] = [
  'consent',
  'action',
  'reference',
  'document',
  'pin',
  'passkey',
  'try-again',
  'capture',
];

/** Returns true if this browser's camera comes next, so that its resources can be preloaded. */
export const isCameraAhead = (facts: Facts): boolean =>
  facts.view !== null && stepsToCamera.includes(nextStep(facts)) && stepOfPlace(facts, facts.view) === null;

/** Returns true if the own challenge comes next. */
export const isCaptureNext = (facts: Facts): boolean =>
  nextStep(facts) === 'capture' && facts.view?.livenessVendor === null;

export const mayUsePhone = ({ mayHandOff }: Facts, { role, handOffAllowed }: View): boolean =>
  mayHandOff && role === 'own' && handOffAllowed;

/** Returns true if the next challenge lights the face, on a screen of this arrangement. */
export const isLitNext = ({ light }: View, { withoutLight }: Pick<Facts, 'withoutLight'>, axis: ScreenAxis): boolean =>
  usesLight(light === 'offered' && withoutLight ? 'none' : light, axis);

/** After this many attempts without visible light, the light is skipped if allowed. */
const mostLightTries = 2;

/**
 * Returns the state after a failed attempt. Pictures and secrets are single-use, except a secret chosen at enrolment.
 */
export function afterTry({ purpose }: View, facts: Facts, hint: Hint | null): Change {
  const lightTries = facts.lightTries + Number(hint === 'too_bright');
  return {
    frames: null,
    again: { hint },
    lightTries,
    withoutLight: facts.withoutLight || lightTries >= mostLightTries,
    secret: purpose === 'enrol' ? facts.secret : null,
    referencePhoto: isReferenceHint(hint) ? null : facts.referencePhoto,
    document: isDocumentHint(hint) ? null : facts.document,
  };
}
