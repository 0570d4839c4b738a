import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { administer } from '../../../support/benches/administration.js';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { createTestConnection } from '../../../support/benches/core.js';
import { fillFromTrail } from '../../../support/data/ledgered.js';
import { createMemoryProfile, loginOf } from '../../../support/fakes/simulated-profile.js';
import { createFolder } from '../../../support/run/folder.js';
import { startCompany, startOperatedServer } from '../../../support/servers/operated-server.js';
import type { AuditEvent } from '../../core/audit-events.js';
import { toIso } from '../../core/units.js';

const dataFolder = createFolder('why');
const profile = createMemoryProfile(['00u1', '00u2']);
const okta = createTestConnection({ id: 'okta', kind: 'okta', profile });
const company = await startCompany();
const given = { connections: new Map([['okta', okta]]) };
const { server } = await startOperatedServer(company, { dataFolder, given });

const anna = { connection: 'okta', subject: '00u1' };
const events: readonly AuditEvent[] = [
  { action: 'verification_refused', ...anna, detail: { code: 'liveness_low' } },
  { action: 'recovery_refused', ...anna, detail: { id: 'a'.repeat(24), code: 'recovery_too_soon' } },
  {
    action: 'hook_decided',
    ...anna,
    detail: { hook: 'token', outcome: 'unverified', reason: 'no_check', fallback: 'pass', wouldHave: 'deny' },
  },
  { action: 'verified', ...anna, subject: '00u2', detail: { tokenId: 't' } },
];

const why = (...args: string[]) => administer(server, ['why', ...args]);

test('facestep why prints the status of a user, and each of their entries with the meaning of its code', async () => {
  const file = join(dataFolder, 'audit.jsonl');
  await withAudit(createAuditDeps({ file, clock: server.clock }), async (audit) => {
    for (const event of events) await audit.append(event);
  });
  await fillFromTrail(file, server.deps);
  const { printed, exitCode } = await why('okta', loginOf('00u1'));
  expect(printed.map((line) => line.replace(/^20\S+ +/, ''))).toEqual([
    `${loginOf('00u1')} at okta: not enrolled`,
    '! verification_refused refused liveness_low: Possible picture or mask, or wrong movements.',
    '! recovery_refused refused recovery_too_soon: The face, the mailbox or the phone changed in the last days.',
    'hook_decided token let_through no_check: No recent passed face check.',
  ]);
  expect(exitCode).toBe(0);
  const json = JSON.parse((await why('okta', '00u1', '--json')).printed.join(''));
  expect(json).toMatchObject({ connection: 'okta', person: anna, events: [{ code: 'liveness_low' }, {}, {}] });

  server.clock.advanceSec(60);
  const none = await why('okta', '00u1', '--since', toIso(server.clock.now()));
  expect(none).toMatchObject({
    exitCode: 1,
    printed: [expect.anything(), expect.stringMatching(/^No events .* since 20/)],
  });
});
