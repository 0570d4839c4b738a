import { describe, expect, test } from '@jest/globals';
import type { Clock, State } from '../../src/core/ports.js';
import { addSec, epochMs } from '../../src/core/units.js';

/** A clock the test moves by hand. */
export function createManualClock(startMs = 1_790_000_000_000): Clock & { advanceSec(seconds: number): void } {
  let now = epochMs(startMs);
  return {
    now: () => now,
    advanceSec: (seconds) => {
      now = addSec(now, seconds);
    },
  };
}

/** What every `State` must do. `open` is called anew for each test; `reopen` opens the same store again. */
export function runStateContract(
  name: string,
  open: (clock: Clock) => Promise<{ state: State; reopen(): Promise<State> }>,
): void {
  describe(`state: ${name}`, () => {
    const start = async () => {
      const clock = createManualClock();
      return { clock, ...(await open(clock)) };
    };
    const forever = { when: 'any', expiresAt: null } as const;

    test('reads back what was written, and null for what was not', async () => {
      const { state } = await start();
      const value = { list: [1, 'two', null], text: 'ü\u0000"' };
      expect(await state.write('a', value, forever)).toBe(true);
      expect((await state.read('a'))?.value).toEqual(value);
      expect(await state.read('b')).toBeNull();
    });

    test('what may be lost is written as everything else, under the same condition', async () => {
      const { state, reopen } = await start();
      const write = { when: 'absent', expiresAt: null, mayBeLost: true } as const;
      expect(await state.write('a', 1, write)).toBe(true);
      expect(await state.write('a', 2, write)).toBe(false);
      expect((await state.read('a'))?.value).toBe(1);
      await state.close();
      expect((await (await reopen()).read('a'))?.value).toBe(1);
    });

    test('a record is gone at its expiry, and its key is free again', async () => {
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

    test('of many writers to an absent key exactly one succeeds', async () => {
      const { state } = await start();
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, writer) => state.write('a', writer, { when: 'absent', expiresAt: null })),
      );
      expect(written.filter(Boolean)).toHaveLength(1);
    });

    test('of many writers over one revision exactly one succeeds', async () => {
      const { state } = await start();
      await state.write('a', 'first', forever);
      const { revision } = (await state.read('a'))!;
      const written = await Promise.all(
        Array.from({ length: 20 }, (_, writer) => state.write('a', writer, { when: { revision }, expiresAt: null })),
      );
      expect(written.filter(Boolean)).toHaveLength(1);
    });

    test('a revision never returns, not even after delete or expiry', async () => {
      const { state, clock } = await start();
      await state.write('a', 1, { when: 'any', expiresAt: addSec(clock.now(), 1) });
      const { revision } = (await state.read('a'))!;
      clock.advanceSec(2);
      expect(await state.write('a', 2, { when: { revision }, expiresAt: null })).toBe(false);
      await state.write('a', 3, forever);
      expect(await state.write('a', 4, { when: { revision }, expiresAt: null })).toBe(false);
      await state.delete('a');
      await state.write('a', 5, forever);
      expect((await state.read('a'))?.revision).not.toBe(revision);
    });

    test('a counter adds up under many callers and keeps its first expiry', async () => {
      const { state, clock } = await start();
      const expiresAt = addSec(clock.now(), 10);
      const sums = await Promise.all(Array.from({ length: 20 }, () => state.add('n', 1, expiresAt)));
      expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      clock.advanceSec(9);
      expect(await state.add('n', 1, addSec(clock.now(), 10))).toBe(21);
      clock.advanceSec(1);
      expect(await state.add('n', 1, addSec(clock.now(), 10))).toBe(1);
    });

    test('a counter goes down too, begins anew once deleted, and is no record', async () => {
      const { state, clock } = await start();
      const expiresAt = addSec(clock.now(), 10);
      await state.add('n', 3, expiresAt);
      expect(await state.add('n', -2, expiresAt)).toBe(1);
      expect(await state.read('n')).toBeNull();
      await state.delete('n');
      expect(await state.add('n', 1, expiresAt)).toBe(1);
    });

    test('deleting twice is no error', async () => {
      const { state } = await start();
      await state.write('a', 1, forever);
      await state.delete('a');
      await state.delete('a');
      expect(await state.read('a')).toBeNull();
    });

    test('what was written is there after a restart', async () => {
      const { state, reopen } = await start();
      await state.write('a', { kept: true }, forever);
      await state.close();
      const again = await reopen();
      expect((await again.read('a'))?.value).toEqual({ kept: true });
      await again.close();
    });

    test('a closed store refuses with state_unavailable', async () => {
      const { state } = await start();
      await state.close();
      await expect(state.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
      await expect(state.write('a', 1, forever)).rejects.toMatchObject({ code: 'state_unavailable' });
    });
  });
}
