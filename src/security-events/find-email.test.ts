import { expect, test } from '@jest/globals';
import { createManualClock } from '../../test/contract/state.js';
import { createMemoryProfile, loginOf } from '../../test/support/fakes/simulated-profile.js';
import type { Account } from '../core/ports.js';
import { createFindEmail } from './find-email.js';

function setUp(account: Partial<Account> = {}) {
  const clock = createManualClock();
  const memory = createMemoryProfile(['anna']);
  let asked = 0;
  const profile: typeof memory = {
    ...memory,
    async readAccount(subject) {
      asked += 1;
      return { ...(await memory.readAccount(subject)), ...account };
    },
  };
  const findEmail = createFindEmail((id) => (id === 'work' ? { profile } : undefined), { clock });
  return { clock, memory, findEmail, asked: () => asked };
}

test.each<[string, Partial<Account>, string | null]>([
  ['what somebody signs in by', {}, loginOf('anna')],
  ['the mailbox, where that is no address', { login: 'anna', email: 'anna@mail.example.com' }, 'anna@mail.example.com'],
  ['nothing, where neither is one', { login: 'anna', email: null }, null],
])('is %s', async (_, account, expected) => {
  expect(await setUp(account).findEmail('work', 'anna')).toBe(expected);
});

test('is nothing of a user who is gone, and unknown while the provider does not answer', async () => {
  const { findEmail, memory } = setUp();
  expect(await findEmail('work', 'gone')).toBeNull();
  memory.setDown(true);
  await expect(findEmail('work', 'anna')).rejects.toMatchObject({ code: 'profile_unavailable' });
  await expect(findEmail('elsewhere', 'anna')).rejects.toMatchObject({ code: 'profile_unavailable' });
});
