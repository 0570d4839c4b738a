import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSendToOkta } from '../../adapters/okta/client.js';
import { oktaConnectionGuard } from '../../adapters/okta/config.js';
import { createAttributeStep, tokenAttribute } from '../../adapters/okta/provision-attribute.js';
import { loadPictures, type Pictures } from '../../examples/demo/pictures.js';
import { type Front, startFront } from '../../simulators/front.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { modelsFolder } from '../../test/paths.js';
import { type Client, createClient } from './client.js';
import { createJournal, type Journal } from './journal.js';
import { createReplica, type Replica } from './replica.js';

export interface Stage {
  readonly okta: OktaSimulator;
  readonly idp: Front;
  readonly replicas: readonly [Replica, ...Replica[]];
  readonly client: Client;
  readonly journal: Journal;
  readonly pictures: Pictures;
  readonly passedOrUntold: ReadonlySet<string>;
  readonly openRevocations: ReadonlySet<string>;
  connectTo(urls: readonly string[]): Promise<Client>;
  /** @returns IDs of the new users */
  createUsers(count: number): Promise<readonly string[]>;
  tokenOf(subject: string): string | null;
  close(): Promise<void>;
}

export interface StageSettings {
  readonly replicas?: number;
  /** Redis that the replicas share. Without it, the only replica uses a file. */
  readonly redisUrl?: string;
  readonly config?: object;
  readonly oidcClients?: readonly object[];
  readonly env?: (replica: number) => Readonly<Record<string, string>>;
  /** Folder to use and keep. By default, a new folder is created, and removed at the end. */
  readonly folder?: string;
}

const connectionId = 'workforce';
export const publicUrl = 'https://face.example.com';
export const issuer = `${publicUrl}/oidc/${connectionId}`;
const attribute = 'facestepToken';

/** Starts the Okta simulator and the replicas, which share key files but have separate data folders. */
export async function openStage(settings: StageSettings = {}): Promise<Stage> {
  const top = await mkdtemp(join(tmpdir(), 'facestep-faults-'));
  const { folder = top, redisUrl, oidcClients } = settings;
  const adminKey = `fsa_${randomBytes(24).toString('base64url')}`;
  const hookSecret = `Bearer ${randomBytes(24).toString('base64url')}`;
  const okta = await startOktaSimulator();
  const idp = await startFront(okta.url);
  const connection = {
    id: connectionId,
    kind: 'okta',
    policy: { mode: 'enforce', liveness: 'off' },
    okta: {
      orgUrl: idp.url,
      auth: { kind: 'api_token', token: okta.apiToken },
      hooks: { secret: { header: 'authorization', value: hookSecret } },
    },
    ...(oidcClients === undefined ? {} : { oidc: { clients: oidcClients } }),
  };
  const keys = join(top, 'keys');
  await mkdir(keys, { mode: 0o700 });
  const configFile = join(top, 'facestep.json');
  const shared = {
    modelsFolder,
    publicUrl,
    verifier: { kind: 'embedded', workers: 1 },
    keys: { kind: 'local', folder: keys },
    state: redisUrl === undefined ? { kind: 'sqlite' } : { kind: 'redis', url: redisUrl },
  };
  const config = { ...shared, ...settings.config, connections: [connection] };
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
  await addTokenAttribute(connection);

  const replicaOf = (at: number): Promise<Replica> =>
    createReplica({
      name: `replica-${at + 1}`,
      folder,
      env: { FACESTEP_CONFIG: configFile, FACESTEP_ADMIN_KEY: adminKey, ...settings.env?.(at) },
    });
  const replicas: [Replica, ...Replica[]] = [await replicaOf(0)];
  for (let at = 1; at < (settings.replicas ?? 1); at += 1) replicas.push(await replicaOf(at));
  // Replicas start one after the other, because the first replica creates the key files.
  for (const replica of replicas) await replica.start();
  const journal = createJournal();
  const passedOrUntold = new Set<string>();
  const openRevocations = new Set<string>();
  const connectTo = async (urls: readonly string[]): Promise<Client> => {
    const own = { urls, adminKey, hookSecret, connection: connectionId };
    const client = createClient({ ...own, journal, passedOrUntold, openRevocations });
    await client.signIn();
    return client;
  };
  const client = await connectTo(replicas.map(({ url }) => url));
  return {
    okta,
    idp,
    replicas,
    client,
    journal,
    passedOrUntold,
    openRevocations,
    connectTo,
    pictures: await loadPictures(),
    async createUsers(count) {
      const made: string[] = [];
      for (let n = 0; n < count; n += 1) {
        const login = `user-${okta.org.users.size + 1}@example.com`;
        made.push(await okta.createUser({ login, password: 'first factor' }));
      }
      return made;
    },
    tokenOf(subject) {
      const value = okta.org.users.get(subject)?.profile[attribute];
      return typeof value === 'string' ? value : null;
    },
    async close() {
      for (const replica of replicas) await replica.stop();
      await idp.close();
      await okta.close();
      await rm(top, { recursive: true, force: true });
    },
  };
}

/** Adds the profile attribute with the product's provisioning, because the org refuses unknown attributes. */
export async function addTokenAttribute(connection: object): Promise<void> {
  const { okta } = oktaConnectionGuard.parse(connection);
  const send = createSendToOkta(okta, (url, init) => fetch(url, init));
  await createAttributeStep(tokenAttribute(okta.attribute), { send }).apply();
}
