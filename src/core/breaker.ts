import type { Clock } from './ports.js';
import type { EpochMs } from './units.js';

/** Leave to make one attempt. It must be told how the attempt ended, once. */
export interface Permit {
  report(outcome: 'answered' | 'outage'): void;
}

/** Whether attempts may be made: all, none, or one to see whether the service is back. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/** A circuit breaker: after a row of outages, attempts are refused at once instead of each waiting for its time-out. */
export interface Breaker {
  /** @returns `null` where no attempt may be made now */
  enter(): Permit | null;
  /** Whether `enter` would give a permit now. */
  isPassable(): boolean;
}

/**
 * Opens after `outagesToOpen` outages in a row, refuses for `coolDownMs`, then lets one attempt through: its answer closes
 * the circuit, its outage opens it for another cool-down.
 * @param onChange - told every change of state; it must not throw
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
  // Attempts that were under way when the state changed say nothing of the service as it is now.
  let period = 0;

  const change = (next: BreakerState): void => {
    state = next;
    outages = 0;
    period += 1;
    if (next === 'open') openedAt = clock.now();
    onChange(next);
  };

  // A clock set back must not keep the circuit open for as long as it was set back.
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
