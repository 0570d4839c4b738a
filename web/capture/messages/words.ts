import type { Hint } from '../../../src/core/hints.js';
import type { Movement } from '../../../src/core/movements.js';
import type { AnotherWay, HelpReason, NoticeKind } from '../../../src/core/step-up/page-protocol.js';
import type { ProblemName } from '../problem.js';

interface Section {
  readonly heading: string;
  readonly text: string;
}

type Organisation = string | null;

export interface ConsentFacts {
  readonly organisation: Organisation;
  readonly retentionDays: number | null;
  readonly referencePhotoNeeded: boolean;
}

export interface ConsentWords {
  readonly heading: string;
  readonly intro: (organisation: Organisation) => string;
  readonly sections: (facts: ConsentFacts) => readonly Section[];
}

export interface ProblemWords {
  readonly heading: string;
  readonly text: string;
  readonly steps?: readonly string[];
}

/** Texts of the capture page. A language with missing texts does not compile. */
export interface Words {
  readonly title: string;
  readonly language: string;
  readonly helpLink: string;
  readonly agree: string;
  readonly refuse: string;
  readonly cannot: string;
  readonly cannotText: string;
  readonly agreed: { readonly on: (day: string) => string; readonly read: string };
  readonly next: string;
  readonly back: string;
  readonly tryAgain: string;
  readonly goOn: string;
  readonly leave: string;
  readonly otherWay: string;
  readonly mayClose: string;
  readonly opening: string;
  readonly arrived: { readonly heading: string; readonly text: string };
  readonly consent: { readonly verify: ConsentWords; readonly enrol: ConsentWords };
  readonly action: {
    readonly heading: string;
    readonly intro: (application: Organisation) => string;
    readonly amount: string;
    readonly payee: string;
    readonly document: string;
    readonly digest: string;
    readonly mixedScripts: string;
    readonly warning: string;
    readonly approve: string;
    readonly refuse: string;
  };
  readonly usePhone: string;
  readonly handOff: {
    readonly heading: string;
    readonly text: string;
    readonly qr: string;
    readonly code: string;
    readonly waiting: string;
    readonly opened: string;
    readonly openedText: string;
    readonly paired: string;
    readonly pairedText: string;
    readonly refused: string;
    readonly refusedText: string;
    readonly anew: string;
    readonly here: string;
  };
  readonly pairing: {
    readonly heading: string;
    readonly text: string;
    readonly organisation: string;
    readonly application: string;
    readonly computer: string;
    readonly network: string;
    readonly unknown: string;
    readonly warning: string;
    readonly none: string;
    readonly refused: string;
    readonly refusedText: string;
  };
  readonly permission: {
    readonly heading: string;
    readonly text: string;
    /** Heading if the camera is already permitted and the user only decides about flashing colors. */
    readonly getReady: string;
    readonly action: string;
  };
  readonly framing: {
    readonly heading: string;
    readonly text: string;
    readonly camera: string;
    readonly unnamedCamera: (number: number) => string;
    readonly start: string;
    readonly ready: string;
    readonly loading: string;
    readonly noGuide: string;
    readonly virtual: (camera: string) => string;
    readonly unsuitable: (camera: string) => string;
    readonly flashes: string;
    readonly withoutFlashes: string;
    readonly outshone: string;
  };
  readonly hints: Readonly<Record<Hint, string>>;
  readonly challenge: {
    readonly heading: string;
    readonly movements: Readonly<Record<Movement, string>>;
    /** Shown while the screen's light changes and the user must hold the pose. */
    readonly hold: string;
  };
  readonly flashes: {
    readonly heading: string;
    readonly text: (organisation: Organisation) => string;
    readonly stop: string;
  };
  readonly sending: { readonly heading: string; readonly text: string };
  readonly passed: {
    readonly verify: string;
    readonly enrol: string;
    readonly text: string;
    readonly onPhone: string;
    readonly returning: (application: string | null) => string;
  };
  readonly failed: { readonly heading: string; readonly text: string; readonly next: string };
  readonly again: {
    readonly heading: string;
    readonly text: string;
    readonly triesLeft: (tries: number) => string;
    readonly withoutLight: string;
  };
  readonly expired: { readonly heading: string; readonly text: string };
  readonly abandoned: { readonly heading: string; readonly text: string };
  /** @param time - time in the user's time zone, with the date unless it is today */
  readonly tryAgainAt: (time: string, minutes: number) => string;
  readonly problems: Readonly<Record<ProblemName, ProblemWords>>;
  readonly manage: {
    readonly heading: string;
    readonly none: string;
    readonly text: string;
    readonly tokenId: string;
    readonly enrolledAt: string;
    readonly purpose: string;
    readonly expiresAt: string;
    readonly untilRevoked: string;
    readonly enrol: string;
    readonly renew: string;
    readonly revoke: string;
    readonly confirmHeading: string;
    readonly confirmText: string;
    readonly confirm: string;
    readonly keep: string;
    readonly revoked: string;
    readonly close: string;
    readonly closed: { readonly heading: string; readonly text: string };
  };
  readonly notices: {
    readonly heading: string;
    readonly headingByEmail: string;
    readonly kinds: Readonly<Record<NoticeKind, string>>;
    readonly how: string;
    readonly byEmail: string;
    readonly emailStill: string;
    readonly here: string;
    readonly notHere: string;
    /** Label of the number of other devices. */
    readonly otherDevices: string;
    readonly nowhere: string;
    readonly refused: string;
    readonly keep: string;
    readonly kept: string;
  };
  /** Texts for users who report that they did not cause the event of a notification. */
  readonly notMe: {
    readonly heading: string;
    readonly text: string;
    readonly confirm: string;
    readonly done: string;
    readonly doneText: string;
  };
  readonly reference: {
    readonly heading: string;
    readonly text: string;
    readonly choose: string;
    readonly take: string;
    readonly cameraHeading: string;
    readonly cameraText: string;
    readonly shutter: string;
    readonly preview: string;
    readonly use: string;
    readonly another: string;
  };
  readonly pin: {
    readonly chooseHeading: string;
    readonly enterHeading: string;
    readonly chooseText: string;
    readonly enterText: string;
    readonly label: string;
    readonly repeat: string;
    readonly rule: string;
    readonly tooShort: string;
    readonly weak: string;
    readonly different: string;
  };
  readonly passkey: {
    readonly createHeading: string;
    readonly getHeading: string;
    readonly createText: string;
    readonly getText: string;
    readonly action: string;
  };
  readonly ways: {
    readonly heading: string;
    readonly text: string;
    readonly helpText: string;
    readonly cannotText: string;
    readonly names: Readonly<Record<AnotherWay, string>>;
    readonly texts: Readonly<Record<AnotherWay, string>>;
    readonly label: string;
    readonly wrong: string;
    readonly back: string;
    readonly stop: string;
    readonly passed: { readonly heading: string; readonly text: string };
  };
  readonly recovery: {
    readonly heading: string;
    readonly text: string;
    readonly show: string;
    readonly later: string;
    readonly keep: string;
    readonly done: string;
  };
  readonly help: {
    readonly ask: string;
    readonly text: string;
    readonly reason: string;
    readonly reasons: Readonly<Record<HelpReason, string>>;
    readonly note: string;
    readonly send: string;
    readonly asked: string;
    readonly askedText: string;
  };
  readonly call: { readonly heading: string; readonly text: string; readonly warning: string };
  readonly kiosk: {
    readonly heading: string;
    readonly text: string;
    readonly scan: string;
    readonly scanHeading: string;
    readonly scanText: string;
    readonly fullScreen: string;
    readonly resets: (seconds: number) => string;
    readonly now: string;
  };
}
