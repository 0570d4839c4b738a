/** What the pages of a credential say. */
export interface CredentialTexts {
  readonly startTitle: (credential: string) => string;
  /** `from` is whose it is, `null` where that has no name. */
  readonly startText: (from: string | null) => string;
  readonly startSteps: readonly [string, string, string];
  readonly begin: string;
  /** Somebody did not agree, or their face check did not pass. */
  readonly nothing: string;
  readonly offerTitle: (credential: string) => string;
  readonly scan: string;
  readonly qr: string;
  readonly onThisPhone: string;
  readonly askForCode: string;
  readonly code: string;
  readonly codeText: string;
  readonly life: string;
}
