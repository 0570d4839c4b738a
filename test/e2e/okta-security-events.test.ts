import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { connectBackend } from '../../examples/demo/backend.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { runHere } from '../cli.js';
import { createFolder } from '../folder.js';
import { modelsFolder, projectRoot } from '../paths.js';

/*
 * The org that takes our security events, set up as adapters/okta/optional.md says: provisioned with the provider, and named as a
 * receiver. What it did with them is read at the org alone.
 */

const adminKey = `fsa_${'k'.repeat(32)}`;

let okta: OktaSimulator;
let service: Service;
let env: Record<string, string>;

/** The receiver of the recipe, for this org. */
async function readRecipe(): Promise<unknown> {
  const [, recipe = ''] = (await readFile(join(projectRoot, 'adapters/okta/optional.md'), 'utf8')).split(
    '## Receiver of security events',
  );
  const [, json = ''] = /```json\n"securityEvents": ([^`]+)```/.exec(recipe) ?? [];
  return JSON.parse(json.replaceAll('https://example.okta.com', okta.url));
}

beforeEach(async () => {
  const folder = createFolder('okta-security-events');
  const port = await findFreePort();
  okta = await startOktaSimulator({ hookTimeoutMs: 30_000 });
  const connection = {
    ...{ id: 'workforce', kind: 'okta', policy: { mode: 'shadow', liveness: 'off' } },
    okta: {
      orgUrl: okta.url,
      auth: { kind: 'api_token', token: okta.apiToken },
      hooks: { secret: { value: 'a secret of the test hooks' } },
      provision: { securityEventsProvider: true },
    },
  };
  const config = {
    ...{ modelsFolder, publicUrl: `http://127.0.0.1:${port}`, verifier: { kind: 'embedded', workers: 1 } },
    ...{ telemetry: { metrics: { port: 0 } }, securityEvents: await readRecipe(), connections: [connection] },
  };
  const configFile = join(folder, 'facestep.json');
  await writeFile(configFile, JSON.stringify(config));
  env = {
    ...{ PORT: String(port), FACESTEP_CONFIG: configFile, FACESTEP_ADMIN_KEY: adminKey },
    FACESTEP_DATA: join(folder, 'data'),
  };
  service = await startService(env);
});
afterEach(async () => {
  await service.stop();
  await okta.close();
});

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await delay(20);
};

/** How many events had that outcome. */
async function count(outcome: string): Promise<number> {
  const url = service.said.flatMap((line) => /Metrics: (\S+)/.exec(line)?.[1] ?? [])[0] ?? '';
  const pattern = new RegExp(`^facestep_security_events_total\\{receiver="okta",outcome="${outcome}"\\} (\\d+)$`, 'm');
  return Number(pattern.exec(await (await fetch(url)).text())?.[1] ?? 0);
}

test('the org ends sessions and raises the risk of whoever it knows by address, and is told of nobody else', async () => {
  const provisioned = await runHere(['provision', 'workforce', '--apply'], env);
  expect(provisioned).toMatchObject({ code: 0 });
  const { person, stranger } = await loadPictures();
  const backend = await connectBackend(service.url, adminKey, {
    connection: 'workforce',
    application: okta.application,
  });
  const [ada, bob, cleo] = await Promise.all(
    ['ada@example.com', 'bob@example.com', 'cleo'].map((login) => okta.createUser({ login, password: 'correct' })),
  );
  const user = (id: string | undefined) => okta.org.users.get(id ?? '');
  const took = () => okta.org.log.filter(({ eventType }) => eventType === 'security.events.provider.receive_event');

  await backend.enrol(ada!, person[0]);
  await backend.revoke(ada!);
  await until(() => user(ada)?.sessionsEndedAt !== undefined);
  expect(user(ada)?.riskLevel).toBeUndefined();

  await backend.enrol(bob!, person[0]);
  for (let failed = 0; failed < 5; failed += 1) expect(await backend.checkFace(bob!, stranger)).toBe('failed');
  await until(() => user(bob)?.riskLevel !== undefined);
  expect(user(bob)).toMatchObject({ riskLevel: 'medium' });
  expect(user(bob)?.sessionsEndedAt).toBeUndefined();

  await backend.enrol(cleo!, person[0]);
  await backend.revoke(cleo!);
  await until(async () => (await count('skipped')) === 1);
  expect(user(cleo)?.sessionsEndedAt).toBeUndefined();
  expect(took().map(({ target }) => target?.id)).toEqual([ada, bob]);
  expect([await count('delivered'), await count('dead'), await count('failed')]).toEqual([2, 0, 0]);
});

test('before the provider is there, each event becomes a dead letter, which can be told once it is', async () => {
  const ada = await okta.createUser({ login: 'ada@example.com', password: 'correct' });
  const backend = await connectBackend(service.url, adminKey, {
    connection: 'workforce',
    application: okta.application,
  });
  await backend.revoke(ada);
  await until(async () => (await count('dead')) === 1);
  expect((await runHere(['events', 'list'], env)).stdout).toContain('invalid_issuer');
  expect(await runHere(['provision', 'workforce', '--apply'], env)).toMatchObject({ code: 0 });
  expect(await runHere(['events', 'retry'], env)).toMatchObject({ code: 0 });
  expect(okta.org.users.get(ada)?.sessionsEndedAt).toBeDefined();
});
