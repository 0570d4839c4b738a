import { afterEach, describe, expect, test } from '@jest/globals';
import type { Clock, State } from '../../src/core/ports.js';
import { addSec } from '../../src/core/units.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';

export { createManualClock };

export interface OpenedState {
  readonly state: State;
  reopen(): Promise<State>;
  lose(): Promise<void>;
}

export function runStateContract(name: string, open: (clock: Clock) => Promise<OpenedState>): void {
  describe(`state: ${name}`, () => {
    const opened: State[] = [];
    afterEach(async () => {
      for (const state of opened.splice(0)) await state.close();
    });
    const start = async () => {
      const clock = createManualClock();
      const { state, reopen, lose } = await open(clock);
      opened.push(state);
      const reopenTracked = async (): Promise<State> => {
        const again = await reopen();
        opened.push(again);
        return again;
      };
      return { clock, state, reopen: reopenTracked, lose };
    };
    const forever = { when: 'any', expiresAt: null } as const;

    test('reads back a written value, and null for an unknown key', async () => {
      const { state } = await start();
      const value = { list: [1, 'two', null], text: 'ü\u0000"' };
      expect(await state.write('a', value, forever)).toBe(true);
      expect((await state.read('a'))?.value).toEqual(value);
      expect(await state.read('b')).toBeNull();
    });

    test('reads many keys in their order, with null for an unknown or expired key', async () => {
      const { state, clock } = await start();
      await state.write('a', 1, forever);
      await state.write('b', [2], { when: 'any', expiresAt: addSec(clock.now(), 1) });
      await state.add('n', 3, addSec(clock.now(), 60));
      const valuesOf = async (keys: readonly string[]): Promise<unknown[]> =>
        (await state.readMany(keys)).map((found) => (found === null ? null : found.value));
      expect(await valuesOf(['b', 'nowhere', 'a', 'n'])).toEqual([[2], null, 1, null]);
      expect(await state.readMany(['a'])).toEqual([await state.read('a')]);
      clock.advanceSec(1);
      expect(await valuesOf(['a', 'b'])).toEqual([1, null]);
    });

    test('a write with relaxed durability applies its condition and survives a restart', async () => {
      const { state, reopen } = await start();
      const write = { when: 'absent', expiresAt: null, relaxedDurability: true } as const;
      expect(await state.write('a', 1, write)).toBe(true);
      expect(await state.write('a', 2, write)).toBe(false);
      expect((await state.read('a'))?.value).toBe(1);
      await state.close();
      expect((await (await reopen()).read('a'))?.value).toBe(1);
    });

    test('a record disappears at its expiry, and the key can be written again', async () => {
      const { state, clock } = await start();
      await state.write('a', 1, { when: 'absent', expiresAt: addSec(clock.now(), 10) });
      clock.advanceSec(9);
      expect(await state.read('a')).not.toBeNull();
      expect(await state.write('a', 2, { when: 'absent', expiresAt: null })).toBe(false);
      clock.advanceSec(1);
      expect(await state.read('a')).toBeNull();
      expect(await state.write('a', 3, { when: 'absent', expiresAt: null })).toBe(true);
      expect((await state.read('a'))?.value).toBe(3);
    });

    test('a revision is never used twice, not even after a deletion or an expiry', async () => {
      const { state, clock } = await start();
      await state.write('a', 1, { when: 'any', expiresAt: addSec(clock.now(), 60) });
      const { revision } = (await state.read('a'))!;
      clock.advanceSec(61);
      expect(await state.write('a', 2, { when: { revision }, expiresAt: null })).toBe(false);
      await state.write('a', 3, forever);
      expect(await state.write('a', 4, { when: { revision }, expiresAt: null })).toBe(false);
      await state.delete('a');
      await state.write('a', 5, forever);
      expect((await state.read('a'))?.revision).not.toBe(revision);
    });

    test('a counter adds up under concurrent callers and keeps its first expiry', async () => {
      const { state, clock } = await start();
      const expiresAt = addSec(clock.now(), 10);
      const sums = await Promise.all(Array.from({ length: 20 }, () => state.add('n', 1, expiresAt)));
      expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      clock.advanceSec(9);
      expect(await state.add('n', 1, addSec(clock.now(), 10))).toBe(21);
      clock.advanceSec(1);
      expect(await state.add('n', 1, addSec(clock.now(), 10))).toBe(1);
    });

    test('a counter can decrease, restarts at zero after a deletion, and cannot be read as a record', async () => {
      const { state, clock } = await start();
      const expiresAt = addSec(clock.now(), 10);
      await state.add('n', 3, expiresAt);
      expect(await state.add('n', -2, expiresAt)).toBe(1);
      expect(await state.read('n')).toBeNull();
      await state.delete('n');
      expect(await state.add('n', 1, expiresAt)).toBe(1);
    });

    test('distinguishes keys of any length and any characters', async () => {
      const { state } = await start();
      const keys = ['a}b', '{a}', '}', ' ', 'é\u0000', 'event:["x"]', `${'x'.repeat(3000)}1`, `${'x'.repeat(3000)}2`];
      const expiresAt = addSec((await start()).clock.now(), 60);
      for (const [index, key] of keys.entries()) {
        await state.write(key, index, forever);
        await state.add(key, 100 + index, expiresAt);
      }
      for (const [index, key] of keys.entries()) expect((await state.read(key))?.value).toBe(index);
      for (const [index, key] of keys.entries()) expect(await state.add(key, 1, expiresAt)).toBe(101 + index);
      for (const key of keys) await state.delete(key);
      for (const key of keys) expect(await state.read(key)).toBeNull();
    });

    test('two servers on one store: one conditional write succeeds, and a counter adds up', async () => {
      const { state, reopen, clock } = await start();
      const other = await reopen();
      const both = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? state : other));
      const made = await Promise.all(both.map((each) => each.write('a', 1, { when: 'absent', expiresAt: null })));
      expect(made.filter(Boolean)).toHaveLength(1);
      const { revision } = (await other.read('a'))!;
      const taken = await Promise.all(both.map((each) => each.write('a', 2, { when: { revision }, expiresAt: null })));
      expect(taken.filter(Boolean)).toHaveLength(1);
      const expiresAt = addSec(clock.now(), 60);
      const sums = await Promise.all(both.map((each) => each.add('n', 1, expiresAt)));
      expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    });

    test('the store epoch survives a restart and increases once the store was emptied', async () => {
      const { state, reopen, lose, clock } = await start();
      const since = await state.storeEpoch();
      expect(since).toBe(clock.now());
      clock.advanceSec(100);
      await state.close();
      const again = await reopen();
      expect(await again.storeEpoch()).toBe(since);
      await again.close();
      await lose();
      const emptied = await reopen();
      const newEpoch = await emptied.storeEpoch();
      expect(newEpoch).toBeGreaterThanOrEqual(clock.now());
      expect(newEpoch).toBeLessThanOrEqual(addSec(clock.now(), 31));
      expect(await (await reopen()).storeEpoch()).toBe(newEpoch);
    });

    test('a store epoch from a clock far ahead is replaced once the clock is right, and records remain', async () => {
      const { state, reopen, clock } = await start();
      const since = await state.storeEpoch();
      await state.write('a', 1, forever);
      clock.advanceSec(-60);
      expect(await state.storeEpoch()).toBe(since);
      clock.advanceSec(-7200);
      const newEpoch = await state.storeEpoch();
      expect(newEpoch).toBeLessThanOrEqual(addSec(clock.now(), 31));
      clock.advanceSec(100);
      expect(await state.storeEpoch()).toBe(newEpoch);
      const again = await reopen();
      expect(await again.storeEpoch()).toBe(newEpoch);
      expect((await again.read('a'))?.value).toBe(1);
    });

    test('a closed store refuses with state_unavailable', async () => {
      const { state } = await start();
      await state.close();
      await expect(state.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
      await expect(state.write('a', 1, forever)).rejects.toMatchObject({ code: 'state_unavailable' });
    });
  });
}
