import { z } from 'zod';
import type { RedisConfig } from '../../config/state.js';
import type { LedgerKey, LedgerStore } from '../../core/ports.js';
import { createRedisClient } from './redis-client.js';
import { putLedgerRows, runScript } from './redis-scripts.js';

/*
 * Each partition has a sorted set in byte order and a hash of "<version or nothing>:<1, or 0 for a tombstone>:<value>".
 * Both are in one cluster slot.
 */

const sortsGuard = z.array(z.string());
const valuesGuard = z.array(z.string().nullable());
const countGuard = z.number();

/** Creates the store of the decision log in Redis. */
export async function createRedisLedger(config: RedisConfig): Promise<LedgerStore> {
  const { client, orUnavailable } = createRedisClient(config);
  // If the first attempt to connect fails, the client continues in the background.
  await client.connect().catch(() => {});
  const setKey = (partition: string): string => `{${config.keyPrefix}ledger:${partition}}:s`;
  const hashKey = (partition: string): string => `{${config.keyPrefix}ledger:${partition}}:h`;

  const readValues = async (partition: string, sorts: readonly string[]): Promise<(string | null)[]> => {
    if (sorts.length === 0) return [];
    const found = valuesGuard.parse(await client.hmget(hashKey(partition), ...sorts));
    return found.map((text) => (text === null ? null : parseValue(text)));
  };

  return {
    async put(rows) {
      await orUnavailable(() =>
        eachPartition(rows, async (partition, own) => {
          const args = own.flatMap(({ sort, value, version }) => [
            sort,
            version ?? '',
            value === null ? 0 : 1,
            value ?? '',
          ]);
          await runScript(client, putLedgerRows, [setKey(partition), hashKey(partition)], args);
        }),
      );
    },
    async remove(keys) {
      await orUnavailable(() =>
        eachPartition(keys, async (partition, own) => {
          const sorts = own.map(({ sort }) => sort);
          await Promise.all([client.zrem(setKey(partition), ...sorts), client.hdel(hashKey(partition), ...sorts)]);
        }),
      );
    },
    async get(keys) {
      return orUnavailable(async () => {
        const found = new Map<LedgerKey, string | null>();
        await eachPartition(keys, async (partition, own) => {
          const values = await readValues(
            partition,
            own.map(({ sort }) => sort),
          );
          for (const [index, key] of own.entries()) found.set(key, values[index] ?? null);
        });
        return keys.map((key) => found.get(key) ?? null);
      });
    },
    async range({ partition, after, before }, limit, order) {
      return orUnavailable(async () => {
        const least = after === '' ? '-' : `(${after}`;
        const greatest = `(${before}`;
        const key = setKey(partition);
        const sorts = sortsGuard.parse(
          order === 'oldest first'
            ? await client.zrangebylex(key, least, greatest, 'LIMIT', 0, limit)
            : await client.zrevrangebylex(key, greatest, least, 'LIMIT', 0, limit),
        );
        const values = await readValues(partition, sorts);
        // Rows without a value are in the set, but not in the hash.
        return sorts.map((sort, index) => ({ sort, value: values[index] ?? '' }));
      });
    },
    async count({ partition, after, before }) {
      return orUnavailable(async () =>
        countGuard.parse(await client.zlexcount(setKey(partition), after === '' ? '-' : `(${after}`, `(${before}`)),
      );
    },
    async close() {
      client.disconnect();
    },
  };
}

function parseValue(text: string): string | null {
  const version = text.indexOf(':');
  return text[version + 1] === '1' ? text.slice(version + 3) : null;
}

async function eachPartition<Key extends LedgerKey>(
  keys: readonly Key[],
  work: (partition: string, own: readonly Key[]) => Promise<void>,
): Promise<void> {
  const partitions = new Map<string, Key[]>();
  for (const key of keys) {
    const own = partitions.get(key.partition);
    if (own === undefined) partitions.set(key.partition, [key]);
    else own.push(key);
  }
  await Promise.all([...partitions].map(([partition, own]) => work(partition, own)));
}
