import { inTime } from '../core/deadline.js';
import type { Clock } from '../core/ports.js';

/** Whether this process can take work. */
export interface Readiness {
  /** The names of the parts that cannot, in the order they were given; empty where all can. */
  findUnready(): Promise<readonly string[]>;
  /**
   * What keeps requests from being sent here rather than to another replica. What replicas share is no reason, once this one had it:
   * hooks answer without it as their policy says, and a load balancer that finds all replicas unready answers for them.
   */
  findUnreadyHere(): Promise<readonly string[]>;
  /** From now on no work is to be sent here. */
  stop(): void;
}

/** How long an answer holds, in milliseconds: asking often puts no load on what is asked. */
const holdsMs = 1_000;

/** Longer than a store that works takes, and shorter than a load balancer waits. */
const answerWithinMs = 2_000;

type Parts = Readonly<Record<string, () => Promise<boolean>>>;

/**
 * Asks each part of the server whether it can take work.
 * @param parts - by name; one that throws or does not answer within 2 s cannot
 */
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
    // A clock that was put back is no reason to trust an old answer.
    if (now < askedAt || now - askedAt >= holdsMs) {
      askedAt = now;
      answer = askAll();
    }
    return answer;
  };

  return {
    findUnready,
    // What is shared is not even asked: a store that keeps silent would be waited for.
    findUnreadyHere: async () => (hasBeenReady && !isStopping ? ask(own) : findUnready()),
    stop() {
      isStopping = true;
    },
  };
}
