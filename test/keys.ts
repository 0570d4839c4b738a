import { createHmac } from 'node:crypto';
import { KeyMaterial } from '../src/core/concealed.js';
import type { Keys } from '../src/core/ports.js';
import { FaceError } from '../src/errors.js';

/**
 * Keys in memory, by version from 1; `null` is retired. The last is current.
 */
export function createKeysInMemory(...versions: readonly (Uint8Array | null)[]): Keys {
  return {
    currentVersion: async () => versions.length,
    mac: async (version, message) => {
      const key = versions[version - 1] ?? null;
      if (key === null) throw new FaceError('token_key_retired');
      return new KeyMaterial(createHmac('sha256', key).update(message).digest());
    },
  };
}
