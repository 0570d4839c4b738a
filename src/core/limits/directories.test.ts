import { beforeEach, describe, expect, test } from '@jest/globals';
import { noteLookUps } from '../../../test/counted.js';
import { createManualClock } from '../../../test/manual-clock.js';
import { standardSettings } from '../../../test/settings.js';
import { createMemoryProfile, loginOf } from '../../../test/simulated-profile.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import type { Limits } from '../deps.js';
import { createConsumeLimits, createDirectories, type DirectoryFor } from './limits.js';

const clock = createManualClock();
let profile: ReturnType<typeof createMemoryProfile>;
let asked: string[];
beforeEach(() => {
  profile = createMemoryProfile(['anna', 'berta']);
  asked = noteLookUps(profile);
});

const create = (limits: Partial<Limits> = {}): DirectoryFor => {
  const settings = { ...standardSettings, limits: { ...standardSettings.limits, ...limits } };
  const state = createSqliteState({ file: ':memory:', clock });
  return createDirectories(
    { id: 'work', profile },
    { clock, consumeLimits: createConsumeLimits({ clock, state, settings }) },
  );
};
const outsiderAt = (source: string) => ({ kind: 'anonymous' as const, source });
const known = { kind: 'first_factor' } as const;

describe('what outsiders asked a moment ago', () => {
  test.each(['anna', 'nobody'])('is not asked again, whoever it is: %s', async (name) => {
    const directoryFor = create();
    const ask = async (source: string) => {
      const directory = directoryFor(outsiderAt(source));
      const id = await directory.readAccount(name).catch(({ code }) => code);
      return [await directory.findAccount(loginOf(name)), id];
    };
    const first = await ask('192.0.2.7');
    expect(asked).toHaveLength(2);
    clock.advanceSec(59);
    expect(await ask('192.0.2.8')).toEqual(first);
    expect(asked).toHaveLength(2);
    clock.advanceSec(1);
    expect(await ask('192.0.2.7')).toEqual(first);
    expect(asked).toHaveLength(4);
  });

  test('is nothing to known requests: each asks for itself', async () => {
    const directoryFor = create({ outsiderLookUps: 1, outsiderLookUpsOfConnection: 1 });
    for (let n = 0; n < 10; n += 1) await directoryFor(known).findAccount(loginOf('anna'));
    expect(asked).toHaveLength(10);
    expect(await directoryFor(outsiderAt('192.0.2.7')).findAccount(loginOf('anna'))).toMatchObject({ subject: 'anna' });
    expect(asked).toHaveLength(11);
  });
});

describe('what outsiders may ask', () => {
  const taken = async (directoryFor: DirectoryFor, source: string, names: readonly string[]) => {
    const { findAccount } = directoryFor(outsiderAt(source));
    const outcomes = await Promise.allSettled(names.map((name) => findAccount(name)));
    for (const each of outcomes) if (each.status === 'rejected') expect(each.reason.code).toBe('locked_out');
    return outcomes.filter(({ status }) => status === 'fulfilled').length;
  };
  const namesOf = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, n) => `${prefix}${n}@example.com`);

  test('is bounded by address and by connection, each question by what it is', async () => {
    const directoryFor = create({ outsiderLookUps: 20, outsiderLookUpsOfConnection: 50 });
    expect(await taken(directoryFor, '192.0.2.7', namesOf('a', 100))).toBe(20);
    expect(await taken(directoryFor, '192.0.2.8', namesOf('b', 100))).toBe(20);
    expect(await taken(directoryFor, '192.0.2.9', namesOf('c', 100))).toBe(10);
    expect(await taken(directoryFor, '192.0.2.10', namesOf('d', 100))).toBe(0);
    expect(asked).toHaveLength(50);
    // What is remembered costs nothing.
    expect(await taken(directoryFor, '192.0.2.10', namesOf('a', 20))).toBe(20);
    expect(await directoryFor(known).findAccount(loginOf('anna'))).toMatchObject({ subject: 'anna' });
    clock.advanceSec(60);
    expect(await taken(directoryFor, '192.0.2.10', namesOf('d', 100))).toBe(20);
  });
});
