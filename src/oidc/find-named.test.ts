import { expect, test } from '@jest/globals';
import { FaceError } from '../errors.js';
import { findNamed } from './relying-party.js';

test('an exact user id takes precedence over an equal username of another user', async () => {
  const toAccount = (subject: string, login: string) => ({ subject, login, email: null, phone: null });
  const directory = {
    findAccount: async (login: string) => (login === '4711' ? toAccount('99', '4711') : null),
    async readAccount(subject: string) {
      if (subject !== '4711') throw new FaceError('subject_unknown');
      return toAccount('4711', 'ada');
    },
  };
  expect(await findNamed('4711', directory)).toEqual({ subject: '4711', login: 'ada' });
  expect(await findNamed('4712', directory)).toEqual({ subject: '4712', login: null });
});
