import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findFreePort } from '../../examples/demo/free-port.js';
import { findHook } from '../../simulators/onelogin/account.js';
import { createFolder } from '../../support/run/folder.js';
import { forFile } from '../../support/run/for-file.js';
import type { Act } from '../../support/servers/front.js';
import { type Elsewhere, openDoctorBench } from '../contract/doctor-bench.js';
import { schema } from '../contract/scim.js';

/* Whatever is broken, doctor says so once, and how to fix it. */

const top = createFolder('doctor-faults');
const bench = await forFile(openDoctorBench(top));
await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
let folders = 0;

const providers = ['okta', 'entra', 'cognito', 'onelogin', 'scim'] as const;

test('the doctor runs all server checks, and does not print the content of a damaged file', async () => {
  const titles = (await bench.examine('okta')).map(({ title }) => title);
  expect(titles).toEqual(expect.arrayContaining(['Published keys', 'Signing keys', 'State', 'Recognition', 'Hooks']));
  for (const [file, title] of Object.entries({ 'keys.json': 'Token keys', 'state.db': 'State' })) {
    const dataFolder = copyData();
    for (const end of ['', '-wal', '-shm']) rmSync(join(dataFolder, file + end), { force: true });
    writeFileSync(join(dataFolder, file), 'canary '.repeat(1000), { mode: 0o600 });
    const checks = await bench.examine('okta', { settings: { dataFolder } });
    expect(checks).toContainEqual(expect.objectContaining({ title, verdict: 'fail' }));
    expect(JSON.stringify(checks)).not.toContain('canary');
  }
});

/** People act for organisations by their groups. */
const byGroups = { organisations: { pattern: 'corp:{organisation}:{role}' } };
const byClaim = {
  claims: { company_roles: 'companyRoles' },
  organisations: { ...byGroups.organisations, from: { claim: 'company_roles' } },
};

test.each(providers)('the doctor checks the groups of %s only if organizations come from groups', async (kind) => {
  const readVerdicts = async (connection: Record<string, unknown>) =>
    (await bench.examine(kind, { connection })).flatMap(({ title, verdict }) => (title === 'Groups' ? [verdict] : []));
  expect(await readVerdicts(byGroups)).toEqual(['pass']);
  expect(await readVerdicts({})).toEqual([]);
  expect(await readVerdicts(byClaim)).toEqual([]);
});

/** What is broken: here, where the doctor runs, or at the provider until it is put back. */
interface Planted {
  readonly elsewhere?: Elsewhere;
  readonly putBack?: () => void | Promise<void>;
}

/** What is broken; the connection that is examined; which check is to fail, and what its remedy has to name. */
type Fault = readonly [
  fault: string,
  connection: (typeof providers)[number],
  plant: () => Planted | Promise<Planted>,
  title: string | RegExp,
  repair: RegExp,
];

const newFolder = (): string => {
  const folder = join(top, `folder-${++folders}`);
  mkdirSync(folder);
  return folder;
};
const copyData = (): string => {
  const folder = newFolder();
  cpSync(bench.dataFolder, folder, { recursive: true });
  return folder;
};
/** Has the front do something else with calls of these addresses. */
const atFront = (path: RegExp, act: Act): Planted => {
  bench.front.rules = [{ path, act }];
  return {
    putBack: () => {
      bench.front.rules = [];
    },
  };
};
/** Takes an entry out of a map. */
function takeOut<Key, Value>(map: Map<Key, Value>, isIt: (value: Value) => boolean): Planted {
  const kept = [...map];
  for (const [key, value] of kept) if (isIt(value)) map.delete(key);
  expect(map.size).toBeLessThan(kept.length);
  return {
    putBack: () => {
      map.clear();
      for (const [key, value] of kept) map.set(key, value);
    },
  };
}
/** Changes fields of something for the while. */
function change<Thing extends object>(thing: Thing, fields: Partial<Record<keyof Thing, unknown>>): Planted {
  const kept = { ...thing };
  Object.assign(thing, fields);
  return { putBack: () => void Object.assign(thing, kept) };
}

const oktaHook = () => [...bench.okta.org.hooks.values()][0]!;
const smartHook = () => findHook(bench.onelogin.account, 'pre-authentication')!;
const elsewhere = (given: Elsewhere): Planted => ({ elsewhere: given });

const here: readonly Fault[] = [
  [
    'a newer version wrote the data',
    'okta',
    () => {
      const dataFolder = copyData();
      const mark = { format: 9, readableFrom: 9, writtenBy: '9.1.0' };
      writeFileSync(join(dataFolder, 'format.json'), JSON.stringify(mark));
      return elsewhere({ settings: { dataFolder } });
    },
    'Data folder',
    /Run the version that wrote the data/,
  ],
  [
    'the server is stopped or its address is wrong',
    'okta',
    async () => elsewhere({ settings: { publicUrl: `http://127.0.0.1:${await findFreePort()}` } }),
    'Server',
    /Start the server; check the name, the TLS proxy/,
  ],
  [
    'the proxy removes the header with the secret',
    'okta',
    () => atFront(/^\/hooks\//, { kind: 'pass', stripped: 'authorization' }),
    'Calls of the provider',
    /let the proxy forward the header authorization/,
  ],
  [
    'the server runs with another secret',
    'onelogin',
    () => elsewhere({ provider: { hooks: { secret: 'another-secret-than-the-server-has-0123456789' } } }),
    'Calls of the provider',
    /Restart the server with this configuration if the secret was changed/,
  ],
  [
    'the proxy does not forward the hook path',
    'okta',
    () => atFront(/^\/hooks\//, { kind: 'answer', status: 404, body: '<h1>404 page not found</h1>' }),
    'Hooks',
    /let the proxy forward \/hooks\/ unchanged/,
  ],
  ['the clock is 10 minutes off', 'cognito', () => elsewhere({ aheadSec: -600 }), 'Server clock', /NTP/],
  [
    'the token keys are missing',
    'scim',
    () => {
      const dataFolder = copyData();
      rmSync(join(dataFolder, 'keys.json'));
      return elsewhere({ settings: { dataFolder } });
    },
    'Token keys',
    /Start the server once/,
  ],
  [
    'the state store is unreachable',
    'okta',
    async () => elsewhere({ settings: { state: { kind: 'redis', url: `redis://127.0.0.1:${await findFreePort()}` } } }),
    'State',
    /Check "state" in the configuration/,
  ],
];

const atOkta: readonly Fault[] = [
  [
    'the hook is deleted',
    'okta',
    () => takeOut(bench.okta.org.hooks, () => true),
    'Inline hook: token',
    /Run facestep provision/,
  ],
  [
    'Okta has another secret',
    'okta',
    () => {
      const { channel } = oktaHook();
      const authScheme = { type: 'HEADER', key: 'authorization', value: 'Bearer of-long-ago' };
      return change(oktaHook(), { channel: { ...channel, config: { ...channel.config, authScheme } } });
    },
    'Okta calls the token hook, and gets a response in time',
    /Set the secret of ".+" in Workflow > Inline Hooks/,
  ],
];

const atOthers: readonly Fault[] = [
  [
    'users may write the attribute',
    'cognito',
    () => {
      const [client] = bench.pool.clients.values();
      return change(client!.settings, { WriteAttributes: ['email', 'custom:face_token'] });
    },
    /out of the users' reach$/,
    /Run facestep provision/,
  ],
  [
    'the Smart Hook is not from facestep',
    'onelogin',
    () => {
      const theirs = Buffer.from('exports.handler = async () => ({ success: true });').toString('base64');
      return change(smartHook(), { settings: { ...smartHook().settings, function: theirs } });
    },
    'Smart Hook pre-authentication',
    /--compose FILE/,
  ],
  [
    'the attribute is missing in the schema',
    'scim',
    () => takeOut(bench.scim.directory.extensions, () => true),
    `Attribute ${schema}:token`,
    /Define the schema extension/,
  ],
];

describe.each([
  ['this server', here],
  ['Okta', atOkta],
  ['other providers', atOthers],
])('at %s', (_, faults) => {
  test.each(faults)('%s (%s): the doctor reports only this fault', async (_fault, connection, plant, title, repair) => {
    const { elsewhere: given = {}, putBack } = await plant();
    try {
      const checks = await bench.examine(connection, given);
      const failed = checks.filter(({ verdict }) => verdict === 'fail');
      expect(failed).toEqual([
        expect.objectContaining({
          title: typeof title === 'string' ? title : expect.stringMatching(title),
          remedy: expect.stringMatching(repair),
        }),
      ]);
      const causes = checks.flatMap(({ cause }) => (cause === null ? [] : [cause]));
      for (const cause of causes) expect(cause).toBe(failed[0]!.title);
    } finally {
      await putBack?.();
    }
  });
});
