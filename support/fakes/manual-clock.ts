import type { Clock } from '../../src/core/ports.js';
import { addSec, epochMs } from '../../src/core/units.js';

/** Creates a clock that only the test advances. */
export function createManualClock(startMs = 1_790_000_000_000): Clock & { advanceSec(seconds: number): void } {
  let now = epochMs(startMs);
  return {
    now: () => now,
    advanceSec: (seconds) => {
      now = addSec(now, seconds);
    },
  };
}
