import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'undici';
import { modelsFolder } from '../../../test/paths.js';
import { loadPictures } from '../../../test/pictures.js';
import { startService } from '../../../test/service.js';
import { type Client, createClient } from '../client.js';
import { openOkta } from '../hook-providers/okta.js';
import { benchPublicUrl } from '../hook-providers/provider.js';

/** Freshness of a noted pass: longer than any measurement. */
export const freshnessSec = 86_400;

/** An Okta connection that is called, and never calls. */
const provider = openOkta({ freshnessSec, liveness: 'off' });

/** Where replicas keep their state. */
export type StateSettings = { readonly kind: 'sqlite' } | { readonly kind: 'redis'; readonly url: string };

/** Replicas as processes that share keys and state, and a caller of each of them in turn. */
export interface Cluster {
  /** The n-th call of Okta's token hook, at the next replica. */
  callHook(n: number): Promise<void>;
  /** A verification of one face and one token, at the next replica. */
  verify(): Promise<void>;
  /** Of the first replica. */
  readonly dataFolder: string;
  close(): Promise<void>;
}

/** The id of the n-th user, as the hook names it. */
export const subjectOf = (n: number): string => provider.subjects(n)[0] ?? '';

export const connectionId = provider.connection.id;

/** Prepares a folder for replicas; `prepare` may fill the state before they start. */
export async function openCluster({
  replicas,
  state,
  prepare = async () => {},
}: {
  readonly replicas: number;
  readonly state: StateSettings;
  readonly prepare?: (dataFolder: string) => Promise<void>;
}): Promise<Cluster> {
  const top = await mkdtemp(join(tmpdir(), 'facestep-bench-'));
  const keys = join(top, 'keys');
  await mkdir(keys, { mode: 0o700 });
  const configFile = join(top, 'facestep.json');
  const config = {
    modelsFolder,
    publicUrl: benchPublicUrl,
    verifier: { kind: 'embedded', workers: 1 },
    state,
    keys: { kind: 'local', folder: keys },
    connections: [provider.connection],
  };
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
  const dataFolder = join(top, 'replica-1');
  await mkdir(dataFolder, { mode: 0o700 });
  await prepare(dataFolder);
  const adminKey = randomBytes(24).toString('base64url');
  const { person } = await loadPictures();
  const services: Awaited<ReturnType<typeof startService>>[] = [];
  const pools: Pool[] = [];
  const clients: Client[] = [];
  for (let at = 1; at <= replicas; at += 1) {
    const env = { PORT: '0', FACESTEP_CONFIG: configFile, FACESTEP_ADMIN_KEY: adminKey };
    const service = await startService({ ...env, FACESTEP_DATA: join(top, `replica-${at}`) });
    services.push(service);
    pools.push(new Pool(service.url, { connections: 16 }));
    clients.push(await createClient(service.url, adminKey, { enrolled: person[0], live: person[1] }, 8));
  }
  const [hook] = provider.loads('');
  if (hook === undefined) throw new Error('the provider has no hook');
  let turn = 0;
  return {
    dataFolder,
    async callHook(n) {
      const { headers, body } = hook.toCall(n);
      const answer = await pools[turn++ % pools.length]?.request({
        path: hook.url,
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      await answer?.body.dump();
      if (answer?.statusCode !== 200) throw new Error(`the hook answered ${answer?.statusCode}`);
    },
    async verify() {
      await clients[turn++ % clients.length]?.authenticate();
    },
    async close() {
      for (const pool of pools) await pool.close();
      for (const client of clients) await client.close();
      for (const service of services) await service.stop();
      await rm(top, { recursive: true, force: true });
    },
  };
}
