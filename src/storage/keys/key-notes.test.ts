import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createAuditDeps } from '../../../support/benches/audit.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { eventually, until } from '../../../support/run/eventually.js';
import { createFolder } from '../../../support/run/folder.js';
import { createFileAudit } from '../../audit/file.js';
import { filesOf } from '../../config/data-files.js';
import { createKeyNotes } from './key-notes.js';
import { createLocalKeys } from './local.js';
import { openKeyService } from './open.js';

const localKeys = { kind: 'local', folder: null } as const;

let folder: string;
let trail: string;
let log: ReturnType<typeof createTextLog>;
beforeEach(async () => {
  folder = createFolder('key-notes');
  trail = join(folder, 'audit.jsonl');
  log = createTextLog();
});

const start = async () => {
  const audit = await createFileAudit(createAuditDeps({ file: trail }));
  const onKeysLoaded = createKeyNotes({ audit, trail, log });
  return {
    audit,
    onKeysLoaded,
    keys: await createLocalKeys({ file: join(folder, 'keys.json'), random: systemRandom, onKeysLoaded }),
  };
};

/** Waits until so many notes are in the trail. */
async function notes(count: number): Promise<unknown[]> {
  // The text after the last line end is still being written.
  const read = async () => (await readFile(trail, 'utf8')).split('\n').slice(0, -1);
  await until(async () => (await read()).length >= count);
  return (await read()).map((line) => {
    const { action, detail } = JSON.parse(line);
    return [action, detail];
  });
}
const sealing = (action: string, version: number) => [action, { use: 'sealing', version }];

test('new and retired keys are audited once per replica, also if they changed while it was stopped', async () => {
  const { audit, keys, onKeysLoaded } = await start();
  onKeysLoaded('signing', ['a']);
  expect(await notes(2)).toEqual([sealing('key_made', 1), ['key_made', { use: 'signing', kid: 'a' }]]);
  await keys.rotate();
  await keys.currentVersion();
  expect((await notes(3)).at(-1)).toEqual(sealing('key_made', 2));

  await (await createLocalKeys({ file: join(folder, 'keys.json'), random: systemRandom })).retire(1);
  await audit.close();
  const restarted = await start();
  restarted.onKeysLoaded('signing', ['a']);
  restarted.onKeysLoaded('oidc', ['b']);
  expect((await notes(5)).slice(3)).toEqual([sealing('key_retired', 1), ['key_made', { use: 'oidc', kid: 'b' }]]);
  await restarted.audit.close();
});

test('a key event that cannot be audited is logged and audited with the next change', async () => {
  const audit = await createFileAudit(createAuditDeps({ file: trail }));
  let isFull = true;
  const onKeysLoaded = createKeyNotes({
    audit: { append: (event) => (isFull ? Promise.reject(new Error('disk full')) : audit.append(event)) },
    trail,
    log,
  });
  await writeFile(trail, '');
  onKeysLoaded('sealing', [1]);
  await eventually(async () => expect(log.text()).toContain('missing from the audit trail'));
  isFull = false;
  onKeysLoaded('sealing', [1, 2]);
  expect(await notes(2)).toEqual([sealing('key_made', 1), sealing('key_made', 2)]);
  await audit.close();
});

test('a server whose key file is missing does not create new keys if it had keys before', async () => {
  const files = filesOf({ dataFolder: folder, keys: localKeys });
  const open = async () => {
    const deps = createAuditDeps({ file: files.audit, log });
    const audit = await createFileAudit(deps);
    const onKeysLoaded = createKeyNotes({ audit, trail: files.audit, log });
    await openKeyService(localKeys, { ...deps, files, onKeysLoaded })
      .then(() => notes(2))
      .finally(() => audit.close());
  };
  await open();
  const backup = await readFile(files.keys);
  await rm(files.keys);
  await expect(open()).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(readFile(files.keys)).rejects.toThrow();
  // Nor where retention removed the record of them.
  const [first, second, ...more] = (await readFile(files.audit, 'utf8')).split('\n');
  expect(first).toContain('"use":"sealing"');
  expect(second).not.toContain('"use":"sealing"');
  await writeFile(files.audit, [second, ...more].join('\n'));
  await expect(open()).rejects.toMatchObject({ code: 'config_invalid' });
  await expect(readFile(files.keys)).rejects.toThrow();
  await writeFile(files.keys, backup, { mode: 0o600 });
  await open();
});
