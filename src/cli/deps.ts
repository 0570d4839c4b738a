import type { Setup } from '../../adapters/setup.js';
import type { Measuring } from '../../evidence/accuracy/measuring.js';
import type { Environment } from '../config/references.js';
import type { KeptConfig, StoredConfig } from '../config/schema.js';
import type { Clock, Fetch, Log, Random } from '../core/ports.js';

/** How a command ends: 0 all is well, 1 something failed or is in the way, 2 the command was not understood. */
export type ExitCode = 0 | 1 | 2;

/** How the demonstration is shown. */
export interface DemoRequest {
  readonly modelsFolder: string;
  /** Whether the servers stay up until the person stops the process. */
  readonly isToStay: boolean;
}

/** What the commands are handed; src/process.ts supplies the real ones. */
export interface CliDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly env: Environment;
  /** To standard error: standard output belongs to what the command was asked for. */
  readonly log: Log;
  /** One line to standard output. */
  readonly print: (line: string) => void;
  /** One line to standard error, for the person at the terminal. */
  readonly tell: (line: string) => void;
  /** Says how the process is to end once the command is over; 0 unless said. */
  readonly endWith: (code: ExitCode) => void;
  /** Settles when the person stops the process. */
  readonly untilStopped: () => Promise<unknown>;
  /** @throws FaceError `config_invalid` */
  readonly loadSetup: () => Promise<Setup>;
  /** Where what is kept lies, for commands that are run while the server, and with it its secrets, is not there. */
  readonly loadKept: () => Promise<KeptConfig>;
  /** The same, and where the state is. */
  readonly loadStored: () => Promise<StoredConfig>;
  /** The evaluation, loaded now. */
  readonly loadMeasuring: () => Promise<Measuring>;
  /** Shows the main job on photos, against simulated providers. @returns whether every answer was the one that belongs there */
  readonly showDemo: (request: DemoRequest) => Promise<boolean>;
  /** Writes the pictures that the examples of the documentation name into a folder. @returns their files */
  readonly writeDemoPhotos: (folder: string) => Promise<readonly string[]>;
  /** Runs the server until the person stops the process. */
  readonly serve: () => Promise<void>;
}
