import type { Clock } from './ports.js';
import type { EpochMs } from './units.js';

/** Permission for one call. The holder must report the call's outcome once. */
export interface Permit {
  report(outcome: 'answered' | 'outage'): void;
}

export type BreakerState = 'closed' | 'open' | 'half_open';

/** A circuit breaker: after consecutive outages, it refuses calls at once. */
export interface Breaker {
  enter(): Permit | null;
  isPassable(): boolean;
}

/**
 * Creates a circuit breaker. It opens after `outagesToOpen` consecutive outages, then allows one test call after
 * `coolDownMs`.
 * @param onChange - must not throw
 */
export function createBreaker(options: {
  readonly clock: Clock;
  readonly outagesToOpen: number;
  readonly coolDownMs: number;
  readonly onChange: (state: BreakerState) => void;
}): Breaker {
  const { clock, outagesToOpen, coolDownMs, onChange } = options;
  let state: BreakerState = 'closed';
  let outages = 0;
  let openedAt: EpochMs = clock.now();
  // Incremented by each state change. Reports of calls that began in an earlier state are ignored.
  let period = 0;

  const change = (next: BreakerState): void => {
    state = next;
    outages = 0;
    period += 1;
    if (next === 'open') openedAt = clock.now();
    onChange(next);
  };

  // A clock that was set back must not keep the breaker open.
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
