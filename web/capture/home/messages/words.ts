import type { CheckEvent, CheckReason } from '../../../../src/core/step-up/home-protocol.js';

/** Texts that are loaded only with the home page. */
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
  readonly unreadable: string;
  readonly readAgain: string;
  /** Shown to users who signed in without a face check, if the policy does not allow them to enrol again here. */
  readonly renewElsewhere: string;
  readonly checksText: string;
  readonly noChecks: string;
  readonly olderChecks: string;
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
  readonly makeCodes: string;
  /** Shown if the page was opened without a face check. */
  readonly makeCodesElsewhere: string;
  readonly knownPlaces: string;
  readonly knownPlacesText: (devices: number, networks: number, until: string | null) => string;
  readonly forgetPlaces: string;
  readonly placesForgotten: string;
  readonly ownDataText: string;
  readonly saveData: string;
  readonly dataSaved: string;
}
