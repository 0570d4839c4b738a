/**
 * Required liveness: none, passive, one movement on a known device and movements elsewhere (`glance`), a movement
 * challenge, movements plus screen light if the browser supports it (`challenge`), or always both (`light`). The capture
 * page always asks for movements.
 */
export const livenessLevels = ['off', 'passive', 'glance', 'movement', 'challenge', 'light'] as const;
export type LivenessLevel = (typeof livenessLevels)[number];

/** A vendor's liveness check in place of the own one. */
export interface VendorPolicy {
  readonly vendor: string;
  /** Lowest confidence of the vendor that passes, from 0 to 100. */
  readonly confidence: number;
  /** Own check while the vendor's service fails. `none`: checks are refused meanwhile. */
  readonly fallback: 'movement' | 'none';
}

export type LivenessPolicy = LivenessLevel | VendorPolicy;

/** Where one movement is enough (src/step-up/glance.ts). */
export interface GlancePolicy {
  /** Days after a full check on the device. */
  readonly days: number;
  /** How the device proves itself: by the person's passkey, or by a key that its browser cannot export. */
  readonly proof: 'passkey' | 'browser';
}

export const vendorPolicyOf = ({ liveness }: { readonly liveness: LivenessPolicy }): VendorPolicy | null =>
  typeof liveness === 'string' ? null : liveness;

/** Returns true if a check that had to show one liveness shows another as well. A vendor's counts as every own level. */
export function isStrongEnough(shown: LivenessPolicy | null, asked: LivenessPolicy): boolean {
  if (shown === null) return false;
  if (typeof asked !== 'string')
    return typeof shown !== 'string' && shown.vendor === asked.vendor && shown.confidence >= asked.confidence;
  return typeof shown !== 'string' || livenessLevels.indexOf(shown) >= livenessLevels.indexOf(asked);
}

/** Returns the own check. With a vendor, it is the one that may replace the vendor's. */
export const ownLivenessOf = ({ liveness }: { readonly liveness: LivenessPolicy }): LivenessLevel =>
  typeof liveness === 'string' ? liveness : 'movement';

/** Name of the built-in judge of passive liveness. */
export const builtInJudge = 'built-in';
