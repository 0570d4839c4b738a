import { access, constants, mkdir } from 'node:fs/promises';
import { createRefusalRecorder, createUsageRecorder } from '../access/usage.js';
import { createFileAudit } from '../audit/file.js';
import { signHeads } from '../audit/heads.js';
import { createLedgerRecorder } from '../audit/ledger/recorder.js';
import { filesOf } from '../config/data-files.js';
import type { SecretUses } from '../connections/hook.js';
import type { Setup } from '../connections/setup.js';
import { withSubscribers } from '../core/audit-events.js';
import type { Ports } from '../core/deps.js';
import type { Jobs } from '../core/jobs.js';
import type { Fetch, Verifier } from '../core/ports.js';
import { keepDenials, replayDenials } from '../enrolment/trail/recover-denials.js';
import { createStretch, publishedCost } from '../face/token/derive.js';
import { createEmbeddedVerifier } from '../face/verifier/embedded.js';
import { createKeyNotes } from '../storage/keys/key-notes.js';
import { type KeyService, openKeyService } from '../storage/keys/open.js';
import { settleFolderFormat } from '../storage/state/format.js';
import { openLedger, openState } from '../storage/state/open.js';
import type { RequestContexts } from '../telemetry/log.js';
import { countAuditEvents, countLedgerLines, type Telemetry } from '../telemetry/telemetry.js';
import type { EngineDeps, OpenedEngine } from './open-engine.js';

export interface ServerDeps extends EngineDeps, Ports<'auditEvents'> {
  readonly fetch: Fetch;
  readonly publicFetch: Fetch;
  readonly contexts: RequestContexts;
  readonly secretUses: SecretUses;
}

export async function openPorts(
  config: Setup['config'],
  deps: ServerDeps & { readonly engine: Promise<OpenedEngine>; readonly telemetry: Telemetry; readonly jobs: Jobs },
) {
  const { observePort, metrics } = deps.telemetry;
  await openFolder(config.dataFolder);
  const files = filesOf(config);
  await settleFolderFormat(files, deps.random);
  const ledger = observePort('ledger', await openLedger(config.state, files));
  const recorder = createLedgerRecorder({
    ...deps,
    ledger,
    bounds: config.ledger,
    onLines: countLedgerLines(metrics),
  });
  const trail = await createFileAudit({
    ...deps,
    ...config.audit,
    file: files.audit,
    requestId: deps.contexts.requestId,
    beforeRemoval: () => keepDenials(files, deps),
    onRecord: (record, chain) => recorder.note(record, chain, deps.contexts.current()),
  });
  void recorder.replayErasures(trail);
  void recorder.countEarlier(trail);
  const ownRecords = withSubscribers(trail, [countAuditEvents({ metrics, log: deps.log }, new Set())]);
  const state = observePort(
    'state',
    await openState(config.state, {
      ...deps,
      files,
      audit: ownRecords,
      restoreDenials: (store) => replayDenials(files, { state: store, clock: deps.clock }),
    }),
  );
  const onKeysLoaded = createKeyNotes({ audit: ownRecords, trail: files.audit, log: deps.log });
  const service = await openKeyService(config.keys, { files, onKeysLoaded, ...deps });
  const keyService = observeKeyService(service, deps.telemetry);
  let headWaitingSec = 0;
  const onHeadAge = (seconds: number): void => {
    headWaitingSec = seconds;
    metrics.auditHeadAge.set(seconds);
  };
  const audit = observePort('audit', await signHeads(trail, { ...deps, state, signer: keyService.signer, onHeadAge }));
  const { engine, parameters } = await deps.engine;
  const verifier = observePort(
    'verifier',
    await createVerifier(config.verifier, { ...deps, engine, keyService, parameters }),
  );
  const usage = createUsageRecorder({ ...deps, state });
  const refusals = createRefusalRecorder({ ...deps, state });
  return {
    files,
    state,
    ledger,
    trail,
    audit,
    keyService,
    engine,
    verifier,
    usage,
    /** Returns how long audit records have waited for a signed head, in seconds. */
    headWaitingSec: () => headWaitingSec,
    refusals,
    async close(): Promise<void> {
      await verifier.close();
      await engine.close();
      await usage.stop();
      await refusals.stop();
      await audit.close();
      await recorder.stop();
      await ledger.close();
      await state.close();
    },
  };
}

/** Ports that are opened once per process and kept across reloads. */
export type OpenedPorts = Awaited<ReturnType<typeof openPorts>>;

async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
}

const observeKeyService = (opened: KeyService, { observePort }: Telemetry): KeyService => ({
  ...opened,
  keys: observePort('keys', opened.keys),
  signer: observePort('signer', opened.signer),
});

async function createVerifier(
  config: Setup['config']['verifier'],
  deps: ServerDeps & { readonly keyService: KeyService } & Pick<OpenedEngine, 'engine' | 'parameters'>,
): Promise<Verifier> {
  if (config.kind === 'embedded')
    return createEmbeddedVerifier({ ...deps, keys: deps.keyService.keys, stretch: createStretch(publishedCost) });
  const { createFacenitionVerifier } = await import('../face/verifier/facenition.js');
  return createFacenitionVerifier({ ...deps, url: config.url, token: config.token });
}
