import type { Hint } from '../../../src/core/hints.js';
import type { Movement } from '../../../src/core/movements.js';
import type { AnotherWay, HelpReason, NoticeKind } from '../../../src/core/step-up/page-protocol.js';
import type { ProblemName } from '../problem.js';

interface Section {
  readonly heading: string;
  readonly text: string;
}

/** Who asks, by name. `null`: the connection names nobody. */
type Organisation = string | null;

/** What the consent text depends on. */
export interface ConsentFacts {
  readonly organisation: Organisation;
  readonly retentionDays: number | null;
  readonly referencePhotoNeeded: boolean;
}

export interface ConsentWords {
  readonly heading: string;
  readonly intro: (organisation: Organisation) => string;
  /** What happens, what is kept, how to refuse, how to withdraw. */
  readonly sections: (facts: ConsentFacts) => readonly Section[];
}

export interface ProblemWords {
  readonly heading: string;
  readonly text: string;
  /** What the person can do, step by step. */
  readonly steps?: readonly string[];
}

/** Every word of the page in one language. A language that lacks one does not compile. */
export interface Words {
  readonly title: string;
  readonly language: string;
  /** The link to the organisation's own help. */
  readonly helpLink: string;
  readonly agree: string;
  readonly refuse: string;
  readonly cannot: string;
  /** What that does. */
  readonly cannotText: string;
  /** Of somebody who agreed at an earlier visit. */
  readonly agreed: { readonly on: (day: string) => string; readonly read: string };
  readonly next: string;
  readonly back: string;
  readonly tryAgain: string;
  readonly goOn: string;
  readonly leave: string;
  readonly otherWay: string;
  readonly mayClose: string;
  readonly opening: string;
  /** Of a link that came by a letter or a message. */
  readonly arrived: { readonly heading: string; readonly text: string };
  readonly consent: { readonly verify: ConsentWords; readonly enrol: ConsentWords };
  /** Around what is to be approved, whose words are its own. */
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
  readonly place: {
    readonly heading: string;
    readonly text: string;
    readonly here: string;
    readonly phone: string;
  };
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
  readonly permission: { readonly heading: string; readonly text: string; readonly action: string };
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
    /** What the screen will do, and for whom that is nothing. */
    readonly flashes: string;
    readonly withoutFlashes: string;
    /** By a window or a lamp: the screen's light will hardly be seen. */
    readonly outshone: string;
  };
  /** What would help: while the camera runs, and after a try. */
  readonly hints: Readonly<Record<Hint, string>>;
  readonly challenge: {
    readonly heading: string;
    readonly movements: Readonly<Record<Movement, string>>;
    readonly progress: (step: number, of: number) => string;
    /** While the screen changes its light for a pose that is made already. */
    readonly hold: string;
  };
  /** To somebody who cannot have flashing colours where they are asked for. */
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
    readonly returning: string;
  };
  readonly failed: { readonly heading: string; readonly text: string };
  readonly again: {
    readonly heading: string;
    readonly text: string;
    readonly triesLeft: (tries: number) => string;
    readonly withoutLight: string;
  };
  readonly expired: { readonly heading: string; readonly text: string };
  readonly abandoned: { readonly heading: string; readonly text: string };
  readonly lockedFor: (minutes: number) => string;
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
  /** Which notices a person gets, and how. */
  readonly notices: {
    readonly heading: string;
    /** Where there is no other way. */
    readonly headingByEmail: string;
    readonly kinds: Readonly<Record<NoticeKind, string>>;
    readonly how: string;
    readonly byEmail: string;
    readonly emailStill: string;
    readonly here: string;
    readonly notHere: string;
    /** Before their number. */
    readonly otherDevices: string;
    readonly nowhere: string;
    /** The browser does not let notices be pushed to it. */
    readonly refused: string;
    readonly keep: string;
    readonly kept: string;
  };
  /** To somebody who got a notice about what they did not do. */
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
  /** In place of a face. */
  readonly ways: {
    readonly heading: string;
    readonly text: string;
    /** Where the help desk alone can be asked. */
    readonly helpText: string;
    /** What "I can't do this" leads to. */
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
  /** To somebody who is on the telephone with the help desk. */
  readonly call: { readonly heading: string; readonly text: string; readonly warning: string };
  readonly kiosk: {
    readonly heading: string;
    readonly text: string;
    readonly noScanner: string;
    readonly scan: string;
    readonly scanHeading: string;
    readonly scanText: string;
    readonly fullScreen: string;
    readonly resets: (seconds: number) => string;
    readonly now: string;
  };
}
