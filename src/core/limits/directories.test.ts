import { beforeEach, describe, expect, test } from '@jest/globals';
import { standardSettings } from '../../../support/data/settings.js';
import { noteLookUps } from '../../../support/fakes/counted.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createMemoryProfile, loginOf } from '../../../support/fakes/simulated-profile.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import type { Limits } from '../deps.js';
import { createDirectories, type DirectoryFor } from './directories.js';
import { createConsumeLimits } from './limits.js';

const clock = createManualClock();
let profile: ReturnType<typeof createMemoryProfile>;
let asked: string[];
beforeEach(() => {
  // The limits count in whole minutes.
  clock.advanceSec(60 - ((clock.now() / 1000) % 60));
  profile = createMemoryProfile(['anna', 'berta']);
  asked = noteLookUps(profile);
});

const create = (limits: Partial<Limits> = {}): DirectoryFor => {
  const settings = { ...standardSettings, limits: { ...standardSettings.limits, ...limits } };
  const state = createSqliteState({ file: ':memory:', clock });
  return createDirectories({ id: 'work', profile }, { consumeLimits: createConsumeLimits({ clock, state, settings }) });
};
const outsiderAt = (source: string) => ({ kind: 'anonymous' as const, source });
const known = { kind: 'first_factor' } as const;

test.each(['anna', 'nobody'])(
  'an anonymous caller cannot detect that an account was looked up before: %s',
  async (name) => {
    const directoryFor = create();
    const ask = async (source: string) => {
      asked.length = 0;
      const directory = directoryFor(outsiderAt(source));
      const id = await directory.readAccount(name).catch(({ code }) => code);
      await directory.findAccount(loginOf(name));
      return [id, ...asked];
    };
    const first = await ask('192.0.2.7');
    expect(first).toHaveLength(3);
    expect(await ask('192.0.2.7')).toEqual(first);
    expect(await ask('192.0.2.8')).toEqual(first);
  },
);

test('known callers are not limited or delayed', async () => {
  const directoryFor = create({ outsiderLookUps: 1, outsiderLookUpsOfConnection: 1 });
  for (let n = 0; n < 10; n += 1) await directoryFor(known).findAccount(loginOf('anna'));
  expect(asked).toHaveLength(10);
  expect(await directoryFor(outsiderAt('192.0.2.7')).findAccount(loginOf('anna'))).toMatchObject({ subject: 'anna' });
  const { findAccount } = directoryFor(outsiderAt('192.0.2.8'));
  await expect(findAccount(loginOf('anna'))).rejects.toMatchObject({ code: 'locked_out' });
  await directoryFor(known).findAccount(loginOf('anna'));
  expect(asked).toHaveLength(12);
});

describe('look-ups of anonymous callers', () => {
  const lookUp = (directoryFor: DirectoryFor, source: string, prefix: string, count: number) =>
    Array.from({ length: count }, (_, n) => directoryFor(outsiderAt(source)).findAccount(`${prefix}${n}@example.com`));
  /** Returns one /64 of each of 32 /56. */
  const subnetsOf = (site: string): readonly string[] =>
    Array.from({ length: 32 }, (_, n) => `${site}:${(n * 256).toString(16)}::/64`);
  const countFound = async (lookUps: readonly Promise<unknown>[]) => {
    const outcomes = await Promise.allSettled(lookUps);
    for (const each of outcomes) if (each.status === 'rejected') expect(each.reason.code).toBe('locked_out');
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  };

  test('are limited per address, and one network receives at most a quarter of a connection’s limit', async () => {
    const directoryFor = create({ outsiderLookUps: 8, outsiderLookUpsOfConnection: 80 });
    let found = 0;
    for (const source of subnetsOf('2001:db8:7')) found += await countFound(lookUp(directoryFor, source, 'b', 1));
    expect(found).toBe(20);
    expect(await countFound(lookUp(directoryFor, '192.0.2.8', 'c', 100))).toBe(1);
    clock.advanceSec(60);
    expect(await countFound(lookUp(directoryFor, '192.0.2.8', 'd', 100))).toBe(8);
  });
});
