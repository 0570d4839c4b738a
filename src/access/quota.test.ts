import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { drawPicture } from '../../support/fakes/embedded.js';
import { createFolder } from '../../support/run/folder.js';
import { asAdmin, startApiServer, toForm } from '../../support/servers/api-server.js';
import { createManualClock } from '../../test/contract/state.js';
import { epochMs } from '../core/units.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { countRequest } from './admission.js';
import type { Application } from './applications.js';

const server = await startApiServer();

/** A key of an application with these quotas, and the beginning of a day: both windows are whole. */
async function keyWith(quotas: { perMinute?: number; perDay?: number }, at = server) {
  const daySec = 24 * 60 * 60;
  at.clock.advanceSec(daySec - ((at.clock.now() / 1000) % daySec));
  const { body } = await at.postJson(
    '/applications',
    { name: 'shop', scopes: ['verify', 'screen'], ...quotas },
    asAdmin,
  );
  const issued = await at.postJson(`/applications/${String(body.id)}/keys`, {}, asAdmin);
  return String(issued.body.token);
}
const call = (token: string) => server.postJson('/token', {}, { 'x-auth-token': token });

test('requests over the quota per minute are refused until the next minute, with the time to wait', async () => {
  const token = await keyWith({ perMinute: 2, perDay: 100 });
  server.clock.advanceSec(18);
  const answers = [await call(token), await call(token), await call(token)];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  const [first, , refused] = answers;
  expect(first!.headers.get('ratelimit-policy')).toBe('"minute";q=2;w=60, "day";q=100;w=86400');
  expect(first!.headers.get('ratelimit')).toBe('"minute";r=1;t=42, "day";r=99;t=86382');
  expect(refused!.body.code).toBe('quota_exceeded');
  expect(refused!.headers.get('retry-after')).toBe('42');
  expect(refused!.headers.get('ratelimit')).toBe('"minute";r=0;t=42');
  server.clock.advanceSec(41);
  expect((await call(token)).status).toBe(429);
  server.clock.advanceSec(1);
  const next = await call(token);
  expect(next.status).toBe(200);
  // Three were answered in all: what was refused took nothing from the day.
  expect(next.headers.get('ratelimit')).toContain('"day";r=97;');
});

test('the daily quota resets at midnight UTC', async () => {
  const token = await keyWith({ perMinute: 100, perDay: 2 });
  server.clock.advanceSec(3600);
  expect([(await call(token)).status, (await call(token)).status]).toEqual([200, 200]);
  const refused = await call(token);
  expect(refused).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
  expect(refused.headers.get('retry-after')).toBe(String(23 * 3600));
  server.clock.advanceSec(23 * 3600);
  expect((await call(token)).status).toBe(200);
});

test('the quota is checked before a photo is examined, with the token in the header or in a field', async () => {
  const token = await keyWith({ perMinute: 1, perDay: 10 });
  await call(token);
  const form = toForm({ auth_token: token, photo: drawPicture('ada', 1) });
  expect((await server.postForm('/quality', form)).body.code).toBe('quota_exceeded');
  expect((await server.postForm('/quality', form, { 'x-auth-token': token })).body.code).toBe('quota_exceeded');
});

test('three replicas share one quota', async () => {
  const folder = createFolder('quota');
  const clock = createManualClock(1_790_000_000_000);
  const replicas = [1, 2, 3].map(() => ({
    clock,
    state: createSqliteState({ file: join(folder, 'state.db'), clock }),
  }));
  const shop: Application = {
    id: 'a'.repeat(24),
    name: 'shop',
    tenant: 'default',
    scopes: [],
    contact: '',
    owners: [],
    keys: [],
    perMinute: 20,
    perDay: 1000,
    createdAt: epochMs(0),
    changedAt: epochMs(0),
  };
  const uses = await Promise.all(Array.from({ length: 30 }, (_, number) => countRequest(shop, replicas[number % 3]!)));
  expect(uses.filter((each) => each.every(({ isExceeded }) => !isExceeded))).toHaveLength(20);
  await Promise.all(replicas.map(({ state }) => state.close()));
});

test('requests are refused with `state_unavailable` if the state store is down', async () => {
  const clock = createManualClock();
  const broken = createSqliteState({ file: ':memory:', clock });
  let isBroken = false;
  const state = {
    ...broken,
    add: async (...args: Parameters<typeof broken.add>) => {
      if (isBroken) await broken.close();
      return broken.add(...args);
    },
  };
  const alone = await startApiServer({ state });
  const token = await keyWith({}, alone);
  isBroken = true;
  const answer = await alone.postJson('/token', {}, { 'x-auth-token': token });
  expect(answer).toMatchObject({ status: 503, body: { code: 'state_unavailable' } });
});
