/** How the check of a test person ends. The name of the person is this word and `@`. */
export const testOutcomes = ['pass', 'refuse', 'lockout', 'expire', 'unenrolled'] as const;
export type TestOutcome = (typeof testOutcomes)[number];

/** Issuer of the receipts of test people. No program that expects the real issuer accepts them. */
export const testIssuerOf = (issuer: string): string => `${issuer}/test`;
