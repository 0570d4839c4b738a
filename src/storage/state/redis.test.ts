import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../../../support/run/eventually.js';
import { projectRoot } from '../../../support/run/paths.js';
import { patientMs, useStateFolders } from '../../../support/run/state-folder.js';
import { hasRedis, type RedisServer, startRedis } from '../../../support/servers/redis.js';
import { runLedgerContract } from '../../../test/contract/ledger.js';
import { createManualClock, runStateContract } from '../../../test/contract/state.js';
import { filesOf } from '../../config/data-files.js';
import { stateGuard } from '../../config/state.js';
import { addSec, epochMs, toIso } from '../../core/units.js';
import { openLedger } from './open.js';

const describeOnRedis = hasRedis ? describe : describe.skip;

describeOnRedis('on one Redis server', () => {
  let server: RedisServer;
  /** Speaks to the server next to ours. */
  let plain: Redis;
  const settings = () => ({ kind: 'redis', url: server.url });
  const { newFolder, openIn, openFor, closeAll } = useStateFolders(settings);
  // A server of an earlier test would write the marker of the emptied store by its own clock.
  afterEach(closeAll);

  beforeAll(async () => {
    server = await startRedis();
    plain = new Redis(server.url);
  });
  afterAll(async () => {
    plain.disconnect();
    await server.stop();
  });

  /** An empty store, and a server that is reconciled with it. */
  const start = async () => {
    await plain.flushall();
    const clock = createManualClock(Date.now());
    const folder = newFolder();
    return { clock, folder, state: await openIn(folder, clock, {}, patientMs) };
  };

  runStateContract('redis', async (clock) => {
    await plain.flushall();
    return openFor(clock, async () => void (await plain.flushall()));
  });

  const files = filesOf({ dataFolder: 'unused', keys: { kind: 'local', folder: null } });
  const openLog = (given: object = settings()) => openLedger(stateGuard.parse(given), files);

  runLedgerContract('redis', async () => {
    await plain.flushall();
    return { ledger: await openLog(), reopen: openLog };
  });

  test('the error detail names the reason of a Redis refusal', async () => {
    const { state, clock } = await start();
    const write = () => state.write('key', 'x', { when: 'any', expiresAt: addSec(clock.now(), 60) });
    const failing = (text: string) => ({ code: 'state_unavailable', detail: { cause: expect.stringContaining(text) } });
    await plain.config('SET', 'maxmemory', '1');
    await expect(write()).rejects.toMatchObject(failing('memory is full'));
    await plain.config('SET', 'maxmemory', '0');
    await plain.call('REPLICAOF', '127.0.0.1', '1');
    await expect(write()).rejects.toMatchObject(failing('replica'));
    await plain.call('REPLICAOF', 'NO', 'ONE');
    // After `READONLY`, the client reconnects to find the master.
    await eventually(async () => expect(await write()).toBe(true));
  });

  test('expired entries are deleted, and all keys have the prefix', async () => {
    const { state, clock } = await start();
    const before = await plain.dbsize();
    const soon = epochMs(clock.now() + 30);
    for (let index = 0; index < 20; index += 1) {
      await state.write(`record:${index}`, 'x', { when: 'any', expiresAt: soon });
      // At once: a counter that ended between the two would begin again, with the later end.
      const amounts = [soon, addSec(clock.now(), 999)].map((expiresAt) => state.add(`counter:${index}`, 1, expiresAt));
      expect(await Promise.all(amounts)).toEqual([1, 2]);
    }
    expect((await plain.keys('*')).filter((key) => !key.startsWith('{facestep:'))).toEqual([]);
    await eventually(async () => expect(await plain.dbsize()).toBe(before));
  });

  test('after a flush, reads wait until the revocations of the audit trail are restored', async () => {
    const { state, clock, folder } = await start();
    const since = await state.storeEpoch();
    const later = toIso(addSec(clock.now(), 1000));
    const made = { keyVersion: 1, photos: 3, kind: 'enrolment', formerExpiresAt: null };
    const records: [string, Record<string, unknown>][] = [
      ['enrolled', { ...made, tokenId: 'former', expiresAt: later, former: null }],
      ['enrolled', { ...made, tokenId: 'newer', expiresAt: null, former: 'former' }],
      ['renewed', { ...made, tokenId: 'renewed', expiresAt: null, former: 'newer' }],
      ['enrolled', { ...made, tokenId: 'past', expiresAt: toIso(addSec(clock.now(), -60)), former: null }],
      ['revoked', { tokenId: 'past' }],
      ['revoked', { tokenId: null }],
      ['subject_erased', { receiptId: 'r', tokenId: 'erased', by: 'owner' }],
      ['verified', { tokenId: 'used' }],
    ];
    for (const [index, [action, detail]] of records.entries()) {
      const record = { sequence: index + 1, time: toIso(clock.now()), previous: null };
      appendFileSync(
        folder.files.audit,
        `${JSON.stringify({ ...record, action, connection: 'a', subject: 's', detail })}\n`,
      );
    }
    expect(await state.read('revoked:former')).toBeNull();
    await plain.flushall();
    const newEpoch = await state.storeEpoch();
    expect(newEpoch).toBe(addSec(clock.now(), 31));
    expect(newEpoch).toBeGreaterThan(since);
    const denied = ['former', 'newer', 'renewed', 'past', 'erased', 'used'];
    const found = await Promise.all(denied.map((tokenId) => state.read(`revoked:${tokenId}`)));
    expect(denied.filter((_, index) => found[index] !== null)).toEqual(['former', 'newer', 'erased']);
    expect(folder.audited).toEqual([
      { action: 'store_replaced', connection: '', subject: '', detail: { heldSince: toIso(newEpoch) } },
    ]);
    const life = await plain.pttl('{facestep:revoked:former}:r');
    // And a minute more, for servers whose clocks are behind.
    expect(life).toBeGreaterThan(960_000);
    expect(life).toBeLessThanOrEqual(1_060_000);
  });

  test('all servers agree on the epoch of a flushed store, and each audits it once', async () => {
    await plain.flushall();
    const clock = createManualClock(Date.now());
    const servers = await Promise.all(
      [1, 2, 3].map(async () => {
        const folder = newFolder();
        return { folder, state: await openIn(folder, clock, {}, patientMs) };
      }),
    );
    const held = () => Promise.all(servers.map(({ state }) => state.storeEpoch()));
    expect(new Set(await held()).size).toBe(1);
    await plain.flushall();
    clock.advanceSec(5);
    expect(new Set(await held())).toEqual(new Set([addSec(clock.now(), 31)]));
    await held();
    for (const { folder } of servers) expect(folder.audited).toHaveLength(1);
  });

  test('a flush between two calls is detected without a call', async () => {
    const { state, folder } = await start();
    await plain.flushall();
    await eventually(async () => expect(folder.audited).toHaveLength(1));
    await eventually(async () => expect(await state.read('a')).toBeNull());
  });

  test('while revocations cannot be restored, all reads fail', async () => {
    const { state, folder } = await start();
    mkdirSync(folder.files.audit);
    await plain.flushall();
    await expect(state.storeEpoch()).rejects.toThrow();
    await expect(state.read('a')).rejects.toThrow();
    rmSync(folder.files.audit, { recursive: true });
    expect(await state.read('a')).toBeNull();
  });

  test('an unresponsive server fails calls at once, is used again when it returns, and keeps its data', async () => {
    const { state, folder } = await start();
    await state.write('a', 1, { when: 'any', expiresAt: null });
    const since = await state.storeEpoch();
    server.process.kill('SIGSTOP');
    await expect(state.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
    server.process.kill('SIGCONT');
    await eventually(async () => expect((await state.read('a'))?.value).toBe(1));
    server.process.kill('SIGKILL');
    await eventually(() => expect(state.read('a')).rejects.toMatchObject({ code: 'state_unavailable' }));
    await server.restart('what it kept');
    await eventually(async () => expect((await state.read('a'))?.value).toBe(1));
    expect(await state.storeEpoch()).toBe(since);
    await server.restart('nothing');
    await eventually(async () => expect(await state.storeEpoch()).toBeGreaterThan(since));
    expect(await state.read('a')).toBeNull();
    expect(folder.audited).toHaveLength(1);
    await plain.ping();
  });

  test('a server that starts before Redis fails calls until Redis is available', async () => {
    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
    const folder = newFolder();
    const state = await openIn(folder, createManualClock());
    await expect(state.read('a')).rejects.toMatchObject({ code: 'state_unavailable' });
    expect(folder.logged).toContain('state store does not respond');
    await server.restart('nothing');
    await eventually(async () => expect(await state.read('a')).toBeNull());
  });

  test('the client needs only the Redis permissions that docs/state.md lists', async () => {
    await plain.flushall();
    const document = readFileSync(join(projectRoot, 'docs/state.md'), 'utf8');
    const [, keys = '', rights = ''] = /that user needs `(.*?)` and `(.*?)`/.exec(document) ?? [];
    await plain.call('ACL', 'SETUSER', 'facestep', 'on', '>secret', keys, '-@all', ...rights.split(' '));
    const url = `redis://facestep:secret@127.0.0.1:${server.port}`;
    const state = await openIn(newFolder(), createManualClock(Date.now()), { url });
    await state.write('a', 1, { when: 'absent', expiresAt: addSec(epochMs(Date.now()), 60) });
    expect((await state.read('a'))?.value).toBe(1);
    expect(await state.add('a', 1, addSec(epochMs(Date.now()), 60))).toBe(1);
    await state.delete('a');
    expect(await state.read('a')).toBeNull();
    const ledger = await openLog({ kind: 'redis', url });
    const key = { partition: 'p', sort: 'a' };
    const range = { partition: 'p', after: '', before: '~' };
    for (const [version, value] of ['x', null, 'y'].entries())
      await ledger.put([{ ...key, value, version, expiresAt: null }]);
    expect(await ledger.get([key])).toEqual(['y']);
    for (const order of ['newest first', 'oldest first'] as const)
      expect(await ledger.range(range, 9, order)).toEqual([{ sort: 'a', value: 'y' }]);
    expect(await ledger.count(range)).toBe(1);
    await ledger.remove([key]);
    expect(await ledger.count(range)).toBe(0);
    await ledger.close();
  });

  test('all ledger keys have the prefix, and removed rows leave no keys', async () => {
    // A server of its own: a store that an earlier test opened may write its epoch to the other one again.
    const own = await startRedis();
    const keysOf = new Redis(own.url);
    const ledger = await openLog({ kind: 'redis', url: own.url });
    await ledger.put([
      { partition: 'p', sort: 'a', value: 'x', version: 1, expiresAt: null },
      { partition: 'q', sort: 'a', value: '', version: null, expiresAt: null },
    ]);
    expect((await keysOf.keys('*')).filter((key) => !key.startsWith('{facestep:ledger:'))).toEqual([]);
    await ledger.remove(['p', 'q'].map((partition) => ({ partition, sort: 'a' })));
    expect(await keysOf.keys('*')).toEqual([]);
    await ledger.close();
    keysOf.disconnect();
    await own.stop();
  });

  test('the log and errors do not contain the password', async () => {
    await plain.flushall();
    await plain.config('SET', 'requirepass', 'hidden-password');
    const url = `redis://:hidden-password@127.0.0.1:${server.port}`;
    try {
      const folder = newFolder();
      const state = await openIn(folder, createManualClock(), { url });
      expect(await state.read('a')).toBeNull();
      const wrong = await openIn(folder, createManualClock(), { url: url.replace('hidden', 'wrong') });
      const error: unknown = await wrong.read('a').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'state_unavailable' });
      expect(inspect([error, folder.logged], { depth: 9 })).not.toMatch(/(hidden|wrong)-password/);
    } finally {
      await plain.config('SET', 'requirepass', '');
    }
  });
});
