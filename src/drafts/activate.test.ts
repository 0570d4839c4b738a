import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createMemoryAudit, systemRandom } from '../../support/fakes/sinks.js';
import { emptySetup } from '../../support/fakes/upkeep.js';
import { createFolder } from '../../support/run/folder.js';
import { FaceError, toCode } from '../errors.js';
import type { Reloaded } from '../http/rest/deps.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { activate } from './activate.js';
import { listVersions } from './file-versions.js';
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

function setUp(results: readonly Reloaded['code'][] = []) {
  const clock = createManualClock();
  const audit = createMemoryAudit();
  const setup = emptySetup({ configurationFolder: folder });
  const operations = {
    clock,
    audit,
    random: systemRandom,
    state: createSqliteState({ file: ':memory:', clock }),
    setup: () => setup,
  };
  const left = [...results];
  const reloads: string[] = [];
  const reload = async () => {
    reloads.push(readFileSync(path, 'utf8'));
    return { code: left.shift() ?? null, problems: [] };
  };
  const write = (text: string, confirm = async () => {}) =>
    activate({ path, text: readFileSync(path, 'utf8') }, text, told, confirm, { operations, reload }).then(
      () => 'activated',
      toCode,
    );
  return { operations, reloads, write, actions: () => audit.events.map(({ action }) => action) };
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
