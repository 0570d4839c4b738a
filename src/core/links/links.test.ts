import { expect, test } from '@jest/globals';
import { createTestCore } from '../../../support/benches/core.js';
import { linkIdentities, readLinks } from './links.js';

test('a link of which a crash deleted one side is not valid', async () => {
  const { deps } = await createTestCore();
  const work = { connection: 'work', subject: 'anna' };
  const payroll = { connection: 'payroll', subject: '42' };
  await linkIdentities(work, payroll, { days: 365 }, deps);
  expect(await readLinks(work, deps)).toHaveLength(1);
  await deps.state.delete('links:payroll:42');
  expect(await readLinks(work, deps)).toEqual([]);
});
