import { mkdir } from 'node:fs/promises';
import { createUsageRecorder, type UsageRecorder } from '../api/usage.js';
import { createFileAudit, type Trail } from '../audit/file.js';
import { signHeads } from '../audit/heads.js';
import { type DataFiles, filesOf } from '../config/data-files.js';
import type { Audit, Clock, Fetch, Log, Random, State, Verifier } from '../core/ports.js';
import { createEnginePool, type EnginePool } from '../engine/pool.js';
import { createKeyNotes } from '../keys/key-notes.js';
import { type KeyService, openKeyService } from '../keys/open.js';
import type { Setup } from '../setup.js';
import { openState } from '../state/open.js';
import { createObservedAudit } from '../telemetry/observed-audit.js';
import type { RequestContexts } from '../telemetry/request-context.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { loadParameters } from '../token/parameters.js';
import { createEmbeddedVerifier } from '../verifier/embedded.js';
import { createFacenitionVerifier } from '../verifier/facenition.js';

/** What the server is handed from outside. */
export interface ServerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
  /** Which request the running code belongs to: the log has them too. */
  readonly contexts: RequestContexts;
  /** One line for the person in front of the terminal. */
  readonly tell: (line: string) => void;
}

/** What is opened once and stays as it is until the process ends, whatever configuration is loaded later. */
export interface OpenPorts {
  readonly files: DataFiles;
  readonly state: State;
  /** What `audit` writes to, for whoever follows it. */
  readonly trail: Trail;
  readonly audit: Audit;
  readonly keyService: KeyService;
  readonly engine: EnginePool;
  readonly verifier: Verifier;
  readonly usage: UsageRecorder;
  /** In an order in which nothing is closed before what still uses it. */
  close(): Promise<void>;
}

/**
 * Opens what the configuration names.
 * @throws FaceError `config_invalid`, `state_unavailable`, `key_service_unavailable`, `model_missing`, `model_altered`,
 *   `parameters_altered`
 */
export async function openPorts(
  config: Setup['config'],
  deps: ServerDeps & { readonly telemetry: Telemetry },
): Promise<OpenPorts> {
  const { observePort, metrics } = deps.telemetry;
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const files = filesOf(config);
  const trail = await createFileAudit({ ...deps, ...config.audit, file: files.audit });
  const ownRecords = createObservedAudit(trail, metrics, () => false);
  const state = observePort('state', await openState(config.state, { ...deps, files, audit: ownRecords }));
  const onHeldKeys = createKeyNotes({ audit: ownRecords, trail: files.audit, log: deps.log });
  const opened = await openKeyService(config.keys, { files, onHeldKeys, ...deps });
  const keyService = observeKeyService(opened, deps.telemetry);
  const onHeadAge = (seconds: number): void => metrics.auditHeadAge.set(seconds);
  const audit = observePort('audit', await signHeads(trail, { ...deps, state, signer: keyService.signer, onHeadAge }));
  const engine = await createEngine(config);
  const verifier = observePort('verifier', await createVerifier(config.verifier, { engine, keyService, ...deps }));
  const usage = createUsageRecorder({ ...deps, state });
  return {
    ...{ files, state, trail, audit, keyService, engine, verifier, usage },
    async close() {
      await verifier.close();
      await engine.close();
      await usage.stop();
      await audit.close();
      await state.close();
    },
  };
}

const observeKeyService = (opened: KeyService, { observePort }: Telemetry): KeyService => ({
  ...opened,
  keys: observePort('keys', opened.keys),
  signer: observePort('signer', opened.signer),
});

/** Pictures that may wait where the faces are compared elsewhere and the engine only judges. */
const defaultQueueLimit = 64;

/** The engine also judges what the capture page sends, whoever compares the faces. */
function createEngine({ verifier, modelsFolder }: Setup['config']): Promise<EnginePool> {
  if (verifier.kind === 'facenition') return createEnginePool({ modelsFolder, queueLimit: defaultQueueLimit });
  const { workers, queueLimit } = verifier;
  return createEnginePool({ modelsFolder, queueLimit, ...(workers === null ? {} : { workers }) });
}

async function createVerifier(
  config: Setup['config']['verifier'],
  deps: ServerDeps & Pick<OpenPorts, 'engine' | 'keyService'>,
): Promise<Verifier> {
  if (config.kind === 'embedded') {
    return createEmbeddedVerifier({ ...deps, keys: deps.keyService.keys, parameters: await loadParameters() });
  }
  return createFacenitionVerifier({ ...deps, url: config.url, token: config.token });
}
