import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { canFillDisk, runOnDisk } from '../../../support/servers/full-disk.js';
import { filesOf } from '../../config/data-files.js';
import { epochMs } from '../../core/units.js';
import { writeBackup } from './backup.js';

(canFillDisk ? test : test.skip)(
  'a restore on a full disk changes nothing; a repeated restore with enough space succeeds',
  async () => {
    const top = createFolder('full-disk');
    const dataFolder = join(top, 'data');
    const disk = join(top, 'disk');
    const from = join(top, 'backup');
    mkdirSync(join(dataFolder, 'recognition'), { recursive: true });
    const whole = 'x'.repeat(5000);
    for (const name of ['audit.jsonl', 'recognition/model', 'keys.json', 'signing-keys.json', 'oidc-keys.json'])
      writeFileSync(join(dataFolder, name), whole);
    const files = filesOf({ dataFolder, keys: { kind: 'local', folder: null } });
    const deps = { clock: { now: () => epochMs(1_790_000_000_000) }, random: systemRandom };
    await writeBackup({ dataFolder, files, to: from, withKeys: true }, deps);
    const script = join(top, 'script.mjs');
    const urlOf = (module: string): string => JSON.stringify(new URL(module, import.meta.url));
    writeFileSync(
      script,
      `import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
  import { randomBytes } from 'node:crypto';
  import { restoreBackup } from ${urlOf('./backup.js')};
  import { filesOf } from ${urlOf('../../config/data-files.js')};
  process.chdir(${JSON.stringify(disk)});
  const keys = { kind: 'local', folder: 'keys' };
  const request = { from: ${JSON.stringify(from)}, dataFolder: 'data', files: filesOf({ dataFolder: 'data', keys }), replace: true };
  const deps = { clock: { now: () => 1790000000000 }, random: randomBytes };
  const restore = () => restoreBackup(request, deps).then(() => 'restored', ({ code }) => code);
  const look = () => readdirSync('.', { recursive: true }).filter((name) => statSync(name).isFile())
    .map((name) => name + ' ' + (name.includes('audit-lock') ? '' : readFileSync(name).length)).sort();
  mkdirSync('data', { mode: 0o700 });
  mkdirSync('keys', { mode: 0o700 });
  writeFileSync('data/audit.jsonl', 'former');
  writeFileSync('data/audit-lock', '');
  const before = look();
  const seen = [];
  let taken = 256;
  for (;; taken -= 1) {
    writeFileSync('filler', '');
    try { for (let kib = 0; kib < taken * 4; kib += 4) writeFileSync('filler', Buffer.alloc(4096), { flag: 'a' }); } catch {}
    const came = await restore();
    rmSync('filler');
    if (came === 'restored') break;
    seen.push({ came, after: look() });
  }
  console.log(JSON.stringify({ before, seen, after: look() }));`,
    );
    const told = runOnDisk(disk, '256k', script);
    const before = ['data/audit-lock ', 'data/audit.jsonl 6'];
    expect(told).toMatchObject({ before });
    const { seen, after } = Object(told);
    expect(seen.length).toBeGreaterThan(5);
    for (const each of seen)
      expect(each).toEqual({ came: expect.stringMatching(/ENOSPC|state_unavailable/), after: before });
    expect(after).toEqual([
      'data/audit-lock ',
      'data/audit.jsonl 5000',
      'data/audit.jsonl.replaced-20260921T141320Z 6',
      'data/recognition/model 5000',
      'keys/keys.json 5000',
      'keys/oidc-keys.json 5000',
      'keys/signing-keys.json 5000',
    ]);
  },
);
