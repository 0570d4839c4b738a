import { randomBytes } from 'node:crypto';
import { createSendToOkta } from '../../adapters/okta/client.js';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createAttributeStep, tokenAttribute } from '../../adapters/okta/provision-attribute.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { startFront } from '../../support/servers/front.js';
import { hasRedis, startRedis } from '../../support/servers/redis.js';
import { benchPublicUrl } from '../bench/hook-providers.js';
import { type ServersSettings, startServers } from '../bench/servers.js';
import { type Client, createClient } from './client.js';
import { createJournal, type Finding, type Invariant, skip } from './fault.js';
import { checkInvariants } from './invariants.js';

interface StageSettings extends Pick<ServersSettings, 'count' | 'env' | 'folder' | 'main'> {
  /** Redis that the replicas share. Without it, the only replica uses a file. */
  readonly redisUrl?: string;
  readonly config?: object;
  readonly oidcClients?: readonly object[];
  readonly tokenRequest?: object;
}

const connectionId = 'workforce';
export const issuer = `${benchPublicUrl}/oidc/${connectionId}`;
const attribute = 'facestepToken';

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** Starts the Okta simulator and the replicas. */
export async function openStage({ redisUrl, config, oidcClients, tokenRequest, ...servers }: StageSettings) {
  const hookSecret = `Bearer ${randomBytes(24).toString('base64url')}`;
  const okta = await startOktaSimulator();
  const idp = await startFront(okta.url);
  const connection = {
    id: connectionId,
    kind: 'okta',
    policy: { mode: 'enforce', liveness: 'off' },
    okta: { ...okta.toSettings(hookSecret), orgUrl: idp.url },
    ...(oidcClients === undefined ? {} : { oidc: { clients: oidcClients } }),
  };
  await addTokenAttribute(connection);
  const state = redisUrl === undefined ? { kind: 'sqlite' } : { kind: 'redis', url: redisUrl };
  const { replicas, adminKey, stop } = await startServers({
    ...servers,
    config: { state, limits: { clientLookUps: 60_000, clientPictures: 60_000 }, ...config, connections: [connection] },
  });
  const journal = createJournal();
  const connectTo = async (urls: readonly string[]): Promise<Client> => {
    const client = createClient({ urls, adminKey, hookSecret, connection: connectionId, tokenRequest, journal });
    await client.signIn();
    return client;
  };
  const client = await connectTo(replicas.map(({ url }) => url));
  const pictures = await loadPictures();
  const tokenOf = (subject: string): string | null => {
    const value = okta.org.users.get(subject)?.profile[attribute];
    return typeof value === 'string' ? value : null;
  };
  return {
    okta,
    idp,
    replicas,
    adminKey,
    client,
    journal,
    pictures,
    connectTo,
    tokenOf,
    /** @returns IDs of the new users */
    async createUsers(count: number): Promise<readonly string[]> {
      const made: string[] = [];
      for (let n = 0; n < count; n += 1) {
        const login = `user-${okta.org.users.size + 1}@example.com`;
        made.push(await okta.createUser({ login, password: 'first factor' }));
      }
      return made;
    },
    async enrolMissing(users: readonly string[]): Promise<void> {
      for (const user of users) if (tokenOf(user) === null) await client.enrol(user, pictures.person[0]);
    },
    async close() {
      await stop();
      await idp.close();
      await okta.close();
    },
  };
}

/** Result of applying a fault. */
export interface Act {
  /** Users who showed their own face. For all other users, only impostors showed a face. */
  readonly enrolled: readonly string[];
  readonly figures?: Finding['figures'];
  readonly invariants?: readonly Invariant[];
}

/** Runs a fault, then verifies the invariants that every fault must keep. */
export async function runOnStage(settings: StageSettings, act: (stage: Stage) => Promise<Act>): Promise<Finding> {
  const stage = await openStage(settings);
  try {
    const { enrolled, figures = {}, invariants = [] } = await act(stage);
    const kept = await checkInvariants(stage, enrolled);
    return { seen: stage.journal.toSeen(), figures, invariants: [...invariants, ...kept], skipped: [] };
  } finally {
    await stage.close();
  }
}

/** Runs a fault with a Redis of its own. Skips it if there is none. */
export async function withRedis(run: (redis: Awaited<ReturnType<typeof startRedis>>) => Promise<Finding>) {
  if (!hasRedis) return skip('Redis is not installed');
  const redis = await startRedis();
  try {
    return await run(redis);
  } finally {
    await redis.stop();
  }
}

/** Adds the profile attribute with the product's provisioning, because the org refuses unknown attributes. */
export async function addTokenAttribute(connection: object): Promise<void> {
  const { okta } = createOktaConnectionGuard([]).parse(connection);
  const send = createSendToOkta(okta, (url, init) => fetch(url, init));
  await createAttributeStep(tokenAttribute(okta.attribute), { send }).apply();
}

/** Returns environment variables that preload `preloaded.ts` into a server. */
export function preload(settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const options = `${process.env.NODE_OPTIONS ?? ''} --import=${new URL('./preloaded.js', import.meta.url)}`;
  return { ...settings, NODE_OPTIONS: options.trim() };
}
