import type { CheckEvent, CheckReason } from '../../../../src/core/step-up/home-protocol.js';

/** What a person's own page says in one language, beside what the capture page says anyway. It is loaded with that page alone. */
export interface HomeWords {
  readonly title: string;
  readonly headings: {
    readonly enrolment: string;
    readonly services: string;
    readonly checks: string;
    readonly consents: string;
    readonly links: string;
    readonly devices: string;
    readonly notices: string;
    readonly ownData: string;
  };
  /** A part that cannot be read just now. */
  readonly unreadable: string;
  readonly readAgain: string;
  /** To somebody who has shown no face, where nobody may enrol by a sign-in. */
  readonly renewElsewhere: string;
  readonly checksText: string;
  readonly noChecks: string;
  readonly olderChecks: string;
  /** Before the name of the application that asked. */
  readonly application: string;
  readonly events: Readonly<Record<CheckEvent, string>>;
  readonly reasons: Readonly<Record<CheckReason, string>>;
  readonly consentsText: string;
  readonly noConsents: string;
  readonly consentSince: (since: string, until: string) => string;
  readonly endConsent: (application: string) => string;
  readonly consentEnded: (application: string) => string;
  readonly linksText: string;
  readonly noLinks: string;
  readonly endLink: (name: string) => string;
  readonly linkEnded: (name: string) => string;
  readonly noDevices: string;
  readonly passkey: string;
  readonly passkeyText: string;
  readonly recoveryCodes: string;
  readonly recoveryCodesText: (left: number, made: string) => string;
  readonly knownPlaces: string;
  /** `until` is when they are forgotten by themselves. */
  readonly knownPlacesText: (devices: number, networks: number, until: string | null) => string;
  readonly forgetPlaces: string;
  readonly placesForgotten: string;
  readonly ownDataText: string;
  readonly saveData: string;
  readonly dataSaved: string;
}
