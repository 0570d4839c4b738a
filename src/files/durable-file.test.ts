import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemRandom } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { canFillDisk, runOnDisk } from '../../support/servers/full-disk.js';
import { removeUnfinishedLine, replaceFile } from './durable-file.js';

const folder = createFolder('durable');

test('a file is created or replaced, readable only by its owner, and drafts left by a crash are deleted', async () => {
  const file = join(folder, 'keys.json');
  await replaceFile(file, 'one', systemRandom);
  expect(readFileSync(file, 'utf8')).toBe('one');
  writeFileSync(`${file}.0123456789abcdef.new`, 'left by a crash');
  await replaceFile(file, 'two', systemRandom);
  expect(readFileSync(file, 'utf8')).toBe('two');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['keys.json']);
});

test.each([
  ['one\ntw', 'one\n'],
  ['on', ''],
  ['one\n', 'one\n'],
  ['', ''],
])('the text %j of a file of lines is cut to its whole lines: %j', async (text, whole) => {
  const file = join(folder, 'lines.jsonl');
  writeFileSync(file, text);
  await removeUnfinishedLine(file);
  expect(readFileSync(file, 'utf8')).toBe(whole);
});

test('a missing file of lines is created, readable only by its owner', async () => {
  const file = join(folder, 'none.jsonl');
  await removeUnfinishedLine(file);
  expect(readFileSync(file, 'utf8')).toBe('');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

(canFillDisk ? test : test.skip)(
  'on a full disk a file remains unchanged, no draft remains, and a start reports the reason',
  () => {
    const disk = join(folder, 'disk');
    const urlOf = (module: string): string => JSON.stringify(new URL(module, import.meta.url));
    const script = join(folder, 'script.mjs');
    writeFileSync(
      script,
      `import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
    import { randomBytes } from 'node:crypto';
    import { createFile, replaceFile } from ${urlOf('./durable-file.js')};
    import { lockTrail } from ${urlOf('../audit/lock.js')};
    process.chdir(${JSON.stringify(disk)});
    await replaceFile('keys.json', 'one', randomBytes);
    const full = (error) => error.code;
    const seen = [];
    try { for (;;) appendFileSync('filler', Buffer.alloc(4096)); } catch (error) { seen.push(error.code); }
    seen.push(await replaceFile('keys.json', 'two', randomBytes).catch(full));
    seen.push(await createFile('other.json', 'two', randomBytes).catch(full));
    try { lockTrail('audit.jsonl'); } catch (error) { seen.push(error.detail.problem); }
    console.log(JSON.stringify([...seen, readFileSync('keys.json', 'utf8'), readdirSync('.').sort()]));`,
    );
    expect(runOnDisk(disk, '256k', script)).toEqual([
      'ENOSPC',
      'ENOSPC',
      'ENOSPC',
      'the lock file cannot be created: the disk is full',
      'one',
      ['audit-lock', 'filler', 'keys.json'],
    ]);
  },
);
