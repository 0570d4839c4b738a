import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { type DataFiles, fileExists } from '../../../config/data-files.js';
import type { DynamoDbConfig, RedisConfig, StateConfig } from '../../../config/state.js';
import { type Check, compareClocks, type Finding, fail, pass, warn } from '../../../connections/provisioning.js';
import type { Ports } from '../../../core/deps.js';
import { addSec } from '../../../core/units.js';
import { openStore } from '../../../storage/state/open.js';
import { createReplicasCheck } from '../replicas.js';
import { absent, dataFolder } from './data-folder.js';

type Deps = Ports<'clock' | 'random' | 'log'>;

/** Creates the check that the store is durable and accepts a record, which is deleted again. */
export const createStateCheck = (config: StateConfig, files: DataFiles, deps: Deps): Check => ({
  title: 'State',
  needs: config.kind === 'sqlite' ? [dataFolder] : [],
  async run() {
    const finding = await checkStore(config, files, deps);
    return finding.verdict === 'fail' ? finding : ((await findWriteFault(config, files, deps)) ?? finding);
  },
});

/** Creates the check of the replicas on a shared store, for a command. */
export const createSharedReplicasCheck = (config: StateConfig, files: DataFiles, deps: Deps): Check => ({
  title: 'Replicas',
  needs: ['State'],
  async run() {
    const state = await openStore(config, { ...deps, files });
    if (state === null) return absent(files.state);
    try {
      return await createReplicasCheck({ state, clock: deps.clock }).run();
    } finally {
      await state.close();
    }
  },
});

async function checkStore(config: StateConfig, files: DataFiles, deps: Deps): Promise<Finding> {
  switch (config.kind) {
    case 'sqlite':
      return checkFile(files.state);
    case 'redis':
      return checkRedis(config, deps);
    case 'dynamodb':
      return checkTable(config, deps);
  }
}

async function findWriteFault(config: StateConfig, files: DataFiles, deps: Deps): Promise<Finding | null> {
  const store = await openStore(config, { ...deps, files });
  try {
    const expiresAt = addSec(deps.clock.now(), 60);
    await store?.write('doctor', true, { when: 'any', expiresAt, relaxedDurability: true });
    await store?.delete('doctor');
    return null;
  } catch (error) {
    return fail(
      `a record cannot be written${toReason(error)}`,
      'Let this server write to the store: docs/state.md lists the required rights.',
    );
  } finally {
    await store?.close();
  }
}

async function checkFile(file: string): Promise<Finding> {
  if (!(await fileExists(file))) return absent(file);
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return fail(`${file} is readable by others`, `chmod 600 ${file}`);
  }
  return pass(`${file} can be read and written`);
}

/** AWS refuses signed requests, and hooks refuse events, whose time differs by five minutes. */
const refusedSkewSec = 300;

const causeGuard = z.object({ detail: z.object({ cause: z.string() }) });

/** Returns the cause of a failed call as the end of a sentence. */
const toReason = (error: unknown): string => {
  const { data } = causeGuard.safeParse(error);
  return data === undefined ? '' : `: ${data.detail.cause}`;
};

async function checkRedis(config: RedisConfig, { clock }: Deps): Promise<Finding> {
  const { readRedisSettings } = await import('../../../storage/state/redis-client.js');
  const found = await readRedisSettings(config).catch(toReason);
  if (typeof found === 'string') {
    return fail(
      `Redis does not answer, or not to this user${found}`,
      'Check "state" in the configuration: address, password, TLS; and the firewall. docs/state.md lists the required rights.',
    );
  }
  const { servers, mayKeepLedger, date } = found;
  if (servers.some(({ isReplica }) => isReplica)) {
    return fail('this Redis server is a replica, so nothing can be written', 'Use the address of the master.');
  }
  if (config.cluster === null && servers.some(({ isCluster }) => isCluster)) {
    return fail('this Redis server is part of a cluster', 'Set state.cluster to the addresses of its nodes.');
  }
  if (servers.some(({ isFull }) => isFull)) {
    return fail('the memory of Redis is full, so nothing can be written', 'Raise maxmemory: docs/state.md.');
  }
  const evicting = servers.find(({ maxmemoryPolicy }) => maxmemoryPolicy !== 'noeviction');
  if (evicting !== undefined) {
    return fail(
      `when its memory is full, Redis evicts keys (maxmemory-policy ${evicting.maxmemoryPolicy})`,
      'Set maxmemory-policy to noeviction: an evicted revocation or used receipt becomes valid again.',
    );
  }
  if (servers.some(({ appendOnly }) => !appendOnly)) {
    return warn(
      'Redis writes no append-only file, so a restart loses recent or all data',
      'Set appendonly to yes, if the service allows it. docs/state.md describes the effects of a loss.',
    );
  }
  const clocks = date === null ? null : compareClocks({ here: clock.now(), date, whose: 'Redis' }, refusedSkewSec);
  if (clocks !== null && clocks.verdict !== 'pass') return clocks;
  if (!mayKeepLedger) {
    return warn(
      'this user of Redis may not use sorted sets and hashes, so the log of decisions is not stored',
      'Give the user every right that docs/state.md names.',
    );
  }
  return pass(`Redis answers (${servers.length === 1 ? '1 server' : `${servers.length} servers`}) and stores data`);
}

async function checkTable(config: DynamoDbConfig, { clock }: Deps): Promise<Finding> {
  const { readTableSettings } = await import('../../../storage/state/dynamodb-settings.js');
  const { table } = config;
  const found = await readTableSettings(config).catch(toReason);
  if (typeof found === 'string') {
    return fail(
      `there is no table ${table}, or it cannot be read${found}`,
      'Create it as described in docs/state.md, and grant this server the rights listed there.',
    );
  }
  if (found.keys !== 'pk:HASH:S') {
    return fail(
      `the table ${table} has other keys (${found.keys})`,
      'Create one whose only key is pk, a string: docs/state.md.',
    );
  }
  const clocks = compareClocks({ here: clock.now(), date: found.date, whose: 'DynamoDB' }, refusedSkewSec);
  if (clocks.verdict !== 'pass') return clocks;
  if (found.ledgerIndex !== 'lp:HASH:S, ls:RANGE:S') {
    return warn(
      `the table ${table} has no index "ledger", so the log of decisions cannot be read`,
      'Add it as described in docs/state.md: a hash key lp and a range key ls, both strings, with all attributes.',
    );
  }
  if (!found.removesExpired) {
    return warn(
      `the table ${table} keeps expired items, and grows without limit`,
      'Turn its time-to-live on, with the attribute ttl: docs/state.md.',
    );
  }
  return pass(`the table ${table} exists, and removes expired items`);
}
