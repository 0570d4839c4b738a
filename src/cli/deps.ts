import type { Environment } from '../config/references.js';
import type { AddressConfig, KeptConfig, StoredConfig } from '../config/schema.js';
import type { Setup } from '../connections/setup.js';
import type { Ports } from '../core/deps.js';
import type { Credential } from '../core/secrets.js';

/** 0 for success, 1 for a failure, 2 for an invalid command line. */
export type ExitCode = 0 | 1 | 2;

export interface DemoRequest {
  readonly modelsFolder: string;
  readonly isToStay: boolean;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export interface CliDeps extends Ports<'auditEvents' | 'clock' | 'random' | 'fetch' | 'log'> {
  readonly env: Environment;
  readonly print: (line: string) => void;
  /** Returns true with `--json`. */
  readonly isJson: () => boolean;
  /** Prints a result as JSON with `--json`, in place of all lines. @returns true if it did */
  readonly printJson: (value: unknown) => boolean;
  readonly printError: (line: string) => void;
  readonly paint: (style: Style, text: string) => string;
  readonly readSecret: (question: string) => Promise<string>;
  /** Sets the exit code, which is 0 by default. */
  readonly endWith: (code: ExitCode) => void;
  readonly untilStopped: () => Promise<unknown>;
  /** Resolves at the first signal, also SIGHUP. Later ones do not end the process. */
  readonly holdSignals: () => Promise<unknown>;
  readonly loadSetup: () => Promise<Setup>;
  /** Loads the settings for commands that run without the server and its secrets. */
  readonly loadKept: () => Promise<KeptConfig>;
  readonly loadStored: () => Promise<StoredConfig>;
  /** Returns the versions of the keys that sealed secrets of the configuration need. */
  readonly readSealedVersions: () => Promise<readonly number[]>;
  /** Loads the settings for commands that call the server. */
  readonly loadAddress: () => Promise<AddressConfig>;
  readonly loadConfiguredKey: () => Promise<Credential | null>;
  readonly showDemo: (request: DemoRequest) => Promise<boolean>;
  /** Writes the example photos of the documentation. @returns their file names */
  readonly writeDemoPhotos: (folder: string) => Promise<readonly string[]>;
  readonly serve: () => Promise<void>;
}
