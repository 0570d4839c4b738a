import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuditDeps, tokenChange } from '../../support/benches/audit.js';
import { createTestJobs } from '../../support/fakes/jobs.js';
import { createTestSecurityEventSigner, testIssuer } from '../../support/fakes/keys.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { eventually, until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import {
  type SecurityEventReceiverSimulator,
  startSecurityEventReceiver,
} from '../../support/servers/security-event-receiver.js';
import { createManualClock } from '../../test/contract/state.js';
import { auditEvents } from '../app/audit-events.js';
import { createFileAudit, type Trail } from '../audit/file.js';
import { securityEventReceiverGuard } from '../config/security-events.js';
import { takeLease } from '../core/lease.js';
import { readDeadLetters } from './dead-letters.js';
import { leaseOf } from './handover.js';
import { dequeue, enqueueEvent, readQueue } from './poll-queue.js';
import { createSets } from './set.js';
import { type EventStream, toStream } from './stream.js';
import { startTransmitter, type Transmitter } from './transmitter.js';
import { openRetry } from './undelivered.js';

const token = 'a-secret-of-the-receiver';
const signer = await createTestSecurityEventSigner();

let folder: string;
let clock: ReturnType<typeof createManualClock>;
let log: ReturnType<typeof createTextLog>;
let deps: ReturnType<typeof createAuditDeps>;
let trail: Trail;
let transmitter: Transmitter | null;
let outcomes: string[];
let waiting: Map<string, number>;
const simulators: SecurityEventReceiverSimulator[] = [];

beforeEach(async () => {
  folder = createFolder('events');
  clock = createManualClock();
  log = createTextLog();
  deps = createAuditDeps({ file: join(folder, 'audit.jsonl'), clock, log });
  trail = await createFileAudit(deps);
  transmitter = null;
  [outcomes, waiting] = [[], new Map()];
});
afterEach(async () => {
  await transmitter?.close();
  await trail.close();
  for (const simulator of simulators.splice(0)) await simulator.close();
});

/** A receiver at the other end of a real socket, as it is configured. */
async function addReceiver(id: string, given: Partial<EventStream> = {}) {
  const keys = (await signer.publicKeys()).map((key) => ({ ...key, x5c: [...key.x5c] }));
  const audience = `https://${id}.example.com`;
  const simulator = await startSecurityEventReceiver({ keys: { keys }, issuer: testIssuer, audience, token });
  simulators.push(simulator);
  const configured = securityEventReceiverGuard.parse({ id, url: simulator.url, audience, token });
  const receiver: EventStream = { ...toStream(configured), ...given };
  return { simulator, receiver };
}

const files = () => ({
  securityEvents: join(folder, 'security-events.json'),
  deadLetters: join(folder, 'dead-letters.jsonl'),
});

async function start(streams: readonly EventStream[], given: Partial<Parameters<typeof startTransmitter>[0]> = {}) {
  transmitter = await startTransmitter({
    auditEvents,
    streams,
    trail,
    files: files(),
    clock,
    random: systemRandom,
    log,
    state: deps.state,
    readStreams: async () => [],
    isStateShared: false,
    sets: createSets(signer, async (_connection, subject) => (subject === 'nobody' ? null : `${subject}@example.com`), {
      issuer: testIssuer,
      clock,
    }),
    fetch: (url, init) => fetch(url, init),
    sleep: async (ms, signal) => {
      clock.advanceSec(ms / 1000);
      await delay(5, undefined, { signal }).catch(() => {});
    },
    jobs: createTestJobs({ clock, log }, (_ms, signal) => delay(5, undefined, { signal }).catch(() => {})),
    onDelivery: (receiver, outcome) => void outcomes.push(`${receiver} ${outcome}`),
    onWaiting: (receiver, records) => void waiting.set(receiver, records),
    onEnded: (receiver) => void waiting.delete(receiver),
    ...given,
  });
}

async function stop(): Promise<void> {
  await transmitter?.close();
  transmitter = null;
}

const enrolled = (subject: string, former: string | null = null) =>
  trail.append({ action: 'enrolled', connection: 'work', subject, detail: tokenChange('a', { former }) });
const recovered = (subject: string, given: Parameters<typeof tokenChange>[1]) =>
  trail.append({ action: 'enrolment_recovered', connection: 'work', subject, detail: tokenChange('b', given) });
const revoked = (subject: string, connection = 'work') =>
  trail.append({ action: 'revoked', connection, subject, detail: { tokenId: 'a' } });

const told = ({ taken }: SecurityEventReceiverSimulator) =>
  taken.map(({ name, change, subject }) => [subject, name, change].filter((each) => each !== null).join(' '));

describe('security events sent to a receiver', () => {
  test('are enrolments, revocations and erasures in order, without checks and renewals', async () => {
    const { simulator, receiver } = await addReceiver('one');
    await start([receiver]);
    const anna = { connection: 'work', subject: 'anna' };
    await enrolled('anna');
    await trail.append({ action: 'verified', ...anna, detail: { tokenId: 'a' } });
    await trail.append({ action: 'renewed', ...anna, detail: tokenChange('b', { kind: 'renewal', former: 'a' }) });
    await recovered('anna', { kind: 'renewal', former: 'a' });
    await recovered('bea', {});
    await enrolled('anna', 'b');
    await revoked('anna');
    await trail.append({ action: 'subject_erased', ...anna, detail: { receiptId: 'r', tokenId: 'c', by: 'owner' } });
    await until(() => outcomes.length === 7);
    expect(told(simulator)).toEqual([
      'anna credential-change create',
      'bea credential-change create',
      'anna credential-change update',
      'anna credential-change revoke',
      'anna session-revoked',
      'anna credential-change delete',
      'anna session-revoked',
    ]);
    expect(simulator.taken[0]).toMatchObject({ connection: 'work' });
    expect(new Set(simulator.taken.map(({ jti }) => jti)).size).toBe(7);
    expect(outcomes).toEqual(Array.from({ length: 7 }, () => 'one delivered'));
    await until(() => waiting.get('one') === 0);
  });

  test('are only those of its configured connections and event types, and only about users', async () => {
    const { simulator, receiver } = await addReceiver('one', { connections: ['work'], events: ['session-revoked'] });
    await start([receiver]);
    await revoked('anna', 'home');
    await revoked('', 'api');
    await enrolled('anna');
    await revoked('bea');
    await until(() => simulator.taken.length === 1);
    expect(told(simulator)).toEqual(['bea session-revoked']);
    expect(simulator.requests()).toBe(1);
  });

  test('are the user’s risk level after each lockout, and nothing else, for a receiver of user-risk-change alone', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['user-risk-change'] });
    await start([receiver]);
    await revoked('anna');
    for (const level of [1, 2, 3]) {
      const detail = { level, until: '2026-11-20T21:00:00.000Z' };
      await trail.append({ action: 'locked_out', connection: 'work', subject: 'anna', detail });
    }
    await until(() => simulator.taken.length === 3);
    expect(simulator.taken.map(({ name, level }) => `${name} ${level}`)).toEqual([
      'user-risk-change medium',
      'user-risk-change high',
      'user-risk-change high',
    ]);
  });
});

describe('an event receiver with errors', () => {
  test('does not delay other receivers or the shutdown if it does not respond', async () => {
    const slow = await addReceiver('slow');
    const quick = await addReceiver('quick');
    slow.simulator.fail('hang');
    await start([slow.receiver, quick.receiver]);
    await enrolled('anna');
    await until(() => outcomes.includes('quick delivered') && slow.simulator.requests() === 1);
    expect(waiting.get('slow')).toBe(1);
    await stop();
    expect(slow.simulator.taken).toEqual([]);
    await start([slow.receiver, quick.receiver]);
    await until(() => slow.simulator.taken.length === 1);
    expect(quick.simulator.taken).toHaveLength(1);
  });

  test('receives the next event after it refuses one; the refused event becomes a dead letter without secrets', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    simulator.fail({ status: 400, body: '{"err":"invalid_key","description":"x"}' });
    await start([receiver]);
    await revoked('anna');
    await revoked('bea');
    await until(() => outcomes.length === 2);
    expect(told(simulator)).toEqual(['bea session-revoked']);
    const letters = await readDeadLetters(files().deadLetters);
    expect(letters).toMatchObject([{ receiver: 'one', event: 'session-revoked', sequence: 1, reason: 'invalid_key' }]);
    expect(readFileSync(files().deadLetters, 'utf8')).not.toMatch(new RegExp(`anna|${token}`));
    expect(outcomes).toEqual(['one dead', 'one delivered']);

    // Once the receiver has fixed its ways: under the id it refused, and then it is no dead letter any more.
    const retry = await openRetry(letters, [receiver], {
      auditEvents,
      clock,
      random: systemRandom,
      trail,
      files: files(),
      fetch,
      sets: createSets(signer, async () => null, { issuer: testIssuer, clock }),
    }).then((sendAgain) => () => sendAgain(letters[0]!));
    simulator.fail(503);
    expect(await retry()).toEqual({ kind: 'failed', reason: 'status 503' });
    expect(await readDeadLetters(files().deadLetters)).toEqual(letters);
    expect(await retry()).toEqual({ kind: 'delivered' });
    expect(simulator.taken.at(-1)).toMatchObject({ jti: letters[0]!.jti, subject: 'anna' });
    expect(await readDeadLetters(files().deadLetters)).toEqual([]);
  });

  test('does not receive events after a day of failures: they become dead letters after at least one attempt each', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    await start([receiver]);
    await stop();
    await revoked('anna');
    await revoked('bea');
    clock.advanceSec(86_401);
    await revoked('carl');
    simulator.fail(503, 503, 503);
    await start([receiver]);
    await until(() => outcomes.includes('one delivered'));
    expect(told(simulator)).toEqual(['carl session-revoked']);
    expect(outcomes).toEqual(['one dead', 'one dead', 'one failed', 'one delivered']);
    expect(await readDeadLetters(files().deadLetters)).toMatchObject([{ sequence: 1 }, { sequence: 2 }]);
  });
});

describe('a replica that stops', () => {
  test('its events for polls are taken over by another replica, also after the lease of a crashed replica', async () => {
    const { receiver } = await addReceiver('one', { delivery: { kind: 'poll' }, events: ['session-revoked'] });
    const ports = { state: deps.state, clock };
    const about = { txn: 'a:1', sequence: 1, connection: 'work', subject: 'bea', detail: {}, isAnonymous: false };
    const jtis = Array.from({ length: 100 }, (_, at) => `j-${at}`);
    for (const jti of jtis)
      await enqueueEvent('one', { ...about, jti, name: 'session-revoked', time: clock.now() }, ports);
    await start([receiver], { isStateShared: true });
    await revoked('anna');
    await until(() => waiting.get('one') === 1);
    await stop();

    await dequeue('one', new Set(jtis), ports);
    await takeLease(leaseOf('one'), 'crashed', ports);
    const leasedAt = clock.now();
    const other = await createFileAudit({ ...deps, file: join(folder, 'other.jsonl') });
    const otherFiles = { ...files(), securityEvents: join(folder, 'other.json') };
    await start([receiver], { isStateShared: true, trail: other, files: otherFiles });
    await eventually(async () =>
      expect(await readQueue('one', ports)).toMatchObject([{ event: { subject: 'anna', sequence: 1 } }]),
    );
    expect(clock.now() - leasedAt).toBeGreaterThanOrEqual(60_000);
    await stop();
    await other.close();
  });
});

describe('a stream that was created with the API', () => {
  test('starts with its creation, ends with its deletion, and continues after a restart', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    await revoked('long ago');
    clock.advanceSec(60);
    const made = { ...receiver, since: clock.now() };
    let streams: readonly EventStream[] = [made];
    const readStreams = async () => streams;
    await revoked('while no receiver was told');
    await start([], { readStreams });
    await until(() => simulator.taken.length === 1);

    const other = await addReceiver('other', { events: ['session-revoked'] });
    await revoked('just before');
    streams = [made, { ...other.receiver, since: clock.now() }];
    await revoked('just after');
    await until(() => other.simulator.taken.some(({ subject }) => subject === 'just after'));

    streams = [{ ...other.receiver, since: clock.now() }];
    await until(() => readFileSync(files().securityEvents, 'utf8').includes('"one"') === false);
    expect([...waiting.keys()]).toEqual(['other']);
    await stop();
    await revoked('later');
    await start([], { readStreams });
    await until(() => other.simulator.taken.at(-1)?.subject === 'later');
    expect(other.simulator.taken.filter(({ subject }) => subject === 'just after')).toHaveLength(1);
    expect(told(simulator).slice(0, 1)).toEqual(['while no receiver was told session-revoked']);
    expect(told(simulator)).not.toContain('later session-revoked');
  });
});
