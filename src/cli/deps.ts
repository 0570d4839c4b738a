import type { Setup } from '../../adapters/setup.js';
import type { Measuring } from '../../evidence/accuracy/measuring.js';
import type { Environment } from '../config/references.js';
import type { KeptConfig, StoredConfig } from '../config/schema.js';
import type { Clock, Fetch, Log, Random } from '../core/ports.js';

/** Exit code: 0 success, 1 failure or obstacle, 2 invalid command line. */
export type ExitCode = 0 | 1 | 2;

export interface DemoRequest {
  readonly modelsFolder: string;
  /** True if the servers run until the user stops the process. */
  readonly isToStay: boolean;
}

/** Dependencies of commands; src/process.ts supplies the real ones. */
export interface CliDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly env: Environment;
  /** Writes to standard error; standard output is for results. */
  readonly log: Log;
  readonly print: (line: string) => void;
  /** Writes one line to standard error, for the user at the terminal. */
  readonly tell: (line: string) => void;
  /** Sets the exit code; default 0. */
  readonly endWith: (code: ExitCode) => void;
  readonly untilStopped: () => Promise<unknown>;
  /** @throws FaceError `config_invalid` */
  readonly loadSetup: () => Promise<Setup>;
  /** Loads the storage settings, for commands that run without the server and its secrets. */
  readonly loadKept: () => Promise<KeptConfig>;
  readonly loadStored: () => Promise<StoredConfig>;
  readonly loadMeasuring: () => Promise<Measuring>;
  /** Shows the main workflow on photos with simulated providers. @returns true if every answer was as expected */
  readonly showDemo: (request: DemoRequest) => Promise<boolean>;
  /** Writes the documentation's example pictures to a folder. @returns their files */
  readonly writeDemoPhotos: (folder: string) => Promise<readonly string[]>;
  /** Runs the server until the user stops the process. */
  readonly serve: () => Promise<void>;
}
