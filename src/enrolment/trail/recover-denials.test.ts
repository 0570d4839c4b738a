import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createAuditDeps, tokenChange, withAudit } from '../../../support/benches/audit.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { createFolder } from '../../../support/run/folder.js';
import { createManualClock } from '../../../test/contract/state.js';
import { auditEvents } from '../../app/audit-events.js';
import { readEvents } from '../../audit/events.js';
import type { AuditEvent } from '../../core/audit-events.js';
import { addSec, toIso } from '../../core/units.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import { keepDenials, replayDenials } from './recover-denials.js';

const day = 86_400;
const who = { connection: 'work', subject: 'anna' };

test('the revocations of a lost store are restored, including those whose records retention removed', async () => {
  const folder = createFolder('denials');
  const files = { audit: join(folder, 'audit.jsonl'), deniedTokens: join(folder, 'denied-tokens.json') };
  const clock = createManualClock();
  const deps = createAuditDeps({
    file: files.audit,
    clock,
    retentionDays: 30,
    beforeRemoval: () => keepDenials(files, { clock, random: systemRandom }),
  });
  const inDays = (days: number): string => toIso(addSec(clock.now(), days * day));
  const revoked = (tokenId: string): AuditEvent => ({ action: 'revoked', ...who, detail: { tokenId } });
  const enrolled = (tokenId: string, days: number): AuditEvent => ({
    action: 'enrolled',
    ...who,
    detail: tokenChange(tokenId, { expiresAt: inDays(days) }),
  });
  await withAudit(deps, async ({ append }) => {
    for (const event of [enrolled('ended', 20), enrolled('ending', 200)]) await append(event);
    for (const tokenId of ['ended', 'ending', 'endless']) await append(revoked(tokenId));
  });
  // Each closes the file before it, whose records are too old by then.
  for (const tokenId of ['later', 'latest']) {
    clock.advanceSec(60 * day);
    await withAudit(deps, ({ append }) => append(revoked(tokenId)));
  }
  const told: unknown[] = [];
  for await (const { detail } of readEvents(files.audit, ['revoked'], auditEvents)) told.push(detail.tokenId);
  expect(told).toEqual(['latest']);

  const state = createSqliteState({ file: ':memory:', clock });
  expect(await replayDenials(files, { state, clock })).toBe(4);
  const ids = ['ended', 'ending', 'endless', 'later', 'latest'];
  const findDenied = async (): Promise<string[]> => {
    const found = await Promise.all(ids.map((tokenId) => state.read(`revoked:${tokenId}`)));
    return ids.filter((_, at) => found[at] !== null);
  };
  expect(await findDenied()).toEqual(['ending', 'endless', 'later', 'latest']);
  clock.advanceSec(80 * day + 60);
  expect(await findDenied()).toEqual(['endless', 'later', 'latest']);
  await state.close();
});
