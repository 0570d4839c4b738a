import type { Ports } from '../../core/deps.js';
import { addSec, type EpochMs, epochMs } from '../../core/units.js';

/**
 * Creates a function that returns the last result of a reading without waiting for one, and starts a new reading if the
 * last one is old.
 * @returns `null` before the first result
 */
export function createLastKnown<Result>(
  read: (key: string) => Promise<Result>,
  { clock, everySec }: Ports<'clock'> & { readonly everySec: number },
): (key: string) => Result | null {
  const all = new Map<string, { last: Result | null; until: EpochMs }>();
  return (key) => {
    const known = all.get(key) ?? { last: null, until: epochMs(0) };
    all.set(key, known);
    if (clock.now() >= known.until) {
      known.until = addSec(clock.now(), everySec);
      read(key).then(
        (result) => {
          known.last = result;
        },
        () => {
          known.last = null;
        },
      );
    }
    return known.last;
  };
}
