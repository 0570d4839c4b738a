import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { auditEvents } from '../../src/app/audit-events.js';
import { createFileAudit } from '../../src/audit/file.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
import { faults } from './faults.js';
import { checkChains } from './invariants.js';

test('the check of the audit chain finds an altered line', async () => {
  const dataFolder = createFolder('trail');
  const file = join(dataFolder, 'audit.jsonl');
  const deps = {
    clock: createManualClock(),
    random: systemRandom,
    log: createTextLog(),
    retentionDays: null,
    requestId: () => null,
  };
  const audit = await createFileAudit({ auditEvents, file, ...deps });
  for (const subject of ['a', 'b', 'c']) {
    await audit.append({ action: 'revoked', connection: 'work', subject, detail: { tokenId: null } });
  }
  await audit.close();
  const keeper = { name: 'replica-1', dataFolder };
  expect(await checkChains([keeper])).toMatchObject({ checked: 3, broken: [] });
  writeFileSync(file, readFileSync(file, 'utf8').replace('"subject":"b"', '"subject":"x"'));
  expect(await checkChains([keeper])).toMatchObject({ broken: ['replica-1, line 3'] });
});

test.each(Object.keys(faults))('docs/faults.md describes the fault %s', (name) => {
  expect(readFileSync(join(projectRoot, 'docs/faults.md'), 'utf8')).toContain(`\`${name}\``);
});

test('if all requested faults are skipped, the fault program exits with 2 and keeps the stored figures', async () => {
  const document = join(projectRoot, 'docs', 'faults.md');
  const stored = readFileSync(document, 'utf8');
  const program = join(projectRoot, 'dist', 'evidence', 'faults', 'faults.js');
  const { status, stderr } = spawnSync(process.execPath, [program, 'redis', '--quick', '--write'], {
    env: { ...process.env, REDIS_SERVER_PATH: join(projectRoot, 'no-redis') },
    encoding: 'utf8',
  });
  expect(status).toBe(2);
  expect(stderr).toContain('No results: all requested faults were skipped.');
  expect(readFileSync(document, 'utf8')).toBe(stored);
});
