import type { Clock } from './ports.js';
import type { EpochMs } from './units.js';

/** Permission for one attempt. The holder must report the outcome once. */
export interface Permit {
  report(outcome: 'answered' | 'outage'): void;
}

/** State of a circuit breaker; `half_open` allows one probe. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** A circuit breaker: after consecutive outages it refuses attempts at once, without waiting for a timeout. */
export interface Breaker {
  /** @returns `null` if no attempt is allowed now */
  enter(): Permit | null;
  /** Returns true if `enter` would give a permit now. */
  isPassable(): boolean;
}

/**
 * Creates a breaker: it opens after `outagesToOpen` consecutive outages, then allows one probe after `coolDownMs`.
 * @param onChange - called on every change of state; must not throw
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
  // Ignores the outcome of attempts from before the last change of state.
  let period = 0;

  const change = (next: BreakerState): void => {
    state = next;
    outages = 0;
    period += 1;
    if (next === 'open') openedAt = clock.now();
    onChange(next);
  };

  // If the clock is set back, the breaker must not stay open for that long.
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
