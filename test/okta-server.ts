import { randomBytes } from 'node:crypto';
import { onboardingGuard } from '../src/config/onboarding.js';
import { createBrands } from '../src/core/brand/brands.js';
import { listen } from '../src/http/listen.js';
import { type BodyRooms, createBodyRooms } from '../src/http/rooms.js';
import { createAccountNames } from '../src/ledger/account-names.js';
import { issueClientToken } from '../src/rest/client-tokens.js';
import { type AppDeps, createApp } from '../src/server/app.js';
import { createSqliteLedger } from '../src/state/ledger-sqlite.js';
import { createPasskeys } from '../src/webauthn/passkeys.js';
import { toForm } from './api-server.js';
import { noCampaigns } from './campaigns.js';
import type { OktaBench } from './contract/okta.js';
import { createTestSight } from './embedded.js';
import { createKeysInMemory } from './keys.js';
import { pageFolders } from './paths.js';
import type { ServedAdapter } from './serve-adapter.js';
import { consoleDeps } from './settings.js';
import { createSimulatedJudge } from './simulated-judge.js';
import { createQuietTelemetry } from './telemetry.js';
import { startTestTransmitter } from './transmitter.js';
import { createTestUpkeep } from './upkeep.js';

export interface OktaServer {
  readonly origin: string;
  readonly rooms: BodyRooms;
  post(
    path: string,
    fields: Record<string, string>,
    photos?: readonly Uint8Array[],
  ): Promise<{ status: number; body: Record<string, string> }>;
  stop(): Promise<void>;
}

export async function startOktaServer(
  bench: OktaBench,
  adapter: ServedAdapter = bench.adapter,
  rooms: BodyRooms = createBodyRooms(),
): Promise<OktaServer> {
  const connection = { id: 'workforce', policy: bench.policy, ...adapter };
  const transmitter = await startTestTransmitter(bench.core);
  const deps: AppDeps = {
    ...bench.core,
    adminKeyDigest: new Uint8Array(32),
    ...consoleDeps,
    onClientRequest: () => {},
    contactCodes: { countries: [] },
    onboarding: onboardingGuard.parse({}),
    delivery: { send: async () => {} },
    judge: createSimulatedJudge(),
    sight: createTestSight(),
    keys: createKeysInMemory(randomBytes(32)),
    webPush: null,
    passkeys: createPasskeys({ publicUrl: 'https://face.example.com' }),
    connections: new Map([['workforce', connection]]),
    hooks: new Map([['workforce', adapter.hooks]]),
    mountOidc: () => {},
    securityEvents: transmitter.securityEvents,
    folders: pageFolders,
    proxyHops: 0,
    rooms,
    telemetry: await createQuietTelemetry(bench.core.clock),
    ledger: createSqliteLedger(':memory:'),
    accounts: createAccountNames(bench.core),
    brands: createBrands(null, bench.core),
    recordsOf: async () => ({ records: [], left: 0 }),
    ...noCampaigns,
    reload: async () => ({ code: null, changed: [], needingRestart: [], problems: [], switched: [] }),
    upkeep: createTestUpkeep(bench.core),
    findUnready: async () => [],
    findUnreadyHere: async () => [],
  };
  const { port, stop } = await listen(createApp(deps).listener, { host: '127.0.0.1', port: 0 });
  const request = {
    name: 'test',
    tenant: 'workforce',
    scopes: ['enrol', 'verify'] as const,
    lifeSec: 3600,
    application: null,
  };
  const { credential } = await issueClientToken(request, { name: 'test' }, deps);
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    rooms,
    async stop() {
      await stop();
      await transmitter.close();
    },
    async post(path, fields, photos = []) {
      const response = await fetch(origin + path, {
        method: 'POST',
        headers: credential.use((token) => ({ 'X-Auth-Token': token })),
        body: toForm({ ...fields, ...(photos.length === 0 ? {} : { photo: photos }) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    },
  };
}
