import { expect, test } from '@jest/globals';
import { createManualClock } from '../../test/contract/state.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { createStorage } from './storage.js';

const open = (connection = 'work') => {
  const clock = createManualClock();
  const state = createSqliteState({ file: ':memory:', clock });
  return { clock, state, storage: createStorage(connection, { clock, state }) };
};

test('reads back what was written, until its end', async () => {
  const { clock, storage } = open();
  const codes = storage('AuthorizationCode');
  await codes.upsert('c-1', { jti: 'c-1', accountId: 'anna', claims: { id_token: { acr: null } } }, 60);
  expect(await codes.find('c-1')).toEqual({ jti: 'c-1', accountId: 'anna', claims: { id_token: { acr: null } } });
  clock.advanceSec(76);
  expect(await codes.find('c-1')).toBeUndefined();
});

test('what one connection or kind keeps, another does not find', async () => {
  const { state, clock, storage } = open();
  await storage('AuthorizationCode').upsert('c-1', { jti: 'c-1' }, 60);
  expect(await storage('AccessToken').find('c-1')).toBeUndefined();
  expect(await createStorage('other', { state, clock })('AuthorizationCode').find('c-1')).toBeUndefined();
});

test.each(['AuthorizationCode', 'PushedAuthorizationRequest'])(
  'of many who consume a %s at once one succeeds',
  async (model) => {
    const { storage } = open();
    const kept = storage(model);
    await kept.upsert('x', { jti: 'x' }, 60);
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => kept.consume('x')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await kept.find('x')).toMatchObject({ consumed: expect.any(Number) });
  },
);

test('of many who end an interaction at once one succeeds', async () => {
  const { storage } = open();
  const interactions = storage('Interaction');
  await interactions.upsert('i', { jti: 'i' }, 60);
  const all = await Promise.allSettled(Array.from({ length: 10 }, () => interactions.destroy('i')));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await interactions.find('i')).toBeUndefined();
});

test('an assertion is noted once', async () => {
  const { storage } = open();
  const seen = storage('ReplayDetection');
  const all = await Promise.allSettled(Array.from({ length: 10 }, () => seen.upsert('a', { jti: 'a' }, 60)));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
