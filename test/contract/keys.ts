import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Keys, KeyVersion } from '../../src/core/ports.js';

export interface KeysHarness {
  readonly keys: Keys;
  rotate(): Promise<KeyVersion>;
  retire(version: KeyVersion): Promise<void>;
  restart(): Promise<Keys>;
  close(): Promise<void>;
}

const message = new TextEncoder().encode('message');
const macOf = async (keys: Keys, version: KeyVersion, input: Uint8Array = message): Promise<string> =>
  (await keys.mac(version, input)).use((bytes) => Buffer.from(bytes).toString('hex'));

export function runKeysContract(name: string, setUp: () => Promise<KeysHarness>): void {
  describe(`keys contract: ${name}`, () => {
    let harness: KeysHarness;
    beforeEach(async () => {
      harness = await setUp();
    });
    afterEach(() => harness.close());

    test.each([0, 2, 65_535, 65_536, -1, 1.5, Number.NaN])(
      'refuses version %p, which does not exist',
      async (version) => {
        await expect(harness.keys.mac(version, message)).rejects.toMatchObject({ code: 'token_key_retired' });
        expect(await harness.keys.holds(version)).toBe(false);
      },
    );

    test('holds() returns true for every existing version and false for the next one', async () => {
      await harness.rotate();
      expect(await Promise.all([1, 2, 3].map((version) => harness.keys.holds(version)))).toEqual([true, true, false]);
    });

    test('refuses a retired version, in a new process too, and keeps the other versions', async () => {
      await harness.rotate();
      const kept = await macOf(harness.keys, 2);
      await harness.retire(1);
      for (const keys of [harness.keys, await harness.restart()]) {
        await expect(keys.mac(1, message)).rejects.toMatchObject({ code: 'token_key_retired' });
        expect(await macOf(keys, 2)).toBe(kept);
        expect(await keys.currentVersion()).toBe(2);
      }
    });

    test('starts at version 1 and increments on each rotation; an old version keeps its key', async () => {
      expect(await harness.keys.currentVersion()).toBe(1);
      const first = await macOf(harness.keys, 1);
      expect(await harness.rotate()).toBe(2);
      expect(await harness.rotate()).toBe(3);
      expect(await harness.keys.currentVersion()).toBe(3);
      expect(await macOf(harness.keys, 1)).toBe(first);
    });

    test('returns a 32-byte MAC that depends on the version and on every byte of the message', async () => {
      await harness.rotate();
      const macs = [
        await macOf(harness.keys, 1),
        await macOf(harness.keys, 2),
        await macOf(harness.keys, 1, new Uint8Array(1)),
        await macOf(harness.keys, 1, message.slice(1)),
        await macOf(harness.keys, 1, new Uint8Array(4096)),
      ];
      expect(new Set(macs).size).toBe(macs.length);
      expect(macs.every((mac) => /^[0-9a-f]{64}$/.test(mac))).toBe(true);
      expect(await macOf(harness.keys, 1)).toBe(macs[0]);
    });

    test('returns a new buffer on each call: wiping one does not affect the next', async () => {
      const first = await harness.keys.mac(1, message);
      first.wipe();
      expect(await macOf(harness.keys, 1)).not.toBe('0'.repeat(64));
    });
  });
}
