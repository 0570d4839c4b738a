import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { applyModes, expireRedundantModes, type Modes, noteModes, readModes } from '../admin/operations/modes.js';
import { createBackground, type OperationsContext } from '../admin/operations/operations-context.js';
import { storeSecretUses } from '../admin/operations/secret-uses.js';
import { problemsOf } from '../config/problem.js';
import type { Setup } from '../connections/setup.js';
import { framesOf } from '../core/base/frames.js';
import { httpAddressOf } from '../core/base/http-address.js';
import { version } from '../core/base/version.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { createJobs } from '../core/jobs.js';
import { recoverEnrolments } from '../enrolment/enrol.js';
import { readOpenChanges } from '../enrolment/trail/open-changes.js';
import { FaceError, toCode } from '../errors.js';
import { type FullSetup, openExtensions } from '../extensions/index.js';
import { listen } from '../http/listen.js';
import { createBodyPools } from '../http/request-budget.js';
import type { Reloaded } from '../http/rest/deps.js';
import { type AdminKey, storeAdminKey } from '../storage/keys/admin-key.js';
import { openTelemetry } from '../telemetry/telemetry.js';
import { type BuiltApp, buildApp } from './build-app.js';
import { serveMetrics } from './metrics-server.js';
import type { OpenedEngine } from './open-engine.js';
import { type OpenPorts, openPorts, type ServerDeps } from './open-ports.js';
import { openTransmitter } from './open-transmitter.js';
import { createReadiness, takesWrites } from './readiness.js';
import { digestOfConfig, redact, reloadSettings, toRecorded } from './settings.js';

/** Interval to apply mode overrides made on other servers, in seconds. */
const followModesEverySec = 5;

/** Interval to store new hook secrets and their last use, in seconds. */
const storeSecretUsesEverySec = 60;

export interface RunningServer {
  /** Loads the configuration again without dropping requests. An invalid one is logged. Never rejects. */
  reload(by?: string): Promise<Reloaded>;
  /** Reports not ready, finishes running requests, and closes the ports. */
  stop(): Promise<void>;
}

export async function startServer(
  setup: FullSetup,
  deps: ServerDeps & {
    readonly loadSetup: () => Promise<FullSetup>;
    /** The face engine. Its models load in other threads while the server starts. */
    readonly engine: Promise<OpenedEngine>;
    /** Prints the server's addresses, at the end of the start. */
    readonly announce: (lines: readonly string[]) => void;
  },
): Promise<RunningServer> {
  const { random, log, printError, announce } = deps;
  let { config } = setup;
  log.info('configuration', { settings: redact(config) });
  const telemetry = await openTelemetry(config.telemetry, deps);
  const { jobRuns, jobDuration, jobLastEnd } = telemetry.metrics;
  const sleep = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal, ref: false }).catch(() => {});
  const jobs = createJobs({
    ...deps,
    sleep,
    onRun({ name, last }) {
      if (last === null) return;
      const background_job = name;
      jobRuns.inc({ background_job, outcome: last.code ?? 'ok' });
      jobDuration.set({ background_job }, last.tookMs / 1000);
      jobLastEnd.set({ background_job }, last.endedAt / 1000);
    },
  });
  const ports = await openPorts(config, { ...deps, telemetry, jobs });
  // Read before the server listens, so that enrolments that begin later are not recovered as pending.
  const { sequence: begunAfter } = await ports.trail.sync();
  const readiness = createReadiness(partsOf(ports, deps), deps);
  const bodyPools = createBodyPools();
  let connections: BuiltApp['core']['connections'] = new Map();
  const connectionOf = (id: string): Connection | undefined => connections.get(id);
  const securityEvents = await openTransmitter(config, ports, { ...deps, telemetry, jobs, connectionOf });
  let loading: Promise<unknown> = Promise.resolve();
  const reload = (by?: string): Promise<Reloaded> => {
    // Reloads run one after the other, so that the last one wins.
    const reloaded = loading.then(() => load(by)).catch(toNotLoaded);
    loading = reloaded;
    return reloaded;
  };
  const background = createBackground(deps);
  let loaded = setup;
  let modes: Modes = await readModesIfAny();
  const followModes = (): Promise<void> => {
    const followed = loading.then(follow);
    loading = followed.catch(() => undefined);
    return followed;
  };
  const operations: OperationsContext = {
    ...deps,
    background,
    jobs,
    followModes,
    state: ports.state,
    audit: ports.audit,
    signer: ports.keyService.signer,
    setup: () => loaded,
    modes: () => modes,
    trail: { chain: ports.trail.chain, waitingSec: ports.headWaitingSec },
  };
  const opened = await openExtensions({ current: () => core, jobs, sleep });
  const build = (next: FullSetup) =>
    buildApp(applyModes(next, modes), ports, {
      ...deps,
      telemetry,
      readiness,
      bodyPools,
      securityEvents,
      reload,
      operations,
      extensions: opened,
    });

  const places = (key: string): string[] => {
    const url = config.publicUrl ?? httpAddressOf(config.host, listening.port);
    return [
      `facestep listens on ${httpAddressOf(config.host, listening.port)}`,
      `Console:            ${url}/console/`,
      `Documentation:      ${url}/docs/`,
      `Administrator key:  ${key}`,
    ];
  };

  /** @returns a function that shows the new key, to be called after a successful start */
  const keepFresh = async (adminKey: AdminKey): Promise<() => void> => {
    const { fresh } = adminKey;
    if (fresh === null) return () => {};
    await storeAdminKey(adminKey, { file: ports.files.adminKey, random });
    return () => announce(places(fresh.use((text) => `${text}  (shown once: save it now)`)));
  };

  const built: BuiltApp = await build(setup);
  let { drain } = built;
  let core: BuiltApp['core'] = built.core;
  ({ connections } = core);
  // Recovers pending enrolments in the background, because a provider may not respond.
  recover(ports.files.audit, begunAfter, built.core).catch((error: unknown) => {
    log.error('cannot recover pending enrolments', { code: toCode(error), frames: framesOf(error) });
  });
  await recordLoaded(config, [], undefined, ports);
  const { host } = config;
  const listening = await listen(built.app, { host, port: config.port });
  const metrics = await serveMetrics(config.telemetry.metrics, telemetry.metrics, {
    engineLoad: () => ports.engine.load(),
    findUnready: () => readiness.findUnready(),
  });
  const showKey = await keepFresh(built.adminKey);
  if (metrics !== null) printError(`Metrics: ${metrics.url}`);
  const { connections: started } = applyModes(loaded, modes);
  const shadowed = started.filter(({ policy }) => policy.mode === 'shadow').map(({ id }) => id);
  if (shadowed.length > 0) printError(`In shadow mode (no one is refused): ${shadowed.join(', ')}`);
  log.info('listening', { host, port: listening.port });
  if (built.adminKey.fresh !== null) showKey();
  else announce(places(config.adminKey === null ? keptKeyText(ports.files.adminKey) : 'adminKey of the configuration'));
  for (const each of opened) each.start();

  const secretUses = jobs.start({
    name: 'secret_uses',
    everySec: storeSecretUsesEverySec,
    run: () => storeSecretUses(operations),
  });
  void secretUses.runNow();
  const following = jobs.start({ name: 'connection_modes', everySec: followModesEverySec, run: followModes });

  /** @returns no overrides if the store does not respond */
  async function readModesIfAny(): Promise<Modes> {
    return readModes({ ...deps, state: ports.state }).catch((error: unknown) => {
      log.error('cannot read manual mode switches', { code: toCode(error) });
      return new Map();
    });
  }

  async function follow(): Promise<void> {
    const before = modes;
    await expireRedundantModes(loaded.connections, operations);
    modes = await readModes(operations);
    await noteModes(applyModes(loaded, modes).connections, operations);
    if (isDeepStrictEqual(before, modes)) return;
    try {
      const rebuilt = await build({ ...loaded, config });
      listening.serve(rebuilt.app);
      ({ core, drain } = rebuilt);
      ({ connections } = core);
      log.info('manual mode switches loaded', {
        modes: Object.fromEntries([...modes].map(([id, { mode }]) => [id, mode])),
      });
    } catch (error) {
      modes = before;
      throw error;
    }
  }

  async function load(by: string | undefined): Promise<Reloaded> {
    const read = await deps.loadSetup();
    const { changed, needingRestart, ...next } = reloadSettings(config, read.config);
    const rebuilt = await build({ ...read, ...next });
    const show = await keepFresh(rebuilt.adminKey);
    await recordLoaded(next.config, changed, by, ports);
    ({ config } = next);
    listening.serve(rebuilt.app);
    ({ core, drain } = rebuilt);
    ({ connections } = core);
    loaded = { ...read, config };
    show();
    log.info('configuration', { settings: redact(config), changed: [...changed] });
    if (needingRestart.length > 0) log.warn('some settings need a restart', { changed: [...needingRestart] });
    const switched = toSwitched(loaded, modes);
    return { code: null, changed, needingRestart, problems: [], switched };
  }

  function toNotLoaded(error: unknown): Reloaded {
    const detail = error instanceof FaceError ? error.detail : null;
    log.error('configuration not loaded', { code: toCode(error), detail, frames: framesOf(error) });
    const switched = toSwitched(loaded, modes);
    return { code: toCode(error), changed: [], needingRestart: [], problems: problemsOf(error), switched };
  }

  return {
    reload,
    async stop() {
      readiness.stop();
      await following.stop();
      await secretUses.stop();
      await background.stop();
      await loading;
      await delay(config.stopDelaySec * 1000);
      securityEvents?.endPolls();
      await listening.stop();
      await securityEvents?.close();
      await Promise.all(opened.map((each) => each.close()));
      await drain();
      await ports.close();
      await telemetry.close();
      await metrics?.stop();
    },
  };
}

const keptKeyText = (file: string): string => `shown at the first start. If it is lost, delete ${file} and start again`;

const toSwitched = ({ connections }: Setup, modes: Modes): Reloaded['switched'] =>
  connections.flatMap(({ id, policy }) => {
    const switched = modes.get(id);
    return switched === undefined || switched.mode === policy.mode
      ? []
      : [{ connection: id, mode: switched.mode, by: switched.by }];
  });

async function recover(auditFile: string, through: number, core: BuiltApp['core']): Promise<void> {
  await recoverEnrolments(await readOpenChanges(auditFile, { through }), core);
}

function partsOf(
  { engine, verifier, state, keyService }: OpenPorts,
  { clock }: Ports<'clock'>,
): Parameters<typeof createReadiness>[0] {
  return {
    own: { engine: async () => engine.isReady() },
    shared: {
      verifier: () => verifier.isReady(),
      state: () => takesWrites({ state, clock }),
      keys: async () => (await keyService.keys.currentVersion()) > 0,
    },
  };
}

async function recordLoaded(
  config: Setup['config'],
  changed: readonly string[],
  by: string | undefined,
  { audit }: Pick<OpenPorts, 'audit'>,
): Promise<void> {
  const detail = {
    digest: digestOfConfig(config),
    connections: config.connections.length,
    changed: toRecorded(changed),
    version,
    ...(by === undefined ? {} : { by }),
  };
  await audit.append({ action: 'configuration_loaded', connection: '', subject: '', detail });
}
