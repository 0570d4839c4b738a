import type { AwsKmsConfig } from '../../config/keys.js';
import type { Keys } from '../../core/ports.js';
import { KeyMaterial } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import type { AwsKmsCalls } from './aws-kms-calls.js';

export function createMacCache({ keepMs, limit }: { readonly keepMs: number; readonly limit: number }) {
  const kept = new Map<string, Promise<KeyMaterial | null>>();

  const drop = (name: string, entry: Promise<KeyMaterial | null>): void => {
    if (kept.get(name) === entry) kept.delete(name);
    // The cached MAC is wiped only after waiting callers have copied it.
    void entry.then(
      (material) => material?.wipe(),
      () => {},
    );
  };

  const add = (name: string, derive: () => Promise<KeyMaterial | null>): Promise<KeyMaterial | null> => {
    for (const [oldest, entry] of kept) if (kept.size >= limit) drop(oldest, entry);
    const entry = derive();
    kept.set(name, entry);
    void entry.then(
      () => setTimeout(drop, keepMs, name, entry).unref(),
      () => drop(name, entry),
    );
    return entry;
  };

  return {
    /** Returns a copy of an output. Concurrent callers share one derivation; failures are not cached, `null` is. */
    async take(name: string, derive: () => Promise<KeyMaterial | null>): Promise<KeyMaterial | null> {
      const material = await (kept.get(name) ?? add(name, derive));
      return material === null ? null : material.use((bytes) => new KeyMaterial(Uint8Array.from(bytes)));
    },
  };
}

/**
 * Time for which outputs are cached, so that a retry needs no second call. An output is useless without the token and
 * the right face.
 */
const keepMs = 10_000;
const keptAtMost = 1000;

export const currentOf = ({ sealing, current }: Pick<AwsKmsConfig, 'sealing' | 'current'>): number =>
  current ?? Math.max(...sealing.map(({ version }) => version));

/**
 * Creates sealing keys in AWS KMS, with one `GenerateMac` per token. Tokens of a disabled or deleted key are refused
 * once their MAC has left the cache. A key that is enabled again works once the refusal has left it.
 */
export function createAwsKmsKeys(config: Pick<AwsKmsConfig, 'sealing' | 'current'>, calls: AwsKmsCalls): Keys {
  const keyIds = new Map(config.sealing.map(({ version, keyId }) => [version, keyId]));
  const current = currentOf(config);
  const cache = createMacCache({ keepMs, limit: keptAtMost });

  return {
    currentVersion: async () => current,
    // A disabled key counts as held, because it may be enabled again.
    holds: async (version) => keyIds.has(version),
    async mac(version, message) {
      const keyId = keyIds.get(version);
      if (keyId === undefined) throw new FaceError('token_key_retired');
      const material = await cache.take(`${version}:${Buffer.from(message).toString('base64url')}`, async () => {
        const mac = await calls.generateMac(keyId, message);
        return mac === null ? null : new KeyMaterial(mac);
      });
      if (material !== null) return material;
      // New tokens cannot be sealed without this key, so this is an outage.
      if (version === current) throw new FaceError('key_service_unavailable', { keyId, reason: 'disabled or deleted' });
      throw new FaceError('token_key_retired', { keyId });
    },
  };
}
