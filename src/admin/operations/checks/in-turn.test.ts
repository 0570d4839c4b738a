import { expect, test } from '@jest/globals';
import { type Check, type Finding, fail, pass } from '../../../connections/provisioning.js';
import { checkInTurn } from './in-turn.js';

const run = (check: Check): Promise<Finding> => check.run();
const well = (title: string, needs: readonly string[] = []): Check => ({ title, needs, run: async () => pass('well') });
const broken = (title: string, needs: readonly string[] = []): Check => ({
  title,
  needs,
  run: async () => fail('broken', 'mend it'),
});

const examine = async (...checks: readonly Check[]): Promise<string[]> => {
  const lines: string[] = [];
  for await (const { title, verdict, cause } of checkInTurn(checks, run)) lines.push(`${title} ${verdict} ${cause}`);
  return lines;
};

test('what needs a check that failed comes right under it, and is not made; what does not need it is', async () => {
  const never: Check = { title: 'hook', needs: ['server'], run: () => Promise.reject(new Error('it was made')) };
  expect(await examine(broken('server'), well('models'), never, well('clock', ['server']))).toEqual([
    'server fail null',
    'hook skipped server',
    'clock skipped server',
    'models pass null',
  ]);
});

test('so does what needs that, under the one cause', async () => {
  const checks = [broken('server'), broken('hook', ['server']), broken('log', ['hook']), broken('other')];
  expect(await examine(...checks)).toEqual([
    'server fail null',
    'hook skipped server',
    'log skipped server',
    'other fail null',
  ]);
});

test('a check that needs one that is not before it is an error of ours', async () => {
  await expect(examine(well('hook', ['server']), well('server'))).rejects.toMatchObject({ code: 'internal' });
});
