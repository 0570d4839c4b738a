import { inTime } from '../core/deadline.js';
import type { Clock } from '../core/ports.js';

export interface Readiness {
  /** Returns the names of parts that are not ready, in order; empty if all are. */
  findUnready(): Promise<readonly string[]>;
  /**
   * Reasons to prefer another replica. Shared parts count only until they were ready once: hooks then follow their
   * policy, whereas a load balancer would answer itself.
   */
  findUnreadyHere(): Promise<readonly string[]>;
  stop(): void;
}

/** Cache time in milliseconds, to limit load. */
const holdsMs = 1_000;

/** Longer than a working store needs, shorter than load balancers wait. */
const answerWithinMs = 2_000;

type Parts = Readonly<Record<string, () => Promise<boolean>>>;

/** Creates the readiness checks. @param parts - one that throws or times out is not ready */
export function createReadiness(
  { own, shared }: { readonly own: Parts; readonly shared: Parts },
  { clock }: { readonly clock: Clock },
): Readiness {
  let isStopping = false;
  let hasBeenReady = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<readonly string[]> = Promise.resolve([]);

  const ask = async (parts: Parts): Promise<readonly string[]> => {
    const asked = await Promise.all(
      Object.entries(parts).map(async ([name, isReady]) => {
        const isIt = await inTime(
          isReady().catch(() => false),
          answerWithinMs,
          () => false,
        );
        return isIt ? [] : [name];
      }),
    );
    return asked.flat();
  };

  const askAll = async (): Promise<readonly string[]> => {
    const unready = await ask({ ...own, ...shared });
    if (unready.length === 0) hasBeenReady = true;
    return unready;
  };
  const findUnready = async (): Promise<readonly string[]> => {
    if (isStopping) return ['stopping'];
    const now = clock.now();
    // If the clock was set back, old answers expire too.
    if (now < askedAt || now - askedAt >= holdsMs) {
      askedAt = now;
      answer = askAll();
    }
    return answer;
  };

  return {
    findUnready,
    // Shared parts are skipped, so that a silent store causes no wait.
    findUnreadyHere: async () => (hasBeenReady && !isStopping ? ask(own) : findUnready()),
    stop() {
      isStopping = true;
    },
  };
}
