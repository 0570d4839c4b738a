import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Keys, KeyVersion, Random } from '../../core/ports.js';
import { KeyMaterial } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { openKeyFile } from './key-file.js';
import type { OnKeysLoaded } from './key-notes.js';

const keyBytes = 32;
const lastVersion = 65_535;

const keyGuard = z
  .base64url()
  .transform((text) => Buffer.from(text, 'base64url'))
  .refine((bytes) => bytes.length === keyBytes);

const versionGuard = z.int().min(1).max(lastVersion);

/** Keys that are not retired. */
const fileGuard = z
  .strictObject({
    format: z.literal('facestep-keys-1'),
    current: versionGuard,
    keys: z.array(z.strictObject({ version: versionGuard, key: keyGuard })),
  })
  .refine(({ current, keys }) => keys.some(({ version }) => version === current))
  .refine(({ keys }) => new Set(keys.map(({ version }) => version)).size === keys.length)
  .refine(({ current, keys }) => keys.every(({ version }) => version <= current))
  .transform(({ current, keys }) => ({ current, keys: new Map(keys.map(({ version, key }) => [version, key])) }));

interface KeyRing {
  readonly current: KeyVersion;
  readonly keys: ReadonlyMap<KeyVersion, Buffer>;
}

export interface LocalKeys extends Keys {
  /** Versions that are not retired, ascending. */
  versions(): Promise<readonly KeyVersion[]>;
  /**
   * Adds a key and makes it current. Older tokens stay valid.
   * @param note - called first; if it fails, no key is added
   */
  rotate(note?: (version: KeyVersion) => Promise<void>): Promise<KeyVersion>;
  /**
   * Removes a version's key, which makes its tokens useless. Backups, and disks that keep overwritten blocks, may still
   * contain it.
   * @throws `request_malformed` for the current version; `token_key_retired` if there is no such key
   */
  retire(version: KeyVersion): Promise<void>;
}

/** Opens keys in a JSON file of mode 0600. Back up this file: without its keys, no token can be opened. */
export async function createLocalKeys({
  file,
  random,
  onKeysLoaded,
}: {
  readonly file: string;
  readonly random: Random;
  readonly onKeysLoaded?: OnKeysLoaded;
}): Promise<LocalKeys> {
  const keyFile = await openKeyFile({
    file,
    setting: 'keys',
    guard: fileGuard,
    toJson: ({ current, keys }: KeyRing) => ({
      format: 'facestep-keys-1',
      current,
      keys: [...keys].map(([version, key]) => ({ version, key: key.toString('base64url') })),
    }),
    make: () => ({ current: 1, keys: new Map([[1, Buffer.from(random(keyBytes))]]) }),
    random,
    onContent: ({ keys }) => onKeysLoaded?.('sealing', [...keys.keys()]),
  });

  return {
    currentVersion: async () => (await keyFile.read()).current,
    holds: async (version) => (await keyFile.read()).keys.has(version),
    versions: async () => [...(await keyFile.read()).keys.keys()].toSorted((a, b) => a - b),
    async mac(version, message) {
      const key = (await keyFile.read()).keys.get(version);
      if (key === undefined) throw new FaceError('token_key_retired');
      return new KeyMaterial(createHmac('sha256', key).update(message).digest());
    },
    rotate: (note) =>
      keyFile.change(async ({ current, keys }) => {
        const version = current + 1;
        if (version > lastVersion)
          throw new FaceError('config_invalid', { setting: 'keys', problem: 'no version left' });
        await note?.(version);
        const added = new Map([...keys, [version, Buffer.from(random(keyBytes))] as const]);
        return { to: { current: version, keys: added }, result: version };
      }),
    retire: (version) =>
      keyFile.change(({ current, keys }) => {
        if (version === current) throw new FaceError('request_malformed');
        if (!keys.has(version)) throw new FaceError('token_key_retired');
        return {
          to: { current, keys: new Map([...keys].filter(([held]) => held !== version)) },
          result: undefined,
        };
      }),
  };
}
