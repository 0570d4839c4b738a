import { type Hint, isOfReference } from '../../src/core/hints.js';
import type { DeviceSignals } from '../../src/core/step-up/device-signals.js';
import type { ProblemName } from './problem.js';
import type { AnotherWay, View } from './view.js';

/** Every screen of the page: the value of `data-screen`. */
export type Screen =
  | StepName
  | ProblemName
  | 'arrived'
  | 'refused'
  | 'reference-camera'
  | 'reference-photo'
  | 'reference-look'
  | 'permission'
  | 'framing'
  | 'flashes'
  | 'challenge'
  | 'revoke'
  | 'not-me'
  | 'not-me-done'
  | 'code'
  | 'help'
  | 'help-asked'
  | 'call'
  | 'kiosk-idle'
  | 'kiosk-scan'
  | PresenceScreen;

/** Those of a presence test alone. */
export type PresenceScreen = 'tester' | 'presentation' | 'no-presentation' | 'keep' | 'summary';

/** What the person is led through, one after the other. */
export type StepName =
  | 'opening'
  | 'pairing'
  | 'manage'
  | 'consent'
  | 'action'
  | 'place'
  | 'hand-off'
  | 'reference'
  | 'pin'
  | 'passkey'
  | 'capture'
  | 'sending'
  | 'ways'
  | 'recovery-codes'
  | 'receipt'
  | 'passed'
  | 'passed_another_way'
  | 'failed'
  | 'try-again'
  | 'expired'
  | 'abandoned';

/** The pictures of a challenge, whose digests the server holds, in the order in which it asked for them. */
export interface Frames {
  readonly nonce: string;
  readonly photos: readonly Blob[];
}

/** What goes with the pictures: a PIN, or the JSON text of a passkey's answer. */
export type Secret = { readonly pin: string } | { readonly passkey: string };

/** All that the page knows. The step that is due follows from it, and each step adds to it. */
export interface Facts {
  /** `null` until the link was opened. */
  readonly view: View | null;
  readonly isKiosk: boolean;
  /** Whether the end leads to where the person came from. Whoever began at the kiosk itself came from nowhere. */
  readonly leadsBack: boolean;
  /** A computer without a touch screen may hand the camera's part to a phone. */
  readonly mayHandOff: boolean;
  /** What this browser says of itself, as the server reads it. */
  readonly isPhone: boolean;
  /** The person has seen what they are to approve, and wants to. */
  readonly isActionSeen: boolean;
  readonly place: 'unasked' | 'here' | 'phone';
  readonly referencePhoto: Blob | null;
  readonly secret: Secret | null;
  /** The person has pressed the button that turns the camera on. */
  readonly isCameraAsked: boolean;
  readonly frames: Frames | null;
  /** Of the camera that took them. */
  readonly device: DeviceSignals | null;
  /** The last try did not do, and another one may. */
  readonly again: { readonly hint: Hint | null } | null;
  /** Tries under the screen's light whose pictures did not show it. */
  readonly lightTries: number;
  /** The screen's light is left out: the person asked for that, or it cannot be seen where they are. */
  readonly withoutLight: boolean;
  readonly receipt: string | null;
  /** The person has noted their recovery codes, or wants none. */
  readonly areCodesDone: boolean;
  /** The person looks for another way than their face. */
  readonly isElsewhere: boolean;
  /** The code that they are to give in place of it; `null`: they have not chosen any. */
  readonly code: Code | null;
}

/** A code in place of a face. `id`: what goes with one that was sent. */
export interface Code {
  readonly way: AnotherWay;
  readonly id: string | null;
}

/** At the start. */
export const nothingKnown: Facts = {
  view: null,
  isKiosk: false,
  leadsBack: true,
  mayHandOff: false,
  isPhone: false,
  isActionSeen: false,
  place: 'unasked',
  referencePhoto: null,
  secret: null,
  isCameraAsked: false,
  frames: null,
  device: null,
  again: null,
  lightTries: 0,
  withoutLight: false,
  receipt: null,
  areCodesDone: false,
  isElsewhere: false,
  code: null,
};

/** What a step adds to the facts. */
export type Change = Partial<Facts>;

/** The step that is due. */
export function nextStep(facts: Facts): StepName {
  const { view } = facts;
  if (view === null) return 'opening';
  const mayHaveCodes = view.recoveryCodesOffered && !facts.areCodesDone && !facts.isKiosk;
  if (view.state === 'passed' && mayHaveCodes) return 'recovery-codes';
  if (view.state === 'passed' && view.receiptWaits && facts.receipt === null) return 'receipt';
  switch (view.state) {
    case 'passed':
    case 'passed_another_way':
    case 'failed':
    case 'expired':
    case 'abandoned':
      return view.state;
    case 'started':
    case 'captured':
      return nextOpenStep(facts, view);
  }
}

/** Whether there is anything to choose in place of the check, beside ending it. */
export const hasWays = ({ anotherWays, helpOffered }: View): boolean => anotherWays.length > 0 || helpOffered;

function nextOpenStep(facts: Facts, view: View): StepName {
  if (view.role === 'unpaired') return 'pairing';
  if (view.purpose === 'manage') return 'manage';
  if (view.state === 'captured') return 'sending';
  if (facts.isElsewhere && hasWays(view)) return 'ways';
  if (view.consentNeeded) return 'consent';
  if (view.action !== null && !facts.isActionSeen) return 'action';
  // Where another photo of the document is all that is asked for, the screen that asks for it says so.
  if (facts.again !== null && !isOfReference(facts.again.hint)) return 'try-again';
  const where = stepOfPlace(facts, view);
  if (where !== null) return where;
  if (view.purpose === 'enrol' && view.referencePhotoNeeded && facts.referencePhoto === null) return 'reference';
  if (view.userSecret !== 'none' && facts.secret === null) return view.userSecret;
  return facts.frames === null ? 'capture' : 'sending';
}

/** What is due before it is known that this browser's camera is the one; `null`: it is. */
function stepOfPlace({ place, isPhone, mayHandOff }: Facts, view: View): 'place' | 'hand-off' | null {
  if (view.role !== 'own') return null;
  if (place === 'phone') return 'hand-off';
  if (!view.handOffAllowed) return null;
  if (view.phoneNeeded && !isPhone) return 'hand-off';
  if (place !== 'unasked' || !mayHandOff) return null;
  return view.handOff === null ? 'place' : 'hand-off';
}

const stepsBeforeCamera: readonly StepName[] = ['consent', 'action', 'reference', 'pin', 'passkey', 'try-again'];

/** Whether this browser's camera follows what the person is asked now: what the camera needs can be fetched behind that screen. */
export const isCameraAhead = (facts: Facts): boolean =>
  facts.view !== null && stepsBeforeCamera.includes(nextStep(facts)) && stepOfPlace(facts, facts.view) === null;

/** Whether the screen's light takes part in the next try. */
export const lightOf = ({ light }: View, { withoutLight }: Facts): View['light'] =>
  light === 'offered' && withoutLight ? 'none' : light;

/** After so many tries whose pictures did not show the light, it is left out where that is allowed. */
const mostLightTries = 2;

/**
 * What is left of a try that did not do. Pictures are good for one, and so is a secret, except the one chosen at an
 * enrolment: nobody has to think of another PIN, or to keep a second passkey. Neither has anybody to choose the photo of
 * their ID again, unless it was that photo.
 */
export function afterTry({ purpose }: View, facts: Facts, hint: Hint | null): Change {
  const lightTries = facts.lightTries + (hint === 'too_bright' ? 1 : 0);
  return {
    frames: null,
    again: { hint },
    lightTries,
    withoutLight: facts.withoutLight || lightTries >= mostLightTries,
    ...(purpose === 'enrol' ? {} : { secret: null }),
    ...(isOfReference(hint) ? { referencePhoto: null } : {}),
  };
}
