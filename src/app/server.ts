import { setTimeout as delay } from 'node:timers/promises';
import { createFirstCode } from '../admin/console/first-sign-in.js';
import { createKeyFinder } from '../admin/operations/facts.js';
import { startHealthChecks } from '../admin/operations/health-checks.js';
import { readLastBackup } from '../admin/operations/last-backup.js';
import { applyModes, type Modes, readModes } from '../admin/operations/modes.js';
import {
  type ConfigurationFile,
  createBackground,
  type OperationsContext,
  type Reloaded,
} from '../admin/operations/operations-context.js';
import { startDecisionReader } from '../admin/operations/provider-decisions.js';
import {
  checkReleases,
  joinReplicas,
  leaveReplicas,
  noteReplica,
  noteReplicaEverySec,
} from '../admin/operations/replicas.js';
import { storeSecretUses } from '../admin/operations/secret-uses.js';
import { readChainName } from '../audit/trail-files.js';
import { createTrailProbe, readVolumeSpace, type TrailProblem } from '../audit/volume.js';
import { filesOf } from '../config/data-files.js';
import type { AuditEvent } from '../core/audit-events.js';
import { framesOf } from '../core/base/frames.js';
import { httpAddressOf } from '../core/base/http-address.js';
import { version } from '../core/base/version.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { createJobs, type JobState } from '../core/jobs.js';
import { pause, withTimeout } from '../core/resilience.js';
import { isRefusing } from '../core/rules/rule.js';
import type { Facts } from '../core/to-do.js';
import { fromIso } from '../core/units.js';
import { watchFile, watchFileEverySec } from '../drafts/watch.js';
import { recoverEnrolments } from '../enrolment/enrol.js';
import { readOpenChanges } from '../enrolment/trail/open-changes.js';
import { FaceError, toCode } from '../errors.js';
import { type FullSetup, openExtensions } from '../extensions/index.js';
import { listen } from '../http/listen.js';
import { createBodyPools } from '../http/request-budget.js';
import { revokeEverySec, revokeMarked } from '../recovery/issue.js';
import { type AdminKey, storeAdminKey } from '../storage/keys/admin-key.js';
import { checkStoreFormat } from '../storage/state/format.js';
import { openSharedStore } from '../storage/state/open.js';
import { openTelemetry, type Telemetry } from '../telemetry/telemetry.js';
import { auditEvents } from './audit-events.js';
import { type BuiltApp, buildApp } from './build-app.js';
import { createExpiryWatch } from './expiry-watch.js';
import { type MetricSources, serveMetrics } from './metrics-server.js';
import type { OpenedEngine } from './open-engine.js';
import { type OpenedPorts, openPorts, type ServerDeps } from './open-ports.js';
import { openTransmitter } from './open-transmitter.js';
import { createReadiness, takesWrites } from './readiness.js';
import { type Active, type LoadedSetup, Reloader, recordLoaded } from './reloader.js';
import { redact } from './settings.js';

/** Interval to apply mode overrides made on other servers, in seconds. */
const followModesEverySec = 5;

/** Interval to store new hook secrets and their last use, in seconds. */
const storeSecretUsesEverySec = 60;
const sendNoticesEverySec = 15;
const recordExpiredEverySec = 10;

export interface RunningServer {
  /** Loads the configuration again without dropping requests. An invalid one is logged. Never rejects. */
  reload(by?: string): Promise<Reloaded>;
  /** Reports not ready, finishes running requests, and closes the ports. */
  stop(): Promise<void>;
}

type StartDeps = ServerDeps & {
  readonly loadSetup: () => Promise<LoadedSetup>;
  readonly configurationFile: ConfigurationFile | null;
  readonly guides: OperationsContext['guides'];
  readonly connectionGuards: OperationsContext['connectionGuards'];
  readonly restart: OperationsContext['restart'];
  /** The face engine. Its models load in other threads while the server starts. */
  readonly engine: Promise<OpenedEngine>;
  /** Prints the server's addresses, at the end of the start. */
  readonly announce: (lines: readonly string[]) => void;
};

/** Time limit of handing over events and sending notifications at the stop. */
const lastMs = 2000;
/** Time limit of the note that this replica has ended. Without it, another release waits three minutes. */
const leaveMs = 500;

export async function startServer({ setup, digest }: LoadedSetup, deps: StartDeps): Promise<RunningServer> {
  const { config } = setup;
  const { log } = deps;
  log.info('configuration', { settings: redact(config) });
  const telemetry = await openTelemetry(config.telemetry, deps);
  const jobs = createJobs({ ...deps, sleep: pause, onRun: (run) => observeRun(run, telemetry) });
  await unlessStoreFails(() => checkSharedStore(config, deps), deps);
  const ports = await openPorts(config, { ...deps, telemetry, jobs });
  const { computes } = await deps.engine;
  const toReplica = async () => {
    // A server whose process has ended still runs, and must be noted.
    const pictureKey = await ports.engine.pictureKey().catch(() => null);
    return { chain: ports.trail.chain, release: version, computes, pictureKey };
  };
  const replica = await toReplica();
  // Of two releases that start together, one is refused only here.
  await unlessStoreFails(() => joinReplicas(replica, { ...deps, state: ports.state }), deps);
  // Read before the server listens, so that enrolments that begin later are not recovered as pending.
  const { sequence: begunAfter } = await ports.trail.sync();
  const readiness = createReadiness(partsOf(ports, telemetry, deps), deps);
  const active: Active = { setup, digest, modes: await readModesIfAny(ports, deps), built: null, listening: null };
  const connectionOf = (id: string): Connection | undefined => active.built?.core.connections.get(id);
  const transmitter = await openTransmitter(config, ports, { ...deps, telemetry, jobs, connectionOf });
  const background = createBackground(deps);
  const operations: OperationsContext = {
    ...deps,
    background,
    jobs,
    followModes: () => reloader.followModes(),
    state: ports.state,
    audit: ports.audit,
    signer: ports.keyService.signer,
    keys: ports.keyService.keys,
    setup: () => active.setup,
    modes: () => active.modes,
    loadedDigest: () => active.digest,
    notLoaded: () => reloader.notLoaded(),
    needingRestart: () => reloader.needingRestart(),
    trail: { chain: ports.trail.chain, waitingSec: ports.headWaitingSec },
  };
  const extensions = await openExtensions({ current: () => coreOf(active), jobs, sleep: pause });
  const bodyPools = createBodyPools();
  const build = (next: FullSetup): Promise<BuiltApp> =>
    buildApp(applyModes(next, active.modes), ports, {
      ...deps,
      telemetry,
      readiness,
      bodyPools,
      securityEvents: transmitter?.securityEvents ?? null,
      undelivered: transmitter?.undelivered ?? null,
      reload: (by) => reloader.reload(by),
      operations,
      extensions,
    });
  const storeKey = (key: AdminKey): Promise<() => void> => storeFreshKey(key, active, ports, deps);
  const { loadSetup } = deps;
  const reloader = new Reloader(active, { operations, loadSetup, build, storeKey, audit: ports.audit, log });

  const built = await build(setup);
  active.built = built;
  // Recovers pending enrolments in the background, because a provider may not respond.
  recover(ports.files.audit, begunAfter, built.core).catch((error: unknown) => {
    log.error('cannot recover pending enrolments', { code: toCode(error), frames: framesOf(error) });
  });
  await recordLoaded(applyModes(setup, active.modes), [], undefined, ports);
  const listening = await listen(built.app, { host: config.host, port: config.port });
  active.listening = listening;
  const metrics = await serveMetrics(config.telemetry.metrics, telemetry.metrics, {
    ...sourcesOf(ports, operations),
    findUnready: () => readiness.findUnready(),
  });
  await announceStart(active, built.adminKey, metrics?.url ?? null, ports, deps);
  for (const each of extensions) each.start();
  const secretUses = jobs.start({
    name: 'secret_uses',
    everySec: storeSecretUsesEverySec,
    run: () => storeSecretUses(operations),
  });
  void secretUses.runNow();
  const noting = jobs.start({
    name: 'replicas',
    everySec: noteReplicaEverySec,
    run: async () => noteReplica(await toReplica(), operations),
  });
  const revoking = jobs.start({
    name: 'recoveries',
    everySec: revokeEverySec,
    run: () => revokeMarked(coreOf(active)),
  });
  const following = jobs.start({
    name: 'connection_modes',
    everySec: followModesEverySec,
    run: () => reloader.followModes(),
  });
  const notifying = jobs.start({
    name: 'notices',
    everySec: sendNoticesEverySec,
    run: async () => active.built?.sendWaitingNotices(),
  });
  const reportsChecks = config.webhooks.some(({ events }) => events.includes('step_up.finished'));
  const audit = { append: (event: AuditEvent) => coreOf(active).audit.append(event) };
  const core = () => coreOf(active);
  const expiry = createExpiryWatch({ ...operations, ...ports, core, reportsChecks, auditEvents, audit, begunAfter });
  const expiring = jobs.start({ name: 'expired_step_ups', everySec: recordExpiredEverySec, run: () => expiry.run() });
  void expiring.runNow();
  const fileWatch = watchFile(operations, () => reloader.reload('configurationFolder'));
  const watchingFile = jobs.start({ name: 'configuration_file', everySec: watchFileEverySec, run: fileWatch });
  void watchingFile.runNow();
  const stopReader = startDecisionReader({ ...operations, audit });
  const stopHealthChecks = startHealthChecks(operations);
  return {
    reload: (by) => reloader.reload(by),
    async stop() {
      readiness.stop();
      for (const job of [watchingFile, expiring, notifying, following, revoking, secretUses, noting]) await job.stop();
      await stopHealthChecks();
      await background.stop();
      await stopReader();
      await reloader.settled();
      await delay(active.setup.config.stopDelaySec * 1000);
      transmitter?.endPolls();
      await listening.stop();
      // The end of the audit trail is signed afterwards, also if a mail relay or the state store does not answer.
      const last = Promise.allSettled([transmitter?.close(), active.built?.drain(), expiry.handOver()]).then(
        (ended) => {
          for (const each of ended)
            if (each.status === 'rejected') log.error('not left to another replica', { code: toCode(each.reason) });
        },
      );
      await withTimeout(last, lastMs, () => log.warn('events or notifications not sent before the stop'));
      const leaving = leaveReplicas(replica.chain, operations).catch((error: unknown) =>
        log.error('cannot remove the note of this replica', { code: toCode(error) }),
      );
      await withTimeout(leaving, leaveMs, () => log.warn('the note of this replica remains'));
      await Promise.all(extensions.map((each) => each.close()));
      await ports.close();
      await telemetry.close();
      await metrics?.stop();
    },
  };
}

function coreOf({ built }: Active): BuiltApp['core'] {
  if (built === null) throw new FaceError('internal', { problem: 'the server has not started' });
  return built.core;
}

/**
 * Checks a shared store before this server changes its data folder or the store.
 * @throws `release_differs`, `data_newer`, `state_unavailable`
 */
async function checkSharedStore(config: FullSetup['config'], deps: StartDeps): Promise<void> {
  if (config.state.kind === 'sqlite') return;
  const chain = await readChainName(filesOf(config).audit);
  const state = await openSharedStore(config.state, deps);
  try {
    await checkStoreFormat(state);
    await checkReleases(chain, version, { ...deps, state });
  } finally {
    await state.close();
  }
}

/** Compares releases. A server also starts if the store does not respond. @throws `release_differs`, `data_newer` */
async function unlessStoreFails(compare: () => Promise<void>, { log }: StartDeps): Promise<void> {
  try {
    await compare();
  } catch (error) {
    const code = toCode(error);
    if (code === 'release_differs' || code === 'data_newer') throw error;
    log.error('cannot compare the releases of the replicas', { code });
  }
}

function observeRun({ name, last }: JobState, { metrics }: Telemetry): void {
  if (last === null) return;
  const background_job = name;
  metrics.jobRuns.inc({ background_job, outcome: last.code ?? 'ok' });
  metrics.jobDuration.set({ background_job }, last.tookMs / 1000);
  metrics.jobLastEnd.set({ background_job }, last.endedAt / 1000);
}

/** Longest wait for the key service while metrics are read. */
const keysWithinMs = 2_000;
const noKeys = (): Facts['keys'] => [];

function sourcesOf({ engine, files }: OpenedPorts, operations: OperationsContext): Omit<MetricSources, 'findUnready'> {
  const findKeys = createKeyFinder(operations);
  return {
    engineLoad: () => engine.load(),
    trailVolume: () => readVolumeSpace(files.audit),
    async backupAt() {
      const backup = await readLastBackup(files.lastBackup);
      return backup === null ? null : fromIso(backup.madeAt);
    },
    keys: () => withTimeout(findKeys().catch(noKeys), keysWithinMs, noKeys),
  };
}

/** Reads mode switches. @returns none if the store does not respond */
function readModesIfAny({ state }: OpenedPorts, deps: ServerDeps): Promise<Modes> {
  return readModes({ ...deps, state }).catch((error: unknown) => {
    deps.log.error('cannot read manual mode switches', { code: toCode(error) });
    return new Map();
  });
}

/** Stores a new administrator key. @returns a function that shows it, to be called after a successful start */
async function storeFreshKey(
  key: AdminKey,
  active: Active,
  { files, state }: OpenedPorts,
  { clock, random, announce }: StartDeps,
): Promise<() => void> {
  const { fresh } = key;
  if (fresh === null) return () => {};
  await storeAdminKey(key, { file: files.adminKey, random });
  const code = await createFirstCode(key.digest, { state, clock, random });
  // A browser cannot open the general address, on which a container listens.
  const host = active.setup.config.host.replace(/^0\.0\.0\.0$/, 'localhost');
  return () =>
    announce([
      ...placesOf(
        active,
        fresh.use((text) => `${text}  (shown once: save it now)`),
      ),
      `Set up in a browser: ${code.use((text) => `${ownAddressOf(active, host)}/console/connections/_start#${text}`)}  (once, within an hour)`,
    ]);
}

/** Says where the server is, and which connections refuse no one. */
async function announceStart(
  active: Active,
  key: AdminKey,
  metricsUrl: string | null,
  ports: OpenedPorts,
  deps: StartDeps,
): Promise<void> {
  const { config } = active.setup;
  const showKey = await storeFreshKey(key, active, ports, deps);
  if (metricsUrl !== null) deps.printError(`Metrics: ${metricsUrl}`);
  const { connections } = applyModes(active.setup, active.modes);
  const shadowed = connections.filter(({ policy }) => !isRefusing(policy)).map(({ id }) => id);
  if (shadowed.length > 0) deps.printError(`In shadow mode (this server refuses no one): ${shadowed.join(', ')}`);
  for (const warning of active.built?.ruleWarnings ?? []) {
    deps.log.warn('rules', { warning });
    deps.printError(`Rules of ${warning}`);
  }
  deps.log.info('listening', { host: config.host, port: active.listening?.port ?? config.port });
  if (key.fresh !== null) return showKey();
  const keyText = config.adminKey === null ? keptKeyText(ports.files.adminKey) : 'adminKey of the configuration';
  deps.announce(placesOf(active, keyText));
}

const ownAddressOf = ({ setup: { config }, listening }: Active, host = config.host): string =>
  httpAddressOf(host, listening?.port ?? config.port);

function placesOf(active: Active, key: string): string[] {
  const own = ownAddressOf(active);
  const { config } = active.setup;
  const url = config.publicUrl ?? own;
  return [
    `facestep listens on ${own}`,
    `Console:            ${url}/console/`,
    `Documentation:      ${url}/docs/`,
    `Administrator key:  ${key}`,
  ];
}

const keptKeyText = (file: string): string => `shown at the first start. If it is lost, delete ${file} and start again`;

async function recover(auditFile: string, through: number, core: BuiltApp['core']): Promise<void> {
  await recoverEnrolments(await readOpenChanges(auditFile, { through }), core);
}

function partsOf(
  { engine, verifier, state, keyService, trail }: OpenedPorts,
  { metrics }: Telemetry,
  { clock }: Ports<'clock'>,
): Parameters<typeof createReadiness>[0] {
  const onProbe = (found: TrailProblem | null): void => metrics.trailProbes.inc({ outcome: found ?? 'ok' });
  const findTrailProblem = createTrailProbe(trail, { clock, onProbe });
  return {
    own: {
      engine: async () => engine.isReady(),
      trail_not_writable: async () => (await findTrailProblem()) !== 'trail_not_writable',
      no_descriptors: async () => (await findTrailProblem()) !== 'no_descriptors',
    },
    shared: {
      verifier: () => verifier.isReady(),
      state: () => takesWrites({ state, clock }),
      keys: async () => (await keyService.keys.currentVersion()) > 0,
    },
  };
}
