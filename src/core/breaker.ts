import type { Clock } from './ports.js';
import type { EpochMs } from './units.js';

/** Permission for one attempt. The holder reports the outcome once. */
export interface Permit {
  report(outcome: 'answered' | 'outage'): void;
}

/** `half_open` allows one probe. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** After consecutive outages it refuses attempts at once. */
export interface Breaker {
  /** @returns `null` if no attempt is allowed now */
  enter(): Permit | null;
  isPassable(): boolean;
}

/**
 * Creates a breaker: it opens after `outagesToOpen` consecutive outages, then allows one probe after `coolDownMs`.
 * @param onChange - must not throw
 */
export function createBreaker(options: {
  readonly clock: Clock;
  /** 1 or more. */
  readonly outagesToOpen: number;
  readonly coolDownMs: number;
  readonly onChange: (state: BreakerState) => void;
}): Breaker {
  const { clock, outagesToOpen, coolDownMs, onChange } = options;
  let state: BreakerState = 'closed';
  let outages = 0;
  let openedAt: EpochMs = clock.now();
  // Ignores attempts from before the last change.
  let period = 0;

  const change = (next: BreakerState): void => {
    state = next;
    outages = 0;
    period += 1;
    if (next === 'open') openedAt = clock.now();
    onChange(next);
  };

  // If the clock is set back, the breaker must not stay open.
  const isCool = (): boolean => {
    const elapsedMs = clock.now() - openedAt;
    return elapsedMs >= coolDownMs || elapsedMs < 0;
  };

  const isPassable = (): boolean => state === 'closed' || (state === 'open' && isCool());

  return {
    isPassable,
    enter() {
      if (!isPassable()) return null;
      if (state === 'open') change('half_open');
      const enteredIn = period;
      return {
        report(outcome) {
          if (enteredIn !== period) return;
          if (outcome === 'answered') {
            if (state === 'half_open') change('closed');
            outages = 0;
            return;
          }
          outages += 1;
          if (state === 'half_open' || outages >= outagesToOpen) change('open');
        },
      };
    },
  };
}
