import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runHere } from '../../test/cli.js';
import { createFolder } from '../../test/folder.js';
import { projectRoot } from '../../test/paths.js';

test('a restore lists what is lost and what to repeat, as docs/state.md shows', async () => {
  const folder = createFolder('restore-cli');
  const data = join(folder, 'data');
  mkdirSync(data);
  const env = { FACESTEP_DATA: data };
  await runHere(['keys', 'rotate'], env);
  const backup = join(folder, 'backup');
  expect(await runHere(['backup', backup], env)).toMatchObject({ code: 0 });
  const { code, stdout } = await runHere(['restore', backup, '--replace'], env);
  expect(code).toBe(0);
  const told = stdout.slice(stdout.indexOf('Lost:')).trim().split('\n').slice(1);
  expect(told).toContain('- Erasures since then: erase these users again. Their data is stored again.');
  expect(told.join('\n')).toContain('audit verify reports truncated');
  expect(told.at(-1)).toContain('facestep ledger rebuild');
  expect(readFileSync(join(projectRoot, 'docs/state.md'), 'utf8')).toContain(told.join('\n'));
});
