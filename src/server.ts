import { setTimeout as delay } from 'node:timers/promises';
import { redact } from './config/redact.js';
import { FaceError, toCode } from './errors.js';
import { framesOf } from './http/access-log.js';
import { listen } from './http/listen.js';
import { buildApp } from './server/build-app.js';
import { type OpenPorts, openPorts, type ServerDeps } from './server/open-ports.js';
import { createReadiness } from './server/readiness.js';
import { digestOfConfig, findChanges, keepFixed, needingRestart } from './server/settings.js';
import type { Setup } from './setup.js';

/** The server, listening. */
export interface RunningServer {
  /**
   * Puts another configuration in force without dropping a request. One that is not valid, or that cannot be built, is
   * logged and changes nothing.
   */
  reload(loadSetup: () => Promise<Setup>): Promise<void>;
  /** Says that it is not ready, takes no more requests, lets those under way finish, and closes what is open. */
  stop(): Promise<void>;
}

/** Configuration → ports → app → listen. */
export async function startServer(setup: Setup, deps: ServerDeps): Promise<RunningServer> {
  const { log, tell } = deps;
  log.info('configuration', { settings: redact(setup.config) });
  const ports = await openPorts(setup.config, deps);
  const readiness = createReadiness(partsOf(ports), deps);
  const build = (next: Setup) => buildApp(next, ports, { ...deps, readiness });

  const noteLoaded = async (config: Setup['config'], changed: readonly string[]): Promise<void> => {
    const detail = { digest: digestOfConfig(config), connections: config.connections.length, changed: [...changed] };
    await ports.audit.append({ action: 'configuration_loaded', connection: '', subject: '', detail });
  };

  let { config } = setup;
  let app = await build(setup);
  await noteLoaded(config, []);
  const { host } = config;
  const listening = await listen((request, response) => app(request, response), { host, port: config.port });
  tell(`facestep listens on http://${host}:${listening.port}`);
  log.info('listening', { host, port: listening.port });

  const load = async (loadSetup: () => Promise<Setup>): Promise<void> => {
    const loaded = await loadSetup();
    const changed = findChanges(config, loaded.config);
    const next = { ...loaded, config: keepFixed(config, loaded.config) };
    const nextApp = await build(next);
    const restart = needingRestart(changed);
    await noteLoaded(
      next.config,
      changed.filter((path) => !restart.includes(path)),
    );
    config = next.config;
    app = nextApp;
    log.info('configuration', { settings: redact(config) });
    if (restart.length > 0) log.warn('a restart is needed', { changed: restart });
  };

  let loading: Promise<void> = Promise.resolve();
  return {
    reload(loadSetup) {
      loading = loading
        .then(() => load(loadSetup))
        .catch((error: unknown) => {
          const detail = error instanceof FaceError ? error.detail : null;
          log.error('configuration not loaded', { code: toCode(error), detail, frames: framesOf(error) });
        });
      return loading;
    },
    async stop() {
      readiness.stop();
      await loading;
      await delay(config.stopDelaySec * 1000);
      await listening.stop();
      await ports.close();
    },
  };
}

/** What must work for this process to take work. */
function partsOf({ engine, verifier, state, keyService }: OpenPorts): Record<string, () => Promise<boolean>> {
  return {
    engine: async () => engine.isReady(),
    verifier: () => verifier.isReady(),
    state: async () => (await state.read('ready')) === null,
    keys: async () => (await keyService.keys.currentVersion()) > 0,
  };
}
