import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findFreePort } from '../../examples/demo/free-port.js';
import { startService } from '../../examples/demo/service.js';
import { atSimulator, deployTriggers, triggerFunctions } from '../../simulators/cognito/deploy.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { startOneLoginSimulator } from '../../simulators/onelogin/index.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { startScimSimulator } from '../../simulators/scim/index.js';
import type { Fetch } from '../../src/core/ports.js';
import { runHere } from '../../support/benches/cli.js';
import { modelsFolder } from '../../support/run/paths.js';
import { startFront } from '../../support/servers/front.js';
import { administer } from './cognito.js';
import { schema } from './scim.js';

/* A server behind a scripted proxy, connected to a simulator of every provider. */

const adminKey = 'an-administrators-key-of-the-tests-0123456789';
const hookSecret = 'Bearer a-secret-that-okta-calls-with-0123456789';
const oneLoginSecret = 'a-secret-that-onelogin-signs-with-0123456789';
const requestSecret = 'a-secret-that-the-triggers-sign-with-0123456789';

export interface Elsewhere {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly provider?: Readonly<Record<string, unknown>>;
  readonly connection?: Readonly<Record<string, unknown>>;
  readonly aheadSec?: number;
}

const checkGuard = z.object({
  title: z.string(),
  verdict: z.enum(['pass', 'warn', 'fail', 'manual', 'skipped']),
  found: z.string(),
  remedy: z.string().nullable(),
  cause: z.string().nullable(),
});
const reportGuard = z.object({ ok: z.boolean(), checks: z.array(checkGuard) });

export type Examined = z.infer<typeof checkGuard>;

export type DoctorBench = Awaited<ReturnType<typeof openDoctorBench>>;

export async function openDoctorBench(folder: string) {
  const dataFolder = join(folder, 'data');
  const port = await findFreePort();
  const front = await startFront(`http://127.0.0.1:${port}`);
  const publicUrl = front.url;
  const okta = await startOktaSimulator({});
  const entra = await startEntraSimulator({});
  const cognito = await startCognitoSimulator({});
  const pool = await cognito.createPool();
  const onelogin = await startOneLoginSimulator();
  const scim = await startScimSimulator({});
  scim.directory.extensions.set(schema, [defineAttribute('token')]);
  scim.addUser('ada@example.com');
  const entraDaemon = entra.addDaemon();
  const clientId = await administer(cognito, pool).createAppClient({ AuthSessionValidity: 15 });

  const entries: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    okta: okta.toSettings(hookSecret),
    entra: {
      ...entra.toSettings(entraDaemon),
      hooks: { clientApps: [entra.addClientApp()], signUp: {} },
    },
    cognito: {
      userPoolId: pool.id,
      clientIds: [clientId],
      credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'of-the-simulator' },
      endpoint: cognito.url,
      triggers: { requestSecret, functions: triggerFunctions },
    },
    onelogin: onelogin.toSettings(oneLoginSecret, onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] })),
    scim: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } },
  };
  let files = 0;
  const writeConfig = (changed?: string, { settings = {}, provider = {}, connection = {} }: Elsewhere = {}) => {
    const file = join(folder, `config-${++files}.json`);
    const connections = Object.entries(entries).map(([kind, entry]) => ({
      id: kind,
      kind,
      policy: { mode: 'enforce' },
      [kind]: { ...entry, ...(kind === changed ? provider : {}) },
      ...(kind === changed ? connection : {}),
    }));
    const verifier = { kind: 'embedded', workers: 1 };
    writeFileSync(
      file,
      JSON.stringify({ modelsFolder, dataFolder, publicUrl, adminKey, verifier, connections, ...settings }),
    );
    return { FACESTEP_CONFIG: file };
  };
  const reach: Fetch = (url, init) =>
    url.startsWith(entra.url) ? entra.fetch(url, init) : fetch(atSimulator(url, cognito.url), init);

  const service = await startService({ ...writeConfig(), PORT: String(port) });
  const keys = await (await fetch(`${service.url}/.well-known/jwks.json`)).text();
  deployTriggers(cognito.lambda, pool, {
    connection: 'cognito',
    publicUrl,
    clientIds: [clientId],
    requestSecret,
    receiptKeys: keys,
  });
  const provision = async (connection: string): Promise<void> => {
    const { code, stdout, stderr } = await runHere(['provision', connection, '--apply', '--yes'], writeConfig(), {
      fetch: reach,
    });
    if (code !== 0) throw new Error(`${connection} could not be set up:\n${stdout}${stderr}`);
  };
  for (const connection of ['okta', 'entra', 'cognito', 'onelogin']) await provision(connection);

  return {
    front,
    service,
    dataFolder,
    okta,
    entra,
    entraDaemon,
    cognito,
    pool,
    onelogin,
    scim,
    provision,
    async examine(connection: string, elsewhere: Elsewhere = {}) {
      const { aheadSec = 0 } = elsewhere;
      const env = writeConfig(connection, elsewhere);
      const { stdout } = await runHere(['doctor', connection, '--json'], env, { fetch: reach, aheadSec });
      return reportGuard.parse(JSON.parse(stdout)).checks;
    },
    async close() {
      await service.stop();
      for (const each of [front, okta, entra, cognito, onelogin, scim]) await each.close();
    },
  };
}
