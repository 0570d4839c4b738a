import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ConnectionSettings, connectionGuards, createAdapter } from '../adapters/index.js';
import { createFileAudit } from './audit/file.js';
import { loadConfig } from './config/load.js';
import { redact } from './config/redact.js';
import type { DeliveryConfig, VerifierConfig } from './config/schema.js';
import type { Connection } from './core/connection.js';
import type { CoreDeps } from './core/deps.js';
import type { Clock, Delivery, Fetch, Keys, Random, Verifier } from './core/ports.js';
import { epochMs } from './core/units.js';
import { createFileSink, createOutbox } from './delivery/outbox.js';
import { createSmtpDelivery } from './delivery/smtp.js';
import { createEnginePool } from './engine/pool.js';
import { FaceError } from './errors.js';
import { framesOf } from './http/access-log.js';
import { createApp } from './http/app.js';
import type { HooksByConnection } from './http/hooks.js';
import { listen } from './http/listen.js';
import { loadAdminKey } from './keys/admin-key.js';
import { createLocalKeys } from './keys/local.js';
import { createLocalSigner } from './keys/local-signer.js';
import { createSqliteState } from './state/sqlite.js';
import { createLog } from './telemetry/log.js';
import { createEmbeddedVerifier } from './verifier/embedded.js';
import { createFacenitionVerifier } from './verifier/facenition.js';

// The real ones: everything else takes them as arguments.
const clock: Clock = { now: () => epochMs(Date.now()) };
const random: Random = (bytes) => randomBytes(bytes);
const fetch: Fetch = (url, init) => globalThis.fetch(url, init);
const log = createLog();

/** For people in front of a terminal; the log on standard output is for machines. */
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Configuration → ports → app → listen. @returns a graceful stop */
async function start(): Promise<() => Promise<void>> {
  const config = await loadConfig({
    env: process.env,
    readFile: (path: string) => readFile(path, 'utf8'),
    connectionGuards,
  });
  log.info('configuration', { settings: redact(config) });

  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const inData = (name: string): string => join(config.dataFolder, name);
  const state = createSqliteState({ file: inData('state.db'), clock });
  const audit = await createFileAudit({ file: inData('audit.jsonl'), clock });
  const keys = await createLocalKeys({ file: inData('keys.json'), random });
  const adminKey = await loadAdminKey({ given: config.adminKey, file: inData('admin-key.sha256'), random });
  const verifier = await createVerifier(config.verifier, { keys, modelsFolder: config.modelsFolder });
  const signer = await createLocalSigner({ file: inData('signing-keys.json'), random });
  const issuer = config.publicUrl ?? `http://${config.host}:${config.port}`;
  const core: CoreDeps = { clock, random, state, audit, log, verifier, signer, issuer };
  const { connections, hooks } = await connect(config.connections, core);

  const app = createApp({
    ...core,
    connections,
    hooks,
    adminKeyDigest: adminKey.digest,
    delivery: createDelivery(config.delivery, createOutbox({ sink: createFileSink(inData('outbox.jsonl')), clock })),
    isReady: async () => (await verifier.isReady()) && (await isAnswering(core)),
  });
  const { port, stop } = await listen(app, { host: config.host, port: config.port });
  adminKey.fresh?.use((text) => tell(`Administrator key, shown this once: ${text}`));
  tell(`facestep listens on http://${config.host}:${port}`);
  log.info('listening', { host: config.host, port });

  return async () => {
    await stop();
    await verifier.close();
    await state.close();
  };
}

async function createVerifier(
  config: VerifierConfig,
  { keys, modelsFolder }: { keys: Keys; modelsFolder: string },
): Promise<Verifier> {
  if (config.kind === 'facenition') {
    return createFacenitionVerifier({ url: config.url, token: config.token, clock, random, log });
  }
  const { workers, queueLimit } = config;
  const engine = await createEnginePool({ modelsFolder, queueLimit, ...(workers === null ? {} : { workers }) });
  return createEmbeddedVerifier({ engine, keys, random });
}

async function connect(
  settings: readonly ConnectionSettings[],
  core: CoreDeps,
): Promise<{ connections: ReadonlyMap<string, Connection>; hooks: HooksByConnection }> {
  const made = await Promise.all(
    settings.map(async (each) => ({ ...each, adapter: await createAdapter(each, { core, fetch }) })),
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

// Such as `listen EADDRINUSE`.
const systemErrorGuard = z.object({ code: z.string().regex(/^E[A-Z]+$/), syscall: z.string().regex(/^\w+$/) });

/** Says why this process ends, without the messages of foreign errors: they quote what they could not read. */
function fail(error: unknown): never {
  if (error instanceof FaceError) {
    tell(`facestep cannot go on: ${error.message} (${error.code})`);
    if (error.detail !== null) tell(JSON.stringify(error.detail, null, 2));
  } else {
    const { data } = systemErrorGuard.safeParse(error);
    tell(`facestep cannot go on: ${data === undefined ? 'an unexpected error' : `${data.syscall} ${data.code}`}`);
  }
  log.error('ended', { code: error instanceof FaceError ? error.code : 'internal', frames: framesOf(error) });
  process.exit(1);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const stop = await start().catch(fail);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    log.info('stopping', { signal });
    stop().then(() => process.exit(0), fail);
  });
}
