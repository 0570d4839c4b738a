import type { Ports } from '../core/deps.js';
import { withTimeout } from '../core/resilience.js';
import { addSec } from '../core/units.js';

/** Reasons why a server is not ready: the part that fails, or what a part lacks. */
export const unreadyCodes = [
  'engine',
  'trail_not_writable',
  'no_descriptors',
  'verifier',
  'state',
  'keys',
  'stopping',
] as const;

export type UnreadyCode = (typeof unreadyCodes)[number];

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

type Parts = Readonly<Partial<Record<UnreadyCode, () => Promise<boolean>>>>;

/** @param parts - checks by the code that is reported if the check fails, throws or times out */
export function createReadiness(
  { own, shared }: { readonly own: Parts; readonly shared: Parts },
  { clock }: Ports<'clock'>,
) {
  let isStopping = false;
  let hasBeenReady = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  let answer: Promise<readonly UnreadyCode[]> = Promise.resolve([]);

  const ask = async (parts: Parts): Promise<readonly UnreadyCode[]> => {
    const asked = await Promise.all(
      unreadyCodes.map(async (code) => {
        const isReady = parts[code];
        if (isReady === undefined) return [];
        const isIt = await withTimeout(
          isReady().catch(() => false),
          answerWithinMs,
          () => false,
        );
        return isIt ? [] : [code];
      }),
    );
    return asked.flat();
  };

  const askAll = async (): Promise<readonly UnreadyCode[]> => {
    const unready = await ask({ ...own, ...shared });
    if (unready.length === 0) hasBeenReady = true;
    return unready;
  };
  const findUnready = async (): Promise<readonly UnreadyCode[]> => {
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
    /**
     * Returns reasons to prefer another replica. Shared parts count only until they were ready once: after that, hooks
     * follow their policy during an outage, but a load balancer without any ready replica would refuse all calls. Then,
     * they are not even asked, so that a store that does not answer causes no delay.
     */
    findUnreadyHere: async (): Promise<readonly UnreadyCode[]> =>
      hasBeenReady && !isStopping ? ask(own) : findUnready(),
    stop() {
      isStopping = true;
    },
  };
}

export type Readiness = ReturnType<typeof createReadiness>;
