import { expect, test } from '@jest/globals';
import { type Check, type Finding, fail, pass } from '../../../connections/provisioning.js';
import { checkInTurn, leaveOut } from './in-turn.js';

const run = (check: Check): Promise<Finding> => check.run();
const well = (title: string, needs: readonly string[] = []): Check => ({ title, needs, run: async () => pass('well') });
const broken = (title: string, needs: readonly string[] = []): Check => ({
  title,
  needs,
  run: async () => fail('broken', 'fix it'),
});

const examine = async (...checks: readonly Check[]): Promise<string[]> => {
  const lines: string[] = [];
  for await (const { title, verdict, cause } of checkInTurn(checks, run)) lines.push(`${title} ${verdict} ${cause}`);
  return lines;
};

test('if a check fails, the checks that need it are skipped and listed below it, and the other checks run', async () => {
  const never: Check = { title: 'hook', needs: ['server'], run: () => Promise.reject(new Error('it was made')) };
  expect(await examine(broken('server'), well('models'), never, well('clock', ['server']))).toEqual([
    'server fail null',
    'hook skipped server',
    'clock skipped server',
    'models pass null',
  ]);
});

test('a check that requires a skipped check is skipped and listed under the failed check', async () => {
  const checks = [broken('server'), broken('hook', ['server']), broken('log', ['hook']), broken('other')];
  expect(await examine(...checks)).toEqual([
    'server fail null',
    'hook skipped server',
    'log skipped server',
    'other fail null',
  ]);
});

test('a check is left out with the checks that need it, directly or not', () => {
  const checks = [
    well('server'),
    well('hook', ['server']),
    well('log', ['hook']),
    well('time', ['log']),
    well('other'),
  ];
  expect(leaveOut('hook', checks).map(({ title }) => title)).toEqual(['server', 'other']);
  expect(leaveOut('absent', checks)).toEqual(checks);
});

test('a check that requires a later or unknown check is an error', async () => {
  await expect(examine(well('hook', ['server']), well('server'))).rejects.toMatchObject({ code: 'internal' });
});
