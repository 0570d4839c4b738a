import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { tokenChange } from '../../../support/benches/audit.js';
import { runHere } from '../../../support/benches/cli.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { projectRoot } from '../../../support/run/paths.js';
import { createManualClock } from '../../../test/contract/state.js';
import { auditEvents } from '../../app/audit-events.js';
import { createFileAudit } from '../../audit/file.js';
import { readRecords } from '../../audit/records.js';
import { filesOf } from '../../config/data-files.js';
import { toIso } from '../../core/units.js';
import { replayDenials } from '../../enrolment/trail/recover-denials.js';
import { openKeyService } from '../../storage/keys/open.js';
import { openState } from '../../storage/state/open.js';
import { restoreBackup, writeBackup } from './backup.js';

const top = createFolder('backup');
const forever = { when: 'any', expiresAt: null } as const;
const keysConfig = { kind: 'local', folder: null } as const;
let folders = 0;
const newPath = (): string => join(top, String(++folders));

/** A server's data folder in use. */
async function openServer(dataFolder: string, clock = createManualClock()) {
  const files = filesOf({ dataFolder, keys: keysConfig });
  const deps = { auditEvents, clock, random: systemRandom, log: createTextLog() };
  const audit = await createFileAudit({ file: files.audit, retentionDays: null, requestId: () => null, ...deps });
  const state = await openState(
    { kind: 'sqlite' },
    { files, audit, restoreDenials: (store) => replayDenials(files, { state: store, clock }), ...deps },
  );
  const { keys } = await openKeyService(keysConfig, { files, onKeysLoaded: () => {}, ...deps });
  const enrol = (tokenId: string) =>
    audit.append({ action: 'enrolled', connection: 'acme', subject: 's', detail: tokenChange(tokenId) });
  const revoke = (tokenId: string) =>
    audit.append({ action: 'revoked', connection: 'acme', subject: 's', detail: { tokenId } });
  return {
    dataFolder,
    files,
    clock,
    state,
    keys,
    enrol,
    revoke,
    async stop() {
      await state.close();
      await audit.close();
    },
  };
}

type Server = Awaited<ReturnType<typeof openServer>>;
let server: Server;
beforeEach(async () => {
  const dataFolder = newPath();
  mkdirSync(dataFolder, { mode: 0o700 });
  server = await openServer(dataFolder);
});
afterEach(() => server.stop());

const backUp = async (withKeys = true): Promise<string> => {
  const to = newPath();
  await writeBackup({ ...server, to, withKeys }, { clock: server.clock, random: systemRandom });
  return to;
};
const restoreTo = (dataFolder: string, from: string, replace = false) =>
  restoreBackup(
    { from, dataFolder, files: filesOf({ dataFolder, keys: keysConfig }), replace },
    { clock: server.clock, random: systemRandom },
  );

async function actionsIn(file: string): Promise<string[]> {
  const actions: string[] = [];
  for await (const { action } of readRecords(file)) actions.push(action);
  return actions;
}

describe('a backup', () => {
  test('is a consistent snapshot while the server is running, readable only by its owner', async () => {
    await server.enrol('t');
    let isOver = false;
    const writing = (async () => {
      for (let index = 0; !isOver; index += 1) {
        await server.state.write(`first:${index}`, index, forever);
        await server.state.write(`second:${index}`, index, forever);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const to = await backUp();
    isOver = true;
    await writing;
    for (const name of readdirSync(to, { recursive: true, encoding: 'utf8' })) {
      const { mode } = statSync(join(to, name));
      expect({ name, others: mode & 0o077 }).toEqual({ name, others: 0 });
    }
    const restored = newPath();
    await restoreTo(restored, to);
    const again = await openServer(restored);
    expect(await again.keys.mac(1, new Uint8Array([1]))).toEqual(await server.keys.mac(1, new Uint8Array([1])));
    expect(await actionsIn(again.files.audit)).toContain('enrolled');
    let last = 0;
    while ((await again.state.read(`second:${last}`)) !== null) last += 1;
    // A second is there only with its first.
    expect(await again.state.read(`first:${last + 1}`)).toBeNull();
    await again.stop();
  });

  test('contains no keys if they are excluded', async () => {
    const to = await backUp(false);
    expect(readdirSync(to, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('keys'))).toEqual([]);
  });

  test('fails with a request to repeat if the audit trail rotated during the backup, even with an equal number of segments', async () => {
    const { dataFolder, files } = server;
    const closed = (number: number): string => join(dataFolder, `audit-${String(number).padStart(12, '0')}.jsonl`);
    writeFileSync(closed(1), '');
    writeFileSync(join(dataFolder, 'a-first'), Buffer.alloc(8 * 1024 * 1024));
    const to = newPath();
    let isOver = false;
    const backup = writeBackup(
      { ...server, to, withKeys: true },
      { clock: server.clock, random: systemRandom },
    ).finally(() => {
      isOver = true;
    });
    const closing = (async () => {
      while (!existsSync(join(to, 'data/a-first')) && !isOver) await new Promise((resolve) => setImmediate(resolve));
      // With `audit.retentionDays` the oldest goes when one is closed.
      renameSync(files.audit, closed(2));
      writeFileSync(files.audit, '');
      rmSync(closed(1));
    })();
    await expect(backup).rejects.toMatchObject({ code: 'state_unavailable' });
    await closing;
  });
});

test('files with any name are restored; `lost+found` is not copied and does not prevent a restore', async () => {
  const names = ['notes of May ~1+.txt', 'Schlüssel.md', 'a/b c/é.txt'];
  mkdirSync(join(server.dataFolder, 'a/b c'), { recursive: true });
  for (const name of names) writeFileSync(join(server.dataFolder, name), name);
  mkdirSync(join(server.dataFolder, 'lost+found'));
  writeFileSync(join(server.dataFolder, 'lost+found/#12'), 'x');
  const to = await backUp();
  expect(existsSync(join(to, 'data/lost+found'))).toBe(false);
  const volume = newPath();
  mkdirSync(join(volume, 'lost+found'), { recursive: true });
  await restoreTo(volume, to);
  for (const name of names) expect(readFileSync(join(volume, name), 'utf8')).toBe(name);
});

describe('a manifest with a path outside the backup is refused:', () => {
  test.each(['data/../x', '/data/x', 'data\\\\x'])('the path %s', async (path) => {
    const to = await backUp();
    const file = join(to, 'backup.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('data/audit.jsonl', path));
    await expect(restoreTo(newPath(), to)).rejects.toMatchObject({
      code: 'backup_invalid',
      detail: { file: 'backup.json' },
    });
  });
});

describe('a restore', () => {
  test('starts a new store epoch at the time of the start, which the audit trail records', async () => {
    const since = await server.state.storeEpoch();
    const to = await backUp();
    const restored = newPath();
    await restoreTo(restored, to);
    const clock = createManualClock(since + 60_000);
    const again = await openServer(restored, clock);
    expect(await again.state.storeEpoch()).toBe(clock.now());
    expect(await actionsIn(again.files.audit)).toContain('store_replaced');
    await again.stop();
  });

  test('refuses an incomplete or altered backup and leaves the folder unchanged', async () => {
    await server.revoke('t');
    const restored = newPath();
    for (const spoil of [
      (to: string) => rmSync(join(to, 'backup.json')),
      (to: string) => rmSync(join(to, 'data/state.db')),
      (to: string) => appendFileSync(join(to, 'data/audit.jsonl'), 'x'),
      (to: string) => writeFileSync(join(to, 'keys/keys.json'), readFileSync(join(to, 'keys/keys.json')).reverse()),
    ]) {
      const to = await backUp();
      spoil(to);
      await expect(restoreTo(restored, to)).rejects.toMatchObject({ code: 'backup_invalid' });
    }
    expect(existsSync(restored)).toBe(false);
  });

  test('is refused while a server is running on the folder', async () => {
    const to = await backUp();
    await expect(restoreTo(server.dataFolder, to, true)).rejects.toMatchObject({ code: 'server_running' });
    expect(existsSync(server.files.state)).toBe(true);
  });

  test('replaces data only if requested, moves the current data aside and keeps the current keys', async () => {
    await server.state.write('a', 'before', forever);
    await server.revoke('t');
    mkdirSync(join(server.dataFolder, 'recognition'));
    writeFileSync(join(server.dataFolder, 'recognition/model.onnx'), 'x');
    const to = await backUp();
    await server.state.write('a', 'after', forever);
    await server.stop();
    const keys = readFileSync(server.files.keys);
    await expect(restoreTo(server.dataFolder, to)).rejects.toThrow('not empty');
    server.clock.advanceSec(60);
    const { putAside, keptKeys } = await restoreTo(server.dataFolder, to, true);
    expect(keptKeys).toContain(server.files.keys);
    expect(readFileSync(server.files.keys)).toEqual(keys);
    expect(existsSync(`${server.files.state}${putAside}`)).toBe(true);
    const { dataFolder, clock } = server;
    server = await openServer(dataFolder, clock);
    expect((await server.state.read('a'))?.value).toBe('before');
    expect(await server.state.read('revoked:t')).not.toBeNull();
    expect(toIso(await server.state.storeEpoch())).toBe(toIso(clock.now()));
    const second = await backUp();
    const put = (name: string) => name.includes('.replaced-');
    expect(readdirSync(second, { recursive: true, encoding: 'utf8' }).filter(put)).toEqual([]);
  });

  (process.getuid?.() === 0 ? test : test.skip)(
    'by root keeps the owner of the folder for all restored files',
    async () => {
      mkdirSync(join(server.dataFolder, 'a/b c'), { recursive: true });
      writeFileSync(join(server.dataFolder, 'a/b c/é.txt'), 'x');
      const to = await backUp();
      const restored = newPath();
      mkdirSync(restored, { mode: 0o700 });
      chownSync(restored, 12_345, 12_346);
      await restoreTo(restored, to);
      const names = readdirSync(restored, { recursive: true, encoding: 'utf8' });
      expect(names).toEqual(
        expect.arrayContaining(['a/b c/é.txt', 'audit-lock', 'audit.jsonl', 'keys.json', 'state.db']),
      );
      for (const name of names) {
        const { uid, gid } = statSync(join(restored, name));
        expect({ name, uid, gid }).toEqual({ name, uid: 12_345, gid: 12_346 });
      }
    },
  );
});

test('a restore lists the lost data and the steps to repeat, as docs/state.md shows', async () => {
  const folder = newPath();
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const env = { FACESTEP_DATA: data };
  await runHere(['keys', 'rotate'], env);
  const backup = join(folder, 'backup');
  expect(await runHere(['backup', backup], env)).toMatchObject({ code: 0 });
  const { code, stdout } = await runHere(['restore', backup, '--replace'], env);
  expect(code).toBe(0);
  const told = stdout.slice(stdout.indexOf('Lost:')).trim().split('\n').slice(1);
  expect(told).toContain('- Erasures since then: erase these users again. Their data is stored again.');
  expect(told.join('\n')).toContain('audit verify reports “truncated”');
  expect(told.at(-1)).toContain('facestep ledger rebuild');
  expect(readFileSync(join(projectRoot, 'docs/state.md'), 'utf8')).toContain(told.join('\n'));
});
