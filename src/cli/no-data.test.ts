import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runHere } from '../../test/cli.js';
import { createFolder } from '../../test/folder.js';

/* Commands that read the data folder, where no server ever was: mostly another folder than the server's. */

const data = join(createFolder('no-data'), 'nowhere');
const env = { FACESTEP_DATA: data };

test.each([
  [['report', 'work']],
  [['events', 'list']],
  [['events', 'list', '--json']],
  [['events', 'retry']],
  [['audit', 'export']],
])('%j says that there is no trail, in place of nothing', async (args) => {
  const { code, stdout, stderr } = await runHere(args, env);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(`facestep: there is no audit trail ${join(data, 'audit.jsonl')}\n`);
});

test('upgrade --check says in which folder it looked', async () => {
  const { code, stdout } = await runHere(['upgrade', '--check'], env);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(`nothing is in ${data} yet`) });
});
