import type { ConnectionGuards } from '../../config/connection.js';
import type { Problem } from '../../config/problem.js';
import type { ConnectionGuide } from '../../connections/guide.js';
import type { SecretUses } from '../../connections/hook.js';
import type { Setup } from '../../connections/setup.js';
import { framesOf } from '../../core/base/frames.js';
import type { Policy } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { Jobs } from '../../core/jobs.js';
import { withTimeout } from '../../core/resilience.js';
import { type FaceErrorCode, toCode } from '../../errors.js';
import type { Modes } from './modes.js';

export interface NotLoaded {
  readonly code: FaceErrorCode;
  readonly problems: readonly Problem[];
}

/** Result of a reload. After a failure, nothing has changed. */
export interface Reloaded {
  readonly code: FaceErrorCode | null;
  readonly changed: readonly string[];
  readonly needingRestart: readonly string[];
  readonly problems: readonly Problem[];
  readonly switched: readonly { readonly connection: string; readonly mode: Policy['mode']; readonly by: string }[];
}

export interface ReloadPorts {
  /** Reads the configuration again and activates every change that needs no restart. Never rejects. */
  readonly reload: (by: string) => Promise<Reloaded>;
}

export interface ConfigurationFile {
  readonly path: string;
  read(): Promise<string>;
  /** Loads a text in the place of the file, without activating it. @throws `config_invalid` */
  load(text: string): Promise<Setup>;
}

export interface Background {
  /** Aborted when the server stops. Background work then ends before its next step. */
  readonly stopping: AbortSignal;
  start(work: () => Promise<void>): void;
  settled(): Promise<void>;
  /** Resolves when all work has ended, after 20 s at most. */
  stop(): Promise<void>;
}

/** Ports of the operations, by the names that functions receive them under. */
export interface OperationsContext
  extends Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'fetch' | 'signer' | 'keys'> {
  readonly background: Background;
  readonly jobs: Jobs;
  readonly setup: () => Setup;
  /** The configuration file. `null` without one. */
  readonly configurationFile: ConfigurationFile | null;
  /** Stops this server after its running requests, and starts it again in the same process. */
  readonly restart: () => void;
  /** Guides to connect a provider, one for each kind. */
  readonly guides: readonly (ConnectionGuide & { readonly kind: string })[];
  /** Guards of all kinds of connections. */
  readonly connectionGuards: ConnectionGuards;
  /** Digest of the active text of that file. `null` without a file. */
  readonly loadedDigest: () => string | null;
  /** Reason why the last configuration could not be loaded. `null` if the active one is the last. */
  readonly notLoaded: () => NotLoaded | null;
  /** Settings of the loaded file that become active at the next start. */
  readonly needingRestart: () => readonly string[];
  readonly modes: () => Modes;
  /** Loads overrides of the connections' modes again. */
  readonly followModes: () => Promise<void>;
  readonly secretUses: SecretUses;
  /**
   * Name of the audit log's hash chain, and for how long records have waited for a signed head (statement about the
   * log's end).
   */
  readonly trail: { readonly chain: string; readonly waitingSec: () => number };
}

export interface WithOperations {
  readonly operations: OperationsContext;
}

export type OperationsPorts<Name extends keyof OperationsContext> = Pick<OperationsContext, Name>;

const stopWithinMs = 20_000;

export function createBackground({ log }: Ports<'log'>): Background {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const settled = async (): Promise<void> => void (await Promise.all(underWay));
  return {
    stopping: stopping.signal,
    start(work) {
      const run = work()
        .catch((error: unknown) =>
          log.error('background task failed', { code: toCode(error), frames: framesOf(error) }),
        )
        .finally(() => underWay.delete(run));
      underWay.add(run);
    },
    settled,
    async stop() {
      stopping.abort();
      await withTimeout(settled(), stopWithinMs, () => undefined);
    },
  };
}
