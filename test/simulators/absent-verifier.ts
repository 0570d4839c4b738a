import type { Verifier } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';

/** A verifier nobody may ask: hooks look at results, never at faces. */
export function createAbsentVerifier(): Verifier {
  const refuse = async (): Promise<never> => {
    throw new FaceError('internal', 'a hook asked the verifier');
  };
  return {
    kind: 'embedded',
    isReady: async () => true,
    identify: () => {
      throw new FaceError('internal', 'a hook asked the verifier');
    },
    enrol: refuse,
    verify: refuse,
    score: refuse,
    match: refuse,
    consistency: refuse,
    detect: refuse,
    quality: refuse,
    liveness: refuse,
    close: async () => {},
  };
}
