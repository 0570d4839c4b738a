import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createTestConnection } from '../../support/benches/core.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createMemoryAudit, systemRandom } from '../../support/fakes/sinks.js';
import { emptySetup, setupOf } from '../../support/fakes/upkeep.js';
import { createFolder } from '../../support/run/folder.js';
import type { Modes } from '../admin/operations/modes.js';
import type { Reloaded } from '../admin/operations/operations-context.js';
import type { Setup } from '../connections/setup.js';
import { releaseLease, takeLease } from '../core/lease.js';
import { sleep } from '../core/resilience.js';
import type { PolicyMode } from '../core/rules/rule.js';
import { Credential } from '../core/secrets.js';
import { epochMs } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { activate, writing } from './activate.js';
import { digestOfText, listVersions } from './file-versions.js';
import { watchFile } from './watch.js';

let path: string;
let folder: string;
beforeEach(() => {
  const top = createFolder('activate');
  path = join(top, 'facestep.json');
  folder = join(top, 'versions');
  writeFileSync(path, 'former');
});

const told = { by: 'owner', reason: 'a pilot', changed: ['work.policy'] };

const toWork = (mode: PolicyMode) =>
  setupOf([createTestConnection({ id: 'work', kind: 'okta', policy: { mode } })]).connections;

function setUp(results: readonly Reloaded['code'][] = [], switched: Modes = new Map()) {
  const clock = createManualClock();
  const audit = createMemoryAudit();
  let setup = emptySetup({ configurationFolder: folder });
  const operations = {
    clock,
    audit,
    random: systemRandom,
    state: createSqliteState({ file: ':memory:', clock }),
    setup: () => setup,
    modes: () => switched,
  };
  const left = [...results];
  const reloads: string[] = [];
  let next: Setup | null = null;
  /** Has the next reload switch the mode of a connection. */
  const switchModes = (before: PolicyMode, after: PolicyMode): void => {
    const toSetup = (mode: PolicyMode): Setup => ({ ...setup, connections: toWork(mode) });
    [setup, next] = [toSetup(before), toSetup(after)];
  };
  const reload = async () => {
    reloads.push(readFileSync(path, 'utf8'));
    setup = next ?? setup;
    return { code: left.shift() ?? null, problems: [] };
  };
  const write = (text: string, confirm = async () => {}) =>
    activate({ path, text: readFileSync(path, 'utf8') }, text, told, confirm, { operations, reload }).then(
      () => 'activated',
      toCode,
    );
  return { operations, reloads, write, switchModes, audit, actions: () => audit.events.map(({ action }) => action) };
}

test('a version that cannot be loaded is not kept: the file gets its former text back, which is loaded and recorded', async () => {
  const { write, reloads, actions } = setUp(['config_invalid']);
  expect(await write('new')).toBe('config_invalid');
  expect(reloads).toEqual(['new', 'former']);
  expect(readFileSync(path, 'utf8')).toBe('former');
  expect((await listVersions(folder)).map(({ by }) => by)).toEqual(['file']);
  expect(actions()).toEqual(['configuration_written', 'configuration_not_written']);
  expect(await write('newer')).toBe('activated');
  expect((await listVersions(folder)).map(({ number, by }) => [number, by])).toEqual([
    [2, 'owner'],
    [1, 'file'],
  ]);
});

test('a request that is outdated when its turn comes changes and records nothing', async () => {
  const { write, reloads, actions } = setUp();
  const outdated = await write('new', () => Promise.reject(new FaceError('draft_changed')));
  expect([outdated, reloads, actions()]).toEqual(['draft_changed', [], []]);
  expect(await write('new')).toBe('activated');
});

test('an activation waits while another server writes, and overwrites no change of the file meanwhile', async () => {
  const { operations, write } = setUp();
  const writeLater = async (meanwhile: () => void) => {
    await takeLease(writing, 'another server', operations);
    const written = write('new');
    await sleep(100);
    meanwhile();
    await releaseLease(writing, 'another server', operations);
    return written;
  };
  expect(await writeLater(() => writeFileSync(path, 'by hand'))).toBe('draft_outdated');
  expect(readFileSync(path, 'utf8')).toBe('by hand');
  expect(await writeLater(() => {})).toBe('activated');
});

test.each([
  ['enforce', 'shadow', [], [{ mode: 'shadow', file: 'shadow', by: 'owner' }]],
  ['shadow', 'shadow', [], []],
  ['enforce', 'shadow', ['work'], []],
] as const)(
  'a file that switches the mode from %s to %s records it as a manual switch, unless one of %j overrides the file',
  async (before, after, overridden, recorded) => {
    const switched = { mode: before, by: 'owner', at: epochMs(0), endsAt: null };
    const { write, switchModes, audit } = setUp([], new Map(overridden.map((id) => [id, switched])));
    switchModes(before, after);
    expect(await write('new')).toBe('activated');
    const found = audit.events.filter(({ action }) => action === 'connection_mode_switched');
    expect(found.map(({ detail }) => detail)).toEqual(recorded);
  },
);

test('the file keeps its mode, and a symbolic link remains one', async () => {
  const { write } = setUp();
  const link = `${path}.link`;
  symlinkSync(path, link);
  chmodSync(path, 0o640);
  path = link;
  expect(await write('new')).toBe('activated');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(readFileSync(path.replace('.link', ''), 'utf8')).toBe('new');
});

test('a changed file is loaded at the first look, and again a minute after a failure', async () => {
  const { operations } = setUp();
  const file = { path, read: async () => readFileSync(path, 'utf8'), load: async () => operations.setup() };
  const active = { digest: 'of an earlier text' as string | null, problem: null as 'config_invalid' | null };
  let reloads = 0;
  const look = watchFile(
    {
      ...operations,
      configurationFile: file,
      loadedDigest: () => active.digest,
      notLoaded: () => (active.problem === null ? null : { code: active.problem, problems: [] }),
    },
    async () => {
      reloads += 1;
    },
  );
  await look();
  expect(reloads).toBe(1);
  active.problem = 'config_invalid';
  await look();
  expect(reloads).toBe(1);
  operations.clock.advanceSec(60);
  await look();
  expect(reloads).toBe(2);
  writeFileSync(path, 'corrected');
  await look();
  expect(reloads).toBe(3);
});

test('a version with a secret as text is removed once the active file does not have that secret any more', async () => {
  writeFileSync(path, '{"adminKey": "plain-secret", "dataFolder": "a"}');
  const { operations, write } = setUp();
  await write('{"adminKey": "plain-secret", "dataFolder": "b"}');
  const load = async (text: string): Promise<Setup> => {
    const setup = operations.setup();
    return { ...setup, config: { ...setup.config, adminKey: new Credential(String(JSON.parse(text).adminKey)) } };
  };
  const read = async () => readFileSync(path, 'utf8');
  const file = { path, read, load };
  const look = watchFile(
    {
      ...operations,
      configurationFile: file,
      loadedDigest: () => digestOfText(readFileSync(path, 'utf8')),
      notLoaded: () => null,
    },
    async () => {},
  );
  const kept = async () => (await listVersions(folder)).map(({ number }) => number);
  await look();
  expect(await kept()).toEqual([2, 1]);
  await write('{"adminKey": {"env": "KEY"}, "dataFolder": "c"}');
  await look();
  expect(await kept()).toEqual([3]);
  expect(
    readdirSync(folder).filter((name) => readFileSync(join(folder, name), 'utf8').includes('plain-secret')),
  ).toEqual([]);
});
