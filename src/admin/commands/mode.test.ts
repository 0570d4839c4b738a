import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { administer } from '../../../support/benches/administration.js';
import { createAuditDeps, withAudit } from '../../../support/benches/audit.js';
import { defaultPolicy } from '../../../support/benches/core.js';
import { fillFromTrail } from '../../../support/data/ledgered.js';
import { createMemoryProfile, loginOf } from '../../../support/fakes/simulated-profile.js';
import { createFolder } from '../../../support/run/folder.js';
import { forFile } from '../../../support/run/for-file.js';
import { type OperatedServer, startCompany, startOperatedServer } from '../../../support/servers/operated-server.js';
import type { AuditDetail } from '../../core/audit-events.js';
import type { Connection } from '../../core/connection.js';

/* `facestep mode`, against a running server: whom enforcing would refuse is read before it is switched. */

let dataFolder: string;
let operated: OperatedServer;
const company = await forFile(startCompany());
beforeEach(async () => {
  dataFolder = createFolder('mode-command');
  const profile = createMemoryProfile(['00u1']);
  const okta: Connection = { id: 'okta', kind: 'okta', profile, policy: defaultPolicy, openStepUpRequest: null };
  operated = await startOperatedServer(company, { dataFolder, given: { connections: new Map([['okta', okta]]) } });
});
afterEach(() => operated.stop());

const run = (...args: string[]) => administer(operated.server, ['mode', ...args]);

test('enforce mode with no enrolled user needs a confirmation; the mode can be switched back', async () => {
  const refused = await run('okta', 'enforce');
  expect(refused.exitCode).toBe(1);
  expect(refused.told.join()).toContain('no user is enrolled, so all users would be denied');
  expect((await run('okta')).printed.at(-1)).toMatch(/^okta: shadow; hook token: not called by the provider/);
  const sure = await run('okta', 'enforce', '--yes');
  expect(sure.exitCode).toBe(0);
  expect(sure.printed.at(-1)).toMatch(
    /^okta: enforce, switched by owner on 20.*Z; the configuration has shadow; hook token: not called/,
  );
  expect(operated.server.audit.events.at(-1)).toMatchObject({
    action: 'connection_mode_switched',
    connection: 'okta',
    detail: { mode: 'enforce', by: 'owner' },
  });
  // What enforces refuses already: there is nothing to foresee.
  expect((await run('okta')).printed).toHaveLength(1);
  const inShadow = expect.stringMatching(/^okta: shadow; hook token: not called/);
  expect((await run('okta', 'shadow')).printed).toEqual([inShadow]);
});

test('facestep mode lists the users who would be denied before the switch, without control characters', async () => {
  const { clock } = operated.server;
  const hostile = 'eve\u001b[2J\u202e';
  const file = join(dataFolder, 'audit.jsonl');
  await withAudit(createAuditDeps({ file, clock }), async (audit) => {
    const detail = {
      hook: 'token',
      outcome: 'unverified',
      reason: 'no_check',
      fallback: 'omit_claim',
      wouldHave: 'deny',
    } satisfies AuditDetail<'hook_decided'>;
    for (const subject of ['00u1', '00u1', hostile])
      await audit.append({ action: 'hook_decided', connection: 'okta', subject, detail });
  });
  await fillFromTrail(file, operated.server.deps);
  const { printed } = await run('okta');
  expect(printed[0]).toMatch(
    /^Enforce mode would deny 2 of 2 people, by their last sign-in since 20.*Z\. Denied already: \d\.$/,
  );
  expect(printed[1]).toMatch(/^subject +login +last +hook$/);
  expect(printed.slice(2, 4).join('\n')).toMatch(new RegExp(`00u1 +${loginOf('00u1')} +20\\S+ +token`));
  expect(printed.join('')).not.toContain('\u001b');
  expect(printed.join('')).not.toContain('\u202e');
});
