import { expect, test } from '@jest/globals';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createFolder } from '../../../support/run/folder.js';
import { addSec } from '../../core/units.js';
import { readMadeTimes } from './keys.js';

test('a sealing key was created when an administrator rotated it, not when the next start of the server noted it', async () => {
  const clock = createManualClock();
  const file = `${createFolder('made-times')}/audit.jsonl`;
  const start = clock.now();
  const about = { connection: '', subject: '' } as const;
  await withAudit(createAuditDeps({ file, clock }), async (audit) => {
    await audit.append({ action: 'key_made', ...about, detail: { use: 'sealing', version: 1 } });
    clock.advanceSec(60);
    await audit.append({ action: 'key_rotated', ...about, detail: { use: 'signing', name: '2', by: 'owner' } });
    clock.advanceSec(60);
    await audit.append({ action: 'key_rotated', ...about, detail: { use: 'sealing', name: '2', by: 'owner' } });
    clock.advanceSec(60);
    await audit.append({ action: 'key_made', ...about, detail: { use: 'sealing', version: 2 } });
  });
  expect([...(await readMadeTimes(file))]).toEqual([
    [1, start],
    [2, addSec(start, 120)],
  ]);
});
