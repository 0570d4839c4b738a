import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { applyModes, expireRedundantModes, type Modes, noteModes, readModes } from '../admin/operations/modes.js';
import type { NotLoaded, OperationsContext, Reloaded } from '../admin/operations/operations-context.js';
import { problemsOf } from '../config/problem.js';
import type { Setup } from '../connections/setup.js';
import { framesOf } from '../core/base/frames.js';
import { version } from '../core/base/version.js';
import { hideSecrets } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { isInMode } from '../core/rules/rule.js';
import { FaceError, toCode } from '../errors.js';
import type { FullSetup } from '../extensions/index.js';
import type { ListeningServer } from '../http/listen.js';
import type { AdminKey } from '../storage/keys/admin-key.js';
import type { BuiltApp } from './build-app.js';
import { digestOfConfig, redact, reloadSettings, toRecorded } from './settings.js';

/** The active configuration, modes and app. A failed reload changes none of them. */
export interface Active {
  setup: FullSetup;
  /** Digest of the text of the configuration file. `null` without a file. */
  digest: string | null;
  modes: Modes;
  /** `null` until the server has started. */
  built: BuiltApp | null;
  listening: ListeningServer | null;
}

export interface LoadedSetup {
  readonly setup: FullSetup;
  readonly digest: string | null;
}

interface ReloaderDeps extends Ports<'audit' | 'log'> {
  readonly operations: OperationsContext;
  readonly loadSetup: () => Promise<LoadedSetup>;
  readonly build: (setup: FullSetup) => Promise<BuiltApp>;
  /** Stores a new administrator key. @returns a function that shows it, to be called when the key is in force */
  readonly storeKey: (key: AdminKey) => Promise<() => void>;
}

/** Replaces what is in force. Replacements run one after the other, so that the last one wins. */
export class Reloader {
  #last: Promise<unknown> = Promise.resolve();
  #notLoaded: NotLoaded | null = null;
  #needingRestart: readonly string[] = [];

  constructor(
    private readonly active: Active,
    private readonly deps: ReloaderDeps,
  ) {}

  /** Loads the configuration again. An invalid one is logged. Never rejects. */
  reload(by?: string): Promise<Reloaded> {
    const reloaded = this.#last.then(() => this.#load(by)).catch((error: unknown) => this.#toNotLoaded(error));
    this.#last = reloaded;
    return reloaded;
  }

  /** Reason why the last configuration could not be loaded. */
  notLoaded(): NotLoaded | null {
    return this.#notLoaded;
  }

  needingRestart(): readonly string[] {
    return this.#needingRestart;
  }

  /** Applies mode switches that were made on any server. */
  followModes(): Promise<void> {
    const followed = this.#last.then(() => this.#follow());
    this.#last = followed.catch(() => undefined);
    return followed;
  }

  async settled(): Promise<void> {
    await this.#last;
  }

  #serve(built: BuiltApp): void {
    const former = this.active.built;
    this.active.built = built;
    // Otherwise the notifications that wait for the end of a step-up would be lost.
    void former?.drain();
    this.active.listening?.serve(built.app);
  }

  async #load(by: string | undefined): Promise<Reloaded> {
    const { active, deps } = this;
    const { setup: read, digest } = await deps.loadSetup();
    const { changed, needingRestart, ...next } = reloadSettings(active.setup.config, read.config);
    const setup = { ...read, ...next };
    const built = await deps.build(setup);
    const show = await deps.storeKey(built.adminKey);
    await recordLoaded(applyModes(setup, active.modes), changed, by, deps);
    active.setup = setup;
    active.digest = digest;
    this.#notLoaded = null;
    this.#needingRestart = needingRestart;
    this.#serve(built);
    show();
    deps.log.info('configuration', { settings: redact(setup.config), changed: [...changed] });
    if (needingRestart.length > 0) deps.log.warn('some settings need a restart', { changed: [...needingRestart] });
    return { code: null, changed, needingRestart, problems: [], switched: toSwitched(active) };
  }

  #toNotLoaded(error: unknown): Reloaded {
    const detail = error instanceof FaceError ? error.detail : null;
    const code = toCode(error);
    const problems = problemsOf(error);
    this.deps.log.error('configuration not loaded', { code, detail, frames: framesOf(error) });
    this.#notLoaded = { code, problems };
    return { code, changed: [], needingRestart: [], problems, switched: toSwitched(this.active) };
  }

  async #follow(): Promise<void> {
    const { active, deps } = this;
    const { modes: before, setup } = active;
    await expireRedundantModes(setup.connections, deps.operations);
    active.modes = await readModes(deps.operations);
    try {
      await noteModes(applyModes(setup, active.modes).connections, deps.operations);
      if (isDeepStrictEqual(before, active.modes)) return;
      this.#serve(await deps.build(setup));
      await recordPolicies(applyModes(setup, active.modes), deps);
    } catch (error) {
      active.modes = before;
      throw error;
    }
    deps.log.info('manual mode switches loaded', {
      modes: Object.fromEntries([...active.modes].map(([id, { mode }]) => [id, mode])),
    });
  }
}

const toSwitched = ({ setup, modes }: Active): Reloaded['switched'] =>
  setup.connections.flatMap(({ id, policy }) => {
    const switched = modes.get(id);
    return switched === undefined || isInMode(policy, switched.mode)
      ? []
      : [{ connection: id, mode: switched.mode, by: switched.by }];
  });

const objectGuard = z.record(z.string(), z.json());

/** Records which configuration is in force. @param setup - with the modes in force */
export async function recordLoaded(
  setup: Setup,
  changed: readonly string[],
  by: string | undefined,
  deps: Ports<'audit'>,
): Promise<void> {
  const { config } = setup;
  const detail = {
    digest: digestOfConfig(config),
    connections: config.connections.length,
    changed: toRecorded(changed),
    version,
    by,
  };
  await deps.audit.append({ action: 'configuration_loaded', connection: '', subject: '', detail });
  await recordPolicies(setup, deps);
}

/** Records the policies in force, so that the audit trail has their history. */
async function recordPolicies({ connections }: Setup, { audit }: Ports<'audit'>): Promise<void> {
  const record = ({ id, policy }: (typeof connections)[number]): Promise<void> => {
    const settings = objectGuard.parse(JSON.parse(JSON.stringify(hideSecrets(policy))));
    const detail = { mode: policy.mode, policy: settings };
    return audit.append({ action: 'policy_loaded', connection: id, subject: '', detail });
  };
  await Promise.all(connections.map(record));
}
