import { expect, test } from '@jest/globals';
import { createManualClock } from '../../test/contract/state.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { createStorage } from './storage.js';

const open = (connection = 'work') => {
  const clock = createManualClock();
  const state = createSqliteState({ file: ':memory:', clock });
  return { clock, state, storage: createStorage(connection, { clock, state }) };
};

test('an OpenID artefact can be read until it expires', async () => {
  const { clock, storage } = open();
  const codes = storage('AuthorizationCode');
  await codes.upsert('c-1', { jti: 'c-1', accountId: 'anna', claims: { id_token: { acr: null } } }, 60);
  expect(await codes.find('c-1')).toEqual({ jti: 'c-1', accountId: 'anna', claims: { id_token: { acr: null } } });
  clock.advanceSec(76);
  expect(await codes.find('c-1')).toBeUndefined();
});

test('an OpenID artefact of one connection or model is not found under another', async () => {
  const { state, clock, storage } = open();
  await storage('AuthorizationCode').upsert('c-1', { jti: 'c-1' }, 60);
  expect(await storage('AccessToken').find('c-1')).toBeUndefined();
  expect(await createStorage('other', { state, clock })('AuthorizationCode').find('c-1')).toBeUndefined();
});

test.each(['AuthorizationCode', 'PushedAuthorizationRequest'])(
  'of ten concurrent attempts to consume a %s, one succeeds',
  async (model) => {
    const { storage } = open();
    const kept = storage(model);
    await kept.upsert('x', { jti: 'x' }, 60);
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => kept.consume('x')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await kept.find('x')).toMatchObject({ consumed: expect.any(Number) });
  },
);

test('of ten concurrent attempts to destroy an interaction, one succeeds', async () => {
  const { storage } = open();
  const interactions = storage('Interaction');
  await interactions.upsert('i', { jti: 'i' }, 60);
  const all = await Promise.allSettled(Array.from({ length: 10 }, () => interactions.destroy('i')));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await interactions.find('i')).toBeUndefined();
});

test('of ten concurrent uses of one client assertion, one is accepted', async () => {
  const { storage } = open();
  const seen = storage('ReplayDetection');
  const all = await Promise.allSettled(Array.from({ length: 10 }, () => seen.upsert('a', { jti: 'a' }, 60)));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
