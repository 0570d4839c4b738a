import { expect, test } from '@jest/globals';
import { createMemoryProfile, loginOf } from '../../support/fakes/simulated-profile.js';
import { createManualClock } from '../../test/contract/state.js';
import type { Account, Profile } from '../core/ports.js';
import { createFindEmail } from './find-email.js';

function setUp(account: Partial<Account> = {}, own: Partial<Profile> = {}) {
  const clock = createManualClock();
  const memory = createMemoryProfile(['anna']);
  let asked = 0;
  const profile: typeof memory = {
    ...memory,
    ...own,
    async readAccount(subject) {
      asked += 1;
      return { ...(await memory.readAccount(subject)), ...account };
    },
  };
  const findEmail = createFindEmail((id) => (id === 'work' ? { profile } : undefined), { clock });
  return { clock, memory, findEmail, asked: () => asked };
}

test.each<[string, Partial<Account>, string | null]>([
  ['the login, if that is an e-mail address', {}, loginOf('anna')],
  [
    'the mailbox, if the login is no e-mail address',
    { login: 'anna', email: 'anna@mail.example.com' },
    'anna@mail.example.com',
  ],
  ['null, if the text is more than an address', { login: 'Søren <søren@münchen.example>', email: null }, null],
  ['null, if the user has neither', { login: 'anna', email: null }, null],
])('the e-mail address of a subject is %s', async (_, account, expected) => {
  expect(await setUp(account).findEmail('work', 'anna')).toBe(expected);
});

test('a login that only looks like an address is not sent as one', async () => {
  const named = (email: string | null) =>
    setUp({ login: 'Saml_anna@example.com', email }, { loginIsName: true }).findEmail('work', 'anna');
  expect(await named('anna@mail.example.com')).toBe('anna@mail.example.com');
  expect(await named(null)).toBeNull();
});

test('the e-mail address is null for a deleted user, and an error if the provider is unavailable', async () => {
  const { findEmail, memory } = setUp();
  expect(await findEmail('work', 'gone')).toBeNull();
  memory.setDown(true);
  await expect(findEmail('work', 'anna')).rejects.toMatchObject({ code: 'profile_unavailable' });
  await expect(findEmail('elsewhere', 'anna')).rejects.toMatchObject({ code: 'profile_unavailable' });
});
