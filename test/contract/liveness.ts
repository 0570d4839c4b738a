import { beforeAll, describe, expect, test } from '@jest/globals';
import type { FaceErrorCode } from '../../src/errors.js';

/** What a judge says of one person, in the terms that all judges share. */
export interface JudgedLiveness {
  readonly pass: boolean;
  readonly presence: string;
  /** From 0 to 1. */
  readonly liveness: number;
  readonly reasons: readonly string[];
}

/** One way to judge liveness: the own one, or a vendor's. */
export interface LivenessHarness {
  /** Judges a live person. */
  judgeLive(): Promise<JudgedLiveness>;
  /** Judges a picture in front of the camera. */
  judgePicture(): Promise<JudgedLiveness>;
  /** Judges while what it depends on does not answer. @returns the code of the failure */
  judgeWhileDown(): Promise<FaceErrorCode>;
}

/** Failures that callers treat as an outage, so that no one is refused as not live. */
const outages: readonly FaceErrorCode[] = [
  'liveness_unavailable',
  'liveness_throttled',
  'liveness_refused',
  'overloaded',
  'upstream_unavailable',
  'internal',
];

/** Tests that hold for every judge of liveness. A new vendor must pass them. */
export function describeLiveness(name: string, open: () => Promise<LivenessHarness>): void {
  describe(`${name} judges liveness`, () => {
    let harness: LivenessHarness;
    beforeAll(async () => {
      harness = await open();
    });

    test('a live person passes, and the finding names the method', async () => {
      const { pass, presence, liveness, reasons } = await harness.judgeLive();
      expect({ pass, reasons }).toEqual({ pass: true, reasons: [] });
      expect(presence).toMatch(/^[a-z][a-z0-9-]{2,63}$/);
      expect(liveness).toBeGreaterThan(0);
      expect(liveness).toBeLessThanOrEqual(1);
    });

    test('a picture does not pass, and the finding says why', async () => {
      const { pass, reasons } = await harness.judgePicture();
      expect(pass).toBe(false);
      expect(reasons).not.toEqual([]);
    });

    test('two people are judged on their own at the same time', async () => {
      const found = await Promise.all([harness.judgeLive(), harness.judgePicture(), harness.judgeLive()]);
      expect(found.map(({ pass }) => pass)).toEqual([true, false, true]);
    });

    test('an outage is told as one, and not as a person who is not live', async () => {
      expect(outages).toContain(await harness.judgeWhileDown());
    });
  });
}
