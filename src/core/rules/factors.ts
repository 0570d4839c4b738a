import type { TermsOutcome } from './rule.js';

/** Factors that a sign-in needs. */
export interface NeededFactors {
  readonly outcome: TermsOutcome;
  /** True if a code can take the place of a face (`policy.anotherWay.counts`). */
  readonly takesCodes: boolean;
}

/** Methods of RFC 8176. */
export type Factors = readonly string[];

const hasPasskey = (methods: Factors): boolean => methods.includes('hwk') || methods.includes('swk');

/** Returns true if the factors of a passed check are those that a sign-in needs. A passkey alone counts only by a rule. */
export function isEnough(methods: Factors, { outcome, takesCodes }: NeededFactors): boolean {
  const hasFace = methods.includes('face');
  const isCode = takesCodes && methods.includes('otp');
  switch (outcome) {
    case 'face_and_passkey':
      return hasFace && hasPasskey(methods);
    case 'passkey_or_face':
      return hasFace || hasPasskey(methods) || isCode;
    default:
      return hasFace || isCode;
  }
}
