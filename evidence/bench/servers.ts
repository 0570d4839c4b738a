import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Service, startService } from '../../examples/demo/service.js';
import { modelsFolder } from '../../test/paths.js';
import { benchPublicUrl } from './hook-providers/provider.js';

export interface Servers {
  readonly services: readonly Service[];
  readonly adminKey: string;
  readonly keysFolder: string;
  stop(): Promise<void>;
}

export async function startServers({
  count = 1,
  config,
  env = {},
  prepare = async () => {},
  main,
}: {
  readonly count?: number;
  readonly config: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly prepare?: (dataFolder: string) => Promise<void>;
  readonly main?: string;
}): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-bench-'));
  const keysFolder = join(folder, 'keys');
  await mkdir(keysFolder, { mode: 0o700 });
  const configFile = join(folder, 'facestep.json');
  const shared = {
    ...{ modelsFolder, publicUrl: benchPublicUrl, verifier: { kind: 'embedded', workers: 1 } },
    ...{ keys: { kind: 'local', folder: keysFolder }, ...config },
  };
  await writeFile(configFile, JSON.stringify(shared), { mode: 0o600 });
  const adminKey = randomBytes(24).toString('base64url');
  const services: Service[] = [];
  for (let at = 1; at <= count; at += 1) {
    const dataFolder = join(folder, `replica-${at}`);
    await mkdir(dataFolder, { mode: 0o700 });
    await prepare(dataFolder);
    const own = { PORT: '0', FACESTEP_CONFIG: configFile, FACESTEP_DATA: dataFolder, FACESTEP_ADMIN_KEY: adminKey };
    services.push(await startService({ ...own, ...env }, undefined, main));
  }
  return {
    services,
    adminKey,
    keysFolder,
    async stop() {
      for (const service of services) await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
