export interface CredentialTexts {
  readonly startTitle: (credential: string) => string;
  /** `from` is the organization that provides the data, or `null` if it has no name. */
  readonly startText: (from: string | null) => string;
  readonly startSteps: readonly [string, string, string];
  readonly begin: string;
  /** Shown after a refused consent or a failed check. */
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
