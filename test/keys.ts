import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyMaterial } from '../src/core/concealed.js';
import type { Keys, Signer } from '../src/core/ports.js';
import { FaceError } from '../src/errors.js';
import { createLocalSigner } from '../src/keys/local-signer.js';
import { systemRandom } from './simulators/sinks.js';

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

/** A real signer with a key of its own. */
export async function createTestSigner(): Promise<Signer> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-signer-'));
  try {
    return await createLocalSigner({ file: join(folder, 'signing-keys.json'), random: systemRandom });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In whose name the tests' receipts are signed. */
export const testIssuer = 'https://face.example.com';
