import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administer } from '../../test/administration.js';
import { type ApiServer, adminKey, startApiServer } from '../../test/api-server.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { enrolledAt, fillLedger } from '../../test/ledgered.js';
import { createMemoryProfile, loginOf } from '../../test/simulated-profile.js';
import type { Connection } from '../core/connection.js';

/* `facestep people`, against a running server. */

const profile = createMemoryProfile(['ada', 'berta', 'clara']);
let server: ApiServer;
beforeAll(async () => {
  const acme: Connection = { id: 'acme', kind: 'memory', profile, policy: defaultPolicy, openStepUpRequest: null };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['acme', acme]]) });
  await fillLedger(server, [
    { event: enrolledAt('acme', 'ada'), hoursAgo: 200 },
    { event: enrolledAt('acme', 'clara'), hoursAgo: 100 },
    {
      event: { action: 'verification_refused', connection: 'acme', subject: 'ada', detail: { tokenId: 't' } },
      hoursAgo: 24,
      request: 'a1'.repeat(12),
    },
  ]);
});
afterAll(() => server.stop());

const run = (args: readonly string[], key = adminKey) => administer(server, ['people', ...args], key);

test('who is enrolled is listed by name, the newest first, and by filter', async () => {
  const { printed } = await run(['list']);
  expect(printed.map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
    ['connection', 'subject', 'login', 'status'],
    ['acme', 'clara', loginOf('clara'), 'enrolled'],
    ['acme', 'ada', loginOf('ada'), 'enrolled'],
  ]);
  const checked = JSON.parse((await run(['list', '--checked-since', '2020-01-01', '--json'])).printed.join('\n'));
  expect(checked).toMatchObject([{ subject: 'ada', lastCheck: 'refused' }]);
  expect((await run(['list', '--status', 'locked'])).printed).toHaveLength(1);
  const cut = await run(['list', '--limit', '1']);
  expect([cut.printed.length, cut.told.join()]).toEqual([2, expect.stringContaining('There may be more')]);
  expect((await run(['list', '--limit', '3'])).told).toEqual([]);
});

test('one person is shown with what happened to them, and invited', async () => {
  const { printed } = await run(['show', 'acme', 'ada']);
  const text = printed.join('\n');
  expect(text).toMatch(/^login +ada@example.com$/m);
  expect(text).toMatch(new RegExp(`verification_refused +refused +face_mismatch .*${'a1'.repeat(12)}$`, 'm'));
  const nobody = await run(['show', 'acme', 'berta@example.com']);
  expect(nobody.told).toEqual(['No events for berta@example.com. Find the ID with facestep people find.']);
  const { person, lines } = JSON.parse((await run(['show', 'acme', 'berta', '--json'])).printed.join('\n'));
  expect([person.status, lines]).toEqual(['none', []]);
  const invited = await run(['invite', 'acme', 'berta']);
  expect(invited.printed).toEqual([expect.stringMatching(/\/face#/)]);
  await expect(run(['invite', 'acme', 'nobody'])).rejects.toMatchObject({ code: 'subject_unknown' });
});
