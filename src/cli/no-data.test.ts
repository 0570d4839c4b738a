import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runAs } from '../../examples/demo/run-command.js';
import { runHere } from '../../support/benches/cli.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';

/* Commands that read the data folder, where no server ever was: mostly another folder than the server's; or may not read it. */

const top = createFolder('no-data');
const data = join(top, 'nowhere');
const env = { FACESTEP_DATA: data };

test('a command reports that there is no trail, rather than an empty result', async () => {
  const { code, stdout, stderr } = await runHere(['audit', 'export'], env);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`There is no audit trail ${join(data, 'audit.jsonl')}.`);
});

const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;

describeAsRoot('an account that may not read the data folder', () => {
  const nobody = 65_534;
  const shut = join(top, 'shut');
  const config = join(top, 'facestep.json');
  chmodSync(top, 0o755);
  mkdirSync(shut, { mode: 0o700 });
  const okta = { orgUrl: 'http://127.0.0.1:9', auth: { kind: 'api_token', token: 't' } };
  const hooks = { secret: { value: '0123456789abcdef' } };
  const connections = [{ id: 'work', kind: 'okta', policy: { mode: 'shadow' }, okta: { ...okta, hooks } }];
  writeFileSync(config, JSON.stringify({ dataFolder: shut, modelsFolder, connections }));
  const asNobody = (...args: string[]) => runAs(nobody, args, { FACESTEP_CONFIG: config });

  test('an account that may not read the data folder gets one finding of the doctor, with the remedy', async () => {
    const { code, stdout, stderr } = await asNobody('doctor', 'work');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain(`FAIL    Data folder: this account may not read ${shut}\n`);
    expect(stdout).toContain('To do: Run this as the account of the service, or as root.');
    expect(stdout).toContain('not checked: Recognition');
    expect(stdout).not.toMatch(/internal|altered/);
  });
});
