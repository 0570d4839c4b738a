import { limitsGuard } from '../../config/limits.js';
import type { CoreDeps } from '../../core/deps.js';
import type { Clock, Log, Random } from '../../core/ports.js';
import { FaceError } from '../../errors.js';

const never = async (): Promise<never> => {
  throw new FaceError('internal', { reason: 'only the server decides' });
};

/** A core for an adapter that is only asked what it would say: it has no state, no keys and no engine. */
export const createIdleCore = (
  issuer: string,
  deps: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): CoreDeps => ({
  ...deps,
  issuer,
  settings: { limits: limitsGuard.parse({}), consentDays: null },
  state: { read: never, write: never, add: never, delete: never, heldSince: never, close: async () => {} },
  audit: { append: never, close: async () => {} },
  signer: { sign: never, verify: never, publicKeys: never },
  verifier: {
    kind: 'embedded',
    isReady: async () => false,
    identify() {
      throw new FaceError('internal', { reason: 'only the server decides' });
    },
    ...{ holdsKeyOf: never, enrol: never, verify: never, score: never, match: never, consistency: never },
    ...{ detect: never, quality: never, liveness: never },
    close: async () => {},
  },
});
