import { z } from 'zod';
import type { RedisConfig } from '../../config/state.js';
import type { Clock, Log, Random, StateRecord, WriteCondition } from '../../core/ports.js';
import { createRedisClient } from './redis-client.js';
import { addToCounter, readRecords, runScript, writeRecord } from './redis-scripts.js';
import { newRevision, type Store } from './store-epoch.js';

const replyGuard = z.union([z.literal(0), z.literal(1)]);
const textsGuard = z.array(z.string());
const sumGuard = z.string().transform(Number);

/**
 * Creates the state store in Redis 6.2 or later, or Valkey. A write that timed out may have succeeded; repeating it
 * with the same condition never consumes anything twice.
 */
export async function createRedisStore(
  config: RedisConfig,
  { clock, random, log, answerWithinMs }: { clock: Clock; random: Random; log: Log; answerWithinMs?: number },
): Promise<Store> {
  const onFault = (cause: string | null): void => log.warn('state store cannot be reached', { cause });
  const { client, orUnavailable } = createRedisClient(config, onFault, answerWithinMs);
  let isConnected = false;
  client.on('ready', () => {
    isConnected = true;
    log.info('state store connected');
  });
  client.on('close', () => {
    // Failed attempts to connect also emit `close`.
    if (isConnected) log.warn('state store not connected');
    isConnected = false;
  });
  // If the first attempt to connect fails, the client continues in the background.
  await client.connect().catch(() => {});

  // Because of the braces, record and counter of a key are in one cluster slot.
  const recordKey = (key: string): string => `{${config.keyPrefix}${key}}:r`;
  const counterKey = (key: string): string => `{${config.keyPrefix}${key}}:c`;

  const read = (key: string): Promise<StateRecord | null> =>
    orUnavailable(async () => {
      const found = await client.get(recordKey(key));
      return found === null ? null : parseRecord(found, clock);
    });

  return {
    parts: config.cluster === null ? 'one' : 'many',
    onInterruption(listener) {
      client.on('close', listener);
      // A node that joins the cluster may have lost its data before.
      client.on('+node', listener);
    },
    read,
    async readMany(keys) {
      // In a cluster, keys are in different slots, so each is read by its own command.
      if (config.cluster !== null) return Promise.all(keys.map(read));
      return orUnavailable(async () => {
        const found = textsGuard.parse(await runScript(client, readRecords, keys.map(recordKey), []));
        return found.map((text) => (text === '' ? null : parseRecord(text, clock)));
      });
    },
    async write(key, value, { when, expiresAt }) {
      return orUnavailable(async () => {
        const now = clock.now();
        const life =
          expiresAt === null
            ? ['', JSON.stringify(value), '']
            : [expiresAt, JSON.stringify(value), Math.ceil(expiresAt - now)];
        const args = [newRevision(random), ...life, toCondition(when), now];
        return replyGuard.parse(await runScript(client, writeRecord, [recordKey(key)], args)) === 1;
      });
    },
    async add(key, amount, expiresAt) {
      return orUnavailable(async () => {
        const now = clock.now();
        const args = [amount, expiresAt, Math.ceil(expiresAt - now), now];
        return sumGuard.parse(await runScript(client, addToCounter, [counterKey(key)], args));
      });
    },
    async delete(key) {
      await orUnavailable(() => client.del(recordKey(key), counterKey(key)));
    },
    async close() {
      isConnected = false;
      client.disconnect();
    },
  };
}

const toCondition = (when: WriteCondition): string | number => (typeof when === 'string' ? when : when.revision);

function parseRecord(text: string, clock: Clock): StateRecord | null {
  const [revision = '', expiry = ''] = text.split(' ', 2);
  if (expiry !== '' && Number(expiry) <= clock.now()) return null;
  return { revision: Number(revision), value: JSON.parse(text.slice(revision.length + expiry.length + 2)) };
}
