import type { Ports } from '../core/deps.js';
import { withTimeout } from '../core/resilience.js';
import { addSec } from '../core/units.js';

export interface Readiness {
  /** Returns the names of the parts that are not ready. */
  findUnready(): Promise<readonly string[]>;
  /**
   * Returns reasons to prefer another replica. Shared parts count only until they were ready once: after that, hooks
   * follow their policy during an outage, but a load balancer without any ready replica would refuse all calls.
   */
  findUnreadyHere(): Promise<readonly string[]>;
  stop(): void;
}

/** Time for which an answer is cached, in milliseconds. */
const holdsMs = 1_000;

/** Longer than a working store needs, and shorter than load balancers wait. */
const answerWithinMs = 2_000;

const writtenKeptSec = 60;

/** Returns true if the store takes a write. A full or read-only store still answers reads. @throws `state_unavailable` */
export const takesWrites = ({ state, clock }: Ports<'state' | 'clock'>): Promise<boolean> =>
  state.write('ready', true, {
    when: 'any',
    expiresAt: addSec(clock.now(), writtenKeptSec),
    relaxedDurability: true,
  });

type Parts = Readonly<Record<string, () => Promise<boolean>>>;

/** @param parts - checks; a part whose check throws or times out is not ready */
export function createReadiness(
  { own, shared }: { readonly own: Parts; readonly shared: Parts },
  { clock }: Ports<'clock'>,
): Readiness {
  let isStopping = false;
  let hasBeenReady = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<readonly string[]> = Promise.resolve([]);

  const ask = async (parts: Parts): Promise<readonly string[]> => {
    const asked = await Promise.all(
      Object.entries(parts).map(async ([name, isReady]) => {
        const isIt = await withTimeout(
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
    // The parts are also asked again if the clock was set back.
    if (now < askedAt || now - askedAt >= holdsMs) {
      askedAt = now;
      answer = askAll();
    }
    return answer;
  };

  return {
    findUnready,
    // Shared parts are not even asked, so that a store that does not answer causes no delay.
    findUnreadyHere: async () => (hasBeenReady && !isStopping ? ask(own) : findUnready()),
    stop() {
      isStopping = true;
    },
  };
}
