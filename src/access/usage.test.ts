import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTestJobs } from '../../support/fakes/jobs.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { asAdmin, startApiServer } from '../../support/servers/api-server.js';
import { createManualClock } from '../../test/contract/state.js';
import type { JsonObject } from '../core/base/json.js';
import { epochMs } from '../core/units.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import type { Client } from './client-tokens.js';
import { createUsageRecorder, readUsage } from './usage.js';

const folder = createFolder('usage');

const clientOf = (application: string | null): Client => {
  const common = { name: 'shop', tenant: 'default', scopes: [] };
  const terms = { ...common, contact: '', owners: [], keys: [], perMinute: 1, perDay: 1 };
  const times = { createdAt: epochMs(0), changedAt: epochMs(0) };
  return {
    ...common,
    id: 'c'.repeat(24),
    issuedAt: epochMs(0),
    expiresAt: epochMs(4_000_000_000_000),
    sandbox: null,
    compat: null,
    replay: 'step_ups',
    application: application === null ? null : { ...terms, ...times, id: application },
  };
};

const noon = Date.parse('2026-11-20T12:00:00Z');

test('the usage of three replicas is added up, regardless of when each replica writes', async () => {
  const log = createTextLog();
  const clock = createManualClock(noon);
  const file = join(folder, 'replicas.db');
  const replicas = [1, 2, 3].map(() => {
    const state = createSqliteState({ file, clock });
    return { state, usage: createUsageRecorder({ state, clock, log, jobs: createTestJobs({ clock, log }) }) };
  });
  const flushes: Promise<void>[] = [];
  for (let round = 0; round < 40; round += 1) {
    for (const { usage } of replicas) {
      usage.note({ client: clientOf('a'), endpoint: 'POST /match', outcome: 'ok' });
      usage.note({ client: clientOf('a'), endpoint: 'POST /match', outcome: round % 4 === 0 ? 'face_none' : 'ok' });
      usage.note({ client: clientOf(null), endpoint: 'POST /token', outcome: 'ok' });
      if (round % 3 === 0) flushes.push(usage.flush());
    }
  }
  await Promise.all(flushes);
  await Promise.all(replicas.map(({ usage }) => usage.stop()));
  const { state } = replicas[0]!;
  expect(await readUsage('a', 1, { state, clock })).toEqual([
    { day: '2026-11-20', endpoint: 'POST /match', requests: 240, refusals: { face_none: 30 } },
  ]);
  expect(await readUsage(null, 1, { state, clock })).toEqual([
    { day: '2026-11-20', endpoint: 'POST /token', requests: 120, refusals: {} },
  ]);
  await Promise.all(replicas.map((replica) => replica.state.close()));
});

test('administrators can read the usage per application and in total', async () => {
  const server = await startApiServer();
  const post = async (path: string, body: JsonObject = {}) => (await server.postJson(path, body, asAdmin)).body;
  const { id } = await post('/applications', { name: 'shop', scopes: ['match'], perMinute: 3 });
  const { token } = await post(`/applications/${String(id)}/keys`);
  const asClient = { 'x-auth-token': String(token) };
  for (const path of ['/token', '/match', '/generate', '/v2/match', '/match'])
    await server.postJson(path, {}, asClient);
  for (const unknown of ['fst_unknown', (await server.issue()).token])
    await server.postJson('/token', {}, { 'x-auth-token': unknown });
  await server.usage.flush();

  const get = async (path: string) => (await server.send('GET', path, { headers: asAdmin })).body;
  const { usage } = await get(`/applications/${String(id)}/usage`);
  const day = new Date(server.clock.now()).toISOString().slice(0, 10);
  expect(usage).toEqual(
    expect.arrayContaining([
      { day, endpoint: 'POST /token', requests: 1, refusals: {} },
      { day, endpoint: 'POST /match', requests: 3, refusals: { photo_missing: 2, quota_exceeded: 1 } },
      { day, endpoint: 'POST /generate', requests: 1, refusals: { scope_missing: 1 } },
    ]),
  );
  expect((await get('/usage?days=1')).usage).toEqual([
    expect.objectContaining({ application: id, requests: 5 }),
    { application: null, name: null, requests: 1, refusals: {} },
  ]);
  expect((await get('/applications/unknown/usage')).code).toBe('not_found');
});
