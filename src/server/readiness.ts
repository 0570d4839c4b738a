import { inTime } from '../core/deadline.js';
import type { Clock } from '../core/ports.js';

/** Whether this process can take work. */
export interface Readiness {
  /** The names of the parts that cannot, in the order they were given; empty where all can. */
  findUnready(): Promise<readonly string[]>;
  /** From now on no work is to be sent here. */
  stop(): void;
}

/** How long an answer holds, in milliseconds: asking often puts no load on what is asked. */
const holdsMs = 1_000;

/** Longer than a store that works takes, and shorter than a load balancer waits. */
const answerWithinMs = 2_000;

/**
 * Asks each part of the server whether it can take work.
 * @param parts - by name; one that throws or does not answer within 2 s cannot
 */
export function createReadiness(
  parts: Readonly<Record<string, () => Promise<boolean>>>,
  { clock }: { readonly clock: Clock },
): Readiness {
  let isStopping = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<readonly string[]> = Promise.resolve([]);

  const ask = async (): Promise<readonly string[]> => {
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

  return {
    async findUnready() {
      if (isStopping) return ['stopping'];
      const now = clock.now();
      // A clock that was put back is no reason to trust an old answer.
      if (now < askedAt || now - askedAt >= holdsMs) {
        askedAt = now;
        answer = ask();
      }
      return answer;
    },
    stop() {
      isStopping = true;
    },
  };
}
