import type { AwsKmsConfig } from '../config/keys.js';
import { KeyMaterial } from '../core/concealed.js';
import type { Keys } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { AwsKmsCalls } from './aws-kms-calls.js';
import { createMacCache } from './mac-cache.js';

/**
 * For how long an output of KMS is used again: a check that is repeated, or retried, costs no second call. It opens nothing
 * but the one token it was made for, and only beside the right face; whoever reads the memory of this process reads it
 * while a check runs, too.
 */
const keepMs = 10_000;
const keptAtMost = 1000;

/** The version that seals new tokens. */
export const currentOf = ({ sealing, current }: Pick<AwsKmsConfig, 'sealing' | 'current'>): number =>
  current ?? Math.max(...sealing.map(({ version }) => version));

/**
 * Keys that never leave AWS KMS: a token is sealed and opened by one `GenerateMac`. A key that is disabled or deleted there
 * retires its version, within the seconds that outputs are kept.
 */
export function createAwsKmsKeys(config: Pick<AwsKmsConfig, 'sealing' | 'current'>, calls: AwsKmsCalls): Keys {
  const keyIds = new Map(config.sealing.map(({ version, keyId }) => [version, keyId]));
  const current = currentOf(config);
  const cache = createMacCache({ keepMs, limit: keptAtMost });

  return {
    currentVersion: async () => current,
    // As configured: what is disabled there may be enabled again.
    holds: async (version) => keyIds.has(version),
    async mac(version, message) {
      const keyId = keyIds.get(version);
      if (keyId === undefined) throw new FaceError('token_key_retired');
      return cache.take(`${version}:${Buffer.from(message).toString('base64url')}`, async () => {
        const mac = await calls.generateMac(keyId, message);
        if (mac !== null) return new KeyMaterial(mac);
        // New tokens are under this one: it is not retired but missing.
        if (version === current)
          throw new FaceError('key_service_unavailable', { keyId, reason: 'disabled or deleted' });
        throw new FaceError('token_key_retired', { keyId });
      });
    },
  };
}
