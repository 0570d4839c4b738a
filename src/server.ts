import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFileAudit } from './audit/file.js';
import { filesOf } from './config/data-files.js';
import { redact } from './config/redact.js';
import type { DeliveryConfig, VerifierConfig } from './config/schema.js';
import type { Connection } from './core/connection.js';
import type { CoreDeps } from './core/deps.js';
import type { Clock, Delivery, Fetch, Keys, Log, Random, Verifier } from './core/ports.js';
import { createFileSink, createOutbox } from './delivery/outbox.js';
import { createSmtpDelivery } from './delivery/smtp.js';
import type { Engine } from './engine/engine.js';
import { createEnginePool } from './engine/pool.js';
import { createApp } from './http/app.js';
import type { HooksByConnection } from './http/hooks.js';
import { listen } from './http/listen.js';
import { loadAdminKey } from './keys/admin-key.js';
import { type KeyService, openKeyService } from './keys/open.js';
import { createMovementJudge } from './liveness/judge.js';
import { createIssuers } from './oidc/issuers.js';
import type { OidcIssuers } from './oidc/mount.js';
import type { ConfiguredConnection, Setup } from './setup.js';
import { openState } from './state/open.js';
import { loadParameters } from './token/parameters.js';
import { createEmbeddedVerifier } from './verifier/embedded.js';
import { createFacenitionVerifier } from './verifier/facenition.js';
import { createPasskeys } from './webauthn/passkeys.js';

/** What `vite build` makes lies beside what `tsc` makes. */
const pageFolder = fileURLToPath(new URL('../capture-web', import.meta.url));

/** What the server is handed from outside. */
export interface ServerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
  /** One line for the person in front of the terminal. */
  readonly tell: (line: string) => void;
}

/** Configuration → ports → app → listen. @returns a graceful stop */
export async function startServer(
  { config, connections: configured }: Setup,
  deps: ServerDeps,
): Promise<() => Promise<void>> {
  const { clock, random, log, tell } = deps;
  log.info('configuration', { settings: redact(config) });

  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const files = filesOf(config);
  const state = await openState(config.state, { file: files.state, clock });
  const audit = await createFileAudit({ file: files.audit, clock });
  const keyService = await openKeyService(config.keys, { files, ...deps });
  const { keys, signer } = keyService;
  const adminKey = await loadAdminKey({ given: config.adminKey, file: files.adminKey, random });
  const engine = await createEngine(config);
  const verifier = await createVerifier(config.verifier, { engine, keys, ...deps });
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const issuer = config.publicUrl ?? `http://${host}:${config.port}`;
  const core: CoreDeps = { clock, random, state, audit, log, verifier, signer, issuer };
  const { connections, hooks } = await connect(configured, core);
  const issuers = await createOidc(configured, connections, { ...deps, core, keyService });

  const app = createApp({
    ...core,
    connections,
    hooks,
    judge: createMovementJudge({ engine }),
    passkeys: createPasskeys({ publicUrl: issuer }),
    issuers,
    folders: { page: pageFolder, models: resolve(config.modelsFolder) },
    adminKeyDigest: adminKey.digest,
    delivery: createDelivery(config.delivery, createOutbox({ sink: createFileSink(files.outbox), clock })),
    proxyHops: config.proxyHops,
    isReady: async () => engine.isReady() && (await verifier.isReady()) && (await isAnswering(core)),
  });
  const { port, stop } = await listen(app, { host: config.host, port: config.port });
  adminKey.fresh?.use((text) => tell(`Administrator key, shown this once: ${text}`));
  tell(`facestep listens on http://${config.host}:${port}`);
  log.info('listening', { host: config.host, port });

  return async () => {
    await stop();
    await verifier.close();
    await engine.close();
    await state.close();
  };
}

/** Pictures that may wait where the faces are compared elsewhere and the engine only judges. */
const defaultQueueLimit = 64;

/** The engine also judges what the capture page sends, whoever compares the faces. */
function createEngine({ verifier, modelsFolder }: Setup['config']): Promise<Engine> {
  if (verifier.kind === 'facenition') return createEnginePool({ modelsFolder, queueLimit: defaultQueueLimit });
  const { workers, queueLimit } = verifier;
  return createEnginePool({ modelsFolder, queueLimit, ...(workers === null ? {} : { workers }) });
}

async function createVerifier(
  config: VerifierConfig,
  { engine, keys, clock, random, log }: ServerDeps & { readonly engine: Engine; readonly keys: Keys },
): Promise<Verifier> {
  if (config.kind === 'embedded') {
    return createEmbeddedVerifier({ engine, parameters: await loadParameters(), keys, random });
  }
  return createFacenitionVerifier({ url: config.url, token: config.token, clock, random, log });
}

async function connect(
  configured: readonly ConfiguredConnection[],
  core: CoreDeps,
): Promise<{ connections: ReadonlyMap<string, Connection>; hooks: HooksByConnection }> {
  const made = await Promise.all(
    configured.map(async (each) => ({ ...each, adapter: await each.createAdapter(core) })),
  );
  return {
    connections: new Map(
      made.map(({ id, kind, policy, adapter: { profile, openStepUpRequest } }) => [
        id,
        { id, kind, policy, profile, openStepUpRequest },
      ]),
    ),
    hooks: new Map(made.map(({ id, adapter }) => [id, adapter.hooks])),
  };
}

/** The keys are made where a connection has clients, and not before. */
async function createOidc(
  configured: readonly ConfiguredConnection[],
  connections: ReadonlyMap<string, Connection>,
  { core, keyService, fetch }: { readonly core: CoreDeps; readonly keyService: KeyService; readonly fetch: Fetch },
): Promise<OidcIssuers> {
  const withClients = configured.flatMap(({ id, oidc }) => {
    const connection = connections.get(id);
    return connection === undefined || oidc === null ? [] : [{ connection, oidc }];
  });
  if (withClients.length === 0) return new Map();
  const oidcKeys = await keyService.openOidcKeys();
  return createIssuers(withClients, { ...core, oidcKeys, fetch });
}

function createDelivery(config: DeliveryConfig, outbox: Delivery): Delivery {
  if (config.kind === 'outbox') return outbox;
  const { url, from, requireTls } = config;
  return createSmtpDelivery({ url, from, requireTls, others: outbox });
}

async function isAnswering({ state }: CoreDeps): Promise<boolean> {
  return state.read('ready').then(
    () => true,
    () => false,
  );
}
