import { expect, test } from '@jest/globals';
import { personChecksReply } from '../src/audit/ledger/replies.js';
import { startCapture, who } from '../support/benches/capture-bench.js';
import { fillLedger } from '../support/data/ledgered.js';
import { adminKey } from '../support/servers/api-server.js';
import { refusalsOf } from '../web/console/ledger/refusals.js';

test('the page of a person counts every refused attempt, also of a check that the person abandoned', async () => {
  const { server } = await startCapture();
  const detail = { stepUpId: 'one' };
  const judged = { judge: 'own', pass: false, reasons: ['depth'], asked: [], signals: [] };
  await fillLedger(server, [
    { event: { action: 'verified', ...who, detail: { tokenId: 't' } }, hoursAgo: 9, request: 'r0' },
    { event: { action: 'liveness_judged', ...who, detail: { ...detail, ...judged } }, hoursAgo: 8, request: 'r1' },
    {
      event: { action: 'verification_refused', ...who, detail: { ...detail, code: 'liveness_low' } },
      hoursAgo: 8,
      request: 'r1',
    },
    {
      event: { action: 'verification_refused', ...who, detail: { ...detail, tokenId: 't' } },
      hoursAgo: 7,
      request: 'r2',
    },
    { event: { action: 'step_up_abandoned', ...who, detail }, hoursAgo: 6, request: 'r3' },
    {
      event: {
        action: 'another_way_refused',
        ...who,
        detail: { stepUpId: 'two', way: 'recovery_code', code: 'code_wrong' },
      },
      hoursAgo: 5,
      request: 'r4',
    },
  ]);
  const { body } = await server.postJson('/people/checks', who, { 'x-admin-key': adminKey });
  const { attempts, signIns } = refusalsOf(personChecksReply.parse(body).checks);
  expect(attempts.map(({ code }) => code)).toEqual(['code_wrong', 'liveness_low', 'face_mismatch']);
  expect(signIns).toEqual([]);
});
