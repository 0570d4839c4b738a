import { expect, test } from '@jest/globals';
import { startRecoveryBench } from '../../../support/benches/recovery.js';
import { waitForApproval } from '../../../support/data/recoveries.js';
import { forFile } from '../../../support/run/for-file.js';
import { addAdministrator } from '../../../support/servers/api-server.js';

const who = { connection: 'acme', subject: 'anna' };
const { server } = await startRecoveryBench({ recovery: { owners: ['owner@example.com'] } });
await forFile(server);

test('open work counts recoveries for each administrator who can approve them, and for no one else', async () => {
  const grace = await addAdministrator(server, 'grace', 'help-desk');
  const joan = await addAdministrator(server, 'joan', 'help-desk');
  const auditor = await addAdministrator(server, 'kay', 'auditor');
  const countOf = async (headers: Record<string, string>) => {
    const { body } = await server.send('GET', '/to-do', { headers });
    const items = body.items as { code: string; where: string; count: number; words: string }[];
    const item = items.find(({ code, where }) => code === 'approvals_waiting' && where === 'help_desk');
    if (item !== undefined) expect(item.words).toBe(`Open account recoveries to approve: ${item.count}.`);
    return item?.count ?? 0;
  };
  expect(await countOf(grace)).toBe(0);
  const byGrace = { byId: `key:${grace['x-admin-key'].slice(4, 28)}`, by: 'grace' };
  await waitForApproval(who, server.deps);
  await waitForApproval(who, server.deps, { begunBy: byGrace });
  // Only by a sign-in: `privileged.takesKeys` is false.
  await waitForApproval(who, server.deps, { isPrivileged: true, approvals: [byGrace] });
  // The manager approves these, or no one has to.
  await waitForApproval(who, server.deps, { secondThing: 'manager' });
  await waitForApproval(who, server.deps, { secondThing: 'phone', to: (proof) => ({ kind: 'ready', proof }) });
  await waitForApproval(who, server.deps, { to: (proof) => ({ kind: 'stopped', proof }) });
  expect([await countOf(grace), await countOf(joan), await countOf(auditor)]).toEqual([1, 2, 0]);
  server.clock.advanceSec(24 * 60 * 60);
  expect(await countOf(joan)).toBe(0);
});
