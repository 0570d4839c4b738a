import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import type { Directory } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { createFindGroupIds, mostFound } from './groups.js';

function setUp() {
  const clock = createManualClock();
  const groups = [
    { id: 'g-1', name: 'Bu\u0308ro' },
    { id: 'g-2', name: 'Finance team' },
    { id: 'g-3', name: 'Exempt', isNameOpen: true },
  ];
  const provider = { isDown: false, searches: 0 };
  const directory: Directory = {
    async searchGroups(text) {
      provider.searches += 1;
      if (provider.isDown) throw new FaceError('profile_unavailable');
      if (text === 'Team') return Array.from({ length: mostFound }, (_, n) => ({ id: `t-${n}`, name: `Team ${n}` }));
      return groups.filter(({ name }) =>
        name.normalize('NFC').toLowerCase().startsWith(text.toLowerCase().slice(0, 3)),
      );
    },
    async *listMembers(group) {
      if (groups.every(({ id }) => id !== group)) throw new FaceError('not_found');
      yield [];
    },
    register: null,
  };
  return { clock, groups, provider, find: createFindGroupIds(async () => directory, { clock }) };
}

test('a group is found by its name in any case and Unicode form, and by its id', async () => {
  const { find } = setUp();
  expect(await find('b\u00dcRO')).toEqual(['g-1']);
  expect(await find('g-2')).toEqual(['g-2']);
  expect(await find('Finance')).toEqual([]);
});

test('a group is found only by its id if any user may choose its name', async () => {
  const { find } = setUp();
  expect(await find('Exempt')).toEqual([]);
  expect(await find('g-3')).toEqual(['g-3']);
});

test('a name among more groups than a search returns is not known', async () => {
  await expect(setUp().find('Team')).rejects.toMatchObject({ code: 'profile_unavailable' });
});

test('a found group is held for five minutes, and longer while the provider does not answer', async () => {
  const { clock, find, provider, groups } = setUp();
  await find('Finance team');
  await find('Finance team');
  expect(provider.searches).toBe(1);
  clock.advanceSec(301);
  provider.isDown = true;
  expect(await find('Finance team')).toEqual(['g-2']);
  clock.advanceSec(301);
  provider.isDown = false;
  groups.splice(1, 1);
  // The former answer is returned while the next one is read.
  expect(await find('Finance team')).toEqual(['g-2']);
  await setImmediate();
  expect(await find('Finance team')).toEqual([]);
});
