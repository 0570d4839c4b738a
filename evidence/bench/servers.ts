import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../examples/demo/free-port.js';
import { newAdminKey, type Service, startService } from '../../examples/demo/service.js';
import { modelsFolder } from '../../support/run/paths.js';
import { benchPublicUrl } from './hook-providers.js';

export type Replica = Awaited<ReturnType<typeof createReplica>>;

async function createReplica(
  name: string,
  { dataFolder, logFile, env }: { dataFolder: string; logFile: string; env: Readonly<Record<string, string>> },
) {
  const port = await findFreePort();
  const own = { ...env, PORT: String(port), FACESTEP_DATA: dataFolder };
  let service: Service | null = null;
  return {
    name,
    /** Environment of its server and of commands on its data. */
    env: own,
    url: `http://127.0.0.1:${port}`,
    dataFolder,
    get pid(): number {
      return service?.process.pid ?? 0;
    },
    /** @param main - program of the server; by default, that of this checkout */
    async start(main?: string): Promise<void> {
      service = await startService(own, logFile, main);
    },
    /** Kills the process without a clean shutdown, like a power cut. */
    async kill(): Promise<void> {
      const child = service?.process;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async stop(): Promise<void> {
      await service?.stop();
    },
  };
}

export interface ServersSettings {
  readonly count?: number;
  readonly config: object;
  readonly env?: (replica: number) => Readonly<Record<string, string>>;
  readonly prepare?: (dataFolder: string) => Promise<void>;
  readonly main?: string;
  /** Folder of data and logs, which is kept. By default, it is removed at the end and there are no logs. */
  readonly folder?: string | undefined;
}

/** Starts replicas that share key files but have separate data folders. */
export async function startServers({ count = 1, config, env, prepare, folder, main }: ServersSettings) {
  const top = await mkdtemp(join(tmpdir(), 'facestep-bench-'));
  const keysFolder = join(top, 'keys');
  await mkdir(keysFolder, { mode: 0o700 });
  const configFile = join(top, 'facestep.json');
  const shared = {
    modelsFolder,
    publicUrl: benchPublicUrl,
    verifier: { kind: 'embedded', workers: 1 },
    keys: { kind: 'local', folder: keysFolder },
    ...config,
  };
  await writeFile(configFile, JSON.stringify(shared), { mode: 0o600 });
  const adminKey = newAdminKey();
  // Replicas start one after the other, because the first replica creates the key files.
  const startOne = async (at: number): Promise<Replica> => {
    const name = `replica-${at + 1}`;
    const dataFolder = join(folder ?? top, name);
    const logFile = folder === undefined ? devNull : join(folder, `${name}.log`);
    await mkdir(dataFolder, { mode: 0o700 });
    await prepare?.(dataFolder);
    const own = { FACESTEP_CONFIG: configFile, FACESTEP_ADMIN_KEY: adminKey, ...env?.(at) };
    const replica = await createReplica(name, { dataFolder, logFile, env: own });
    await replica.start(main);
    return replica;
  };
  const replicas: [Replica, ...Replica[]] = [await startOne(0)];
  for (let at = 1; at < count; at += 1) replicas.push(await startOne(at));
  return {
    replicas,
    adminKey,
    keysFolder,
    async stop() {
      for (const replica of replicas) await replica.stop();
      await rm(top, { recursive: true, force: true });
    },
  };
}
