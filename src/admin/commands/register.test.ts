import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { providers } from '../../../adapters/index.js';
import { type EntraSimulator, startEntraSimulator } from '../../../simulators/entra/index.js';
import { runInProcess } from '../../../support/benches/command.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { loadSetup } from '../../connections/setup.js';
import type { Fetch } from '../../core/ports.js';
import { epochMs } from '../../core/units.js';
import { connectionAdditions, sections } from '../../extensions/index.js';

let entra: EntraSimulator;
let connections: object[];
beforeEach(async () => {
  entra = await startEntraSimulator();
  const id = entra.addClientApp();
  const client = { kind: 'entra_external_mfa', id, tenantIds: [entra.tenant.id], login: entra.url };
  const settings = entra.toSettings(entra.addDaemon());
  const policy = { mode: 'shadow' };
  connections = [
    { id: 'work', kind: 'entra', policy, entra: settings, oidc: { clients: [client] } },
    { id: 'plain', kind: 'entra', policy, entra: settings },
  ];
  expect((await run(['provision', 'work', '--apply'])).exitCode).toBe(0);
  for (let number = 0; number < 45; number++) entra.addUser({ mail: `user${number}@example.com` });
});
afterEach(() => entra.close());

function run(args: readonly string[], fetch: Fetch = entra.fetch) {
  const own = {
    clock: { now: () => epochMs(Date.now()) },
    random: systemRandom,
    log: createTextLog(),
    fetch,
    env: { FACESTEP_CONFIG: 'config.json' },
  };
  const text = JSON.stringify({ publicUrl: 'https://face.example.com', verifier: { kind: 'embedded' }, connections });
  return runInProcess(args, {
    ...own,
    loadSetup: () =>
      loadSetup(providers, { sections, additions: connectionAdditions, ...own, readFile: async () => text }),
  });
}

const registered = () => entra.tenant.methodRegistrations.map(({ userId }) => userId);

test('facestep register registers every user once and reports progress', async () => {
  const planned = await run(['register', 'work', '--all', '--plan']);
  expect(planned).toMatchObject({ exitCode: 0 });
  expect(planned.printed).toEqual([
    'work: External MFA "Face check", 45 people',
    '45 would be registered, 0 were before.',
  ]);
  expect(registered()).toEqual([]);

  const done = await run(['register', 'work', '--all']);
  expect(done.printed.at(-1)).toBe('45 registered, 0 were before.');
  expect(done.told).toContain('3 of 45');
  expect(done.told).toContain('45 of 45');
  expect(done.told).toHaveLength(15);
  expect(new Set(registered()).size).toBe(45);
  expect((await run(['register', 'work', '--all'])).printed.at(-1)).toBe('0 registered, 45 were before.');
  expect(registered()).toHaveLength(45);
});

test('a repeated run registers only the remaining users; failed users are listed with the reason', async () => {
  const [unlucky] = [...entra.tenant.users.values()];
  const failing: Fetch = async (url, init) =>
    init.method === 'POST' && url.includes(`/users/${unlucky!.id}/`)
      ? Response.json({ error: { code: 'Request_BadRequest', message: 'canary' } }, { status: 400 })
      : entra.fetch(url, init);
  const first = await run(['register', 'work', '--all'], failing);
  expect(first.exitCode).toBe(1);
  expect(first.printed).toContain('44 registered, 0 were before, 1 failed.');
  expect(first.printed.join('\n')).toMatch(/user0@example\.com: .*provider_refused.*400/);
  expect(first.printed.join('\n')).not.toContain('canary');
  const second = await run(['register', 'work', '--all']);
  expect(second).toMatchObject({ exitCode: 0 });
  expect(second.printed.at(-1)).toBe('1 registered, 44 were before.');
});
