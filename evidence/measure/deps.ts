import type { Setup } from '../../src/connections/setup.js';
import type { Ports } from '../../src/core/deps.js';

export interface MeasureDeps extends Ports<'clock' | 'random' | 'log'> {
  /** Prints a line of the result. */
  readonly print: (line: string) => void;
  /** Prints progress and advice. */
  readonly say: (line: string) => void;
  readonly loadSetup: () => Promise<Setup>;
  readonly untilStopped: () => Promise<unknown>;
}
