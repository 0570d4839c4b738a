import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../../examples/demo/free-port.js';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { configure, newAdminKey, startService } from '../../../examples/demo/service.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { notePasses, openQuickState } from '../../bench/filled-state.js';
import { preload } from '../../faults/stage.js';
import { asAdministrator, asClient, issueCredentials, issueExpiring } from './credentials.js';
import { createCaller } from './exchange.js';
import { openProviders } from './providers.js';

const dayMs = 24 * 3_600_000;

const ownAddress = '127.0.0.1';

/** Number of people of each provider, of whom every second has passed a face check. */
const mostPeople = 500;

export async function openStage() {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-siege-'));
  const [providers, pictures] = await Promise.all([openProviders(), loadPictures()]);
  const port = await findFreePort();
  const metricsPort = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const owner = newAdminKey();
  const settings = {
    modelsFolder,
    publicUrl: url,
    telemetry: { metrics: { port: metricsPort } },
    contactCodes: { countries: ['1'] },
    connections: providers.connections,
  };
  const own = await configure(folder, settings, { port: String(port), adminKey: owner });
  const environment = { ...providers.environment, ...own };
  const data = own.FACESTEP_DATA;
  const logFile = join(folder, 'log');
  const caller = createCaller(port, ownAddress);
  const admin = createCaller(port, ownAddress, asAdministrator(owner));
  // A server of the day before issues the credentials that have expired by now.
  const clockFile = join(folder, 'clock');
  await writeFile(clockFile, String(-dayMs));
  const before = await startService({ ...environment, ...preload({ FAULTS_CLOCK_FILE: clockFile }) });
  const expired = await issueExpiring(admin);
  await before.stop();

  const state = openQuickState(join(data, 'state.db'));
  for (const provider of providers.hooked) await notePasses(state, provider, mostPeople);
  await state.close();
  const service = await startService(environment, logFile);
  const credentials = { owner, ...expired, ...(await issueCredentials(admin)) };
  return {
    port,
    metricsPort,
    url,
    logFile,
    providers,
    credentials,
    pictures,
    caller,
    admin,
    /** Backend of an application that is in order. */
    backend: createCaller(port, ownAddress, asClient(credentials.legitimate)),
    outboxFile: join(data, 'outbox.jsonl'),
    auditFile: join(data, 'audit.jsonl'),
    stateFile: join(data, 'state.db'),
    pid: service.process.pid ?? 0,
    isAlive: () => service.process.exitCode === null && service.process.signalCode === null,
    async close() {
      await service.stop();
      await providers.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;
