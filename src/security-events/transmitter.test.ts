import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type SecurityEventReceiverSimulator,
  startSecurityEventReceiver,
} from '../../simulators/security-event-receiver.js';
import { createAuditDeps, tokenChange } from '../../test/audit.js';
import { createManualClock } from '../../test/contract/state.js';
import { createFolder } from '../../test/folder.js';
import { createTestJobs } from '../../test/jobs.js';
import { createTestSecurityEventSigner, testIssuer } from '../../test/keys.js';
import { createTextLog, systemRandom } from '../../test/sinks.js';
import { createFileAudit, type Trail } from '../audit/file.js';
import { securityEventReceiverGuard } from '../config/security-events.js';
import type { Random } from '../core/ports/platform.js';
import { FaceError } from '../errors.js';
import { readDeadLetters } from './dead-letters.js';
import { startTransmitterInTime } from './late-transmitter.js';
import { dequeue, jtiOf, readQueue } from './poll-queue.js';
import { retryDeadLetter } from './retry.js';
import { type EventStream, toStream } from './stream.js';
import type { Transmitter, TransmitterDeps } from './transmitter.js';

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
let slept: number[];
const simulators: SecurityEventReceiverSimulator[] = [];

beforeEach(async () => {
  folder = createFolder('events');
  clock = createManualClock();
  log = createTextLog();
  deps = createAuditDeps({ file: join(folder, 'audit.jsonl'), clock, log });
  trail = await createFileAudit(deps);
  transmitter = null;
  [outcomes, waiting, slept] = [[], new Map(), []];
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

async function start(streams: readonly EventStream[], given: Partial<TransmitterDeps> = {}) {
  transmitter = await startTransmitterInTime({
    ...{ streams, trail, files: files(), issuer: testIssuer, signer, clock, random: systemRandom, log },
    state: deps.state,
    readStreams: async () => [],
    findEmail: async (_connection, subject) => (subject === 'nobody' ? null : `${subject}@example.com`),
    fetch: (url, init) => fetch(url, init),
    sleep: async (ms, signal) => {
      slept.push(ms);
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

const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await delay(5);
};

const told = ({ taken }: SecurityEventReceiverSimulator) =>
  taken.map(({ name, change, subject }) => [subject, name, change].filter((each) => each !== null).join(' '));

describe('what a receiver is told', () => {
  test('enrolments, revocations and erasures of users, in order, but no checks and renewals', async () => {
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

  test('only of the connections and events it is configured for, and only about users', async () => {
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

  test('in the form it wants: by the e-mail address, inside the event too; who has none is not told', async () => {
    const { simulator, receiver } = await addReceiver('one', { subject: 'email', events: ['session-revoked'] });
    await start([receiver]);
    await revoked('anna');
    await revoked('nobody');
    await revoked('bea');
    await until(() => outcomes.length === 3);
    expect(simulator.taken.map(({ subject }) => subject)).toEqual(['anna@example.com', 'bea@example.com']);
    expect(outcomes).toEqual(['one delivered', 'one skipped', 'one delivered']);
    expect(log.text()).toMatch(/skipped: the user has no e-mail address/);
    expect(log.text()).not.toMatch(/anna|nobody/);
  });

  test('by the issuer of ID tokens, which names the connection', async () => {
    const { simulator, receiver } = await addReceiver('one', { subject: 'iss_sub', events: ['session-revoked'] });
    await start([receiver]);
    await revoked('anna');
    await until(() => simulator.taken.length === 1);
    expect(simulator.taken[0]).toMatchObject({ subject: 'anna', connection: 'work' });
  });

  test('while the provider does not answer, later', async () => {
    const { simulator, receiver } = await addReceiver('one', { subject: 'email', events: ['session-revoked'] });
    let isDown = true;
    const findEmail = async (_connection: string, subject: string) => {
      if (isDown) throw new FaceError('profile_unavailable');
      return `${subject}@example.com`;
    };
    await start([receiver], { findEmail });
    await revoked('anna');
    await until(() => outcomes.includes('one failed'));
    isDown = false;
    await until(() => simulator.taken.length === 1);
  });

  test('that a user’s risk rises with lockouts, and of nothing else, where it asks for that', async () => {
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

  test('nothing of what was before it was registered', async () => {
    const { simulator, receiver } = await addReceiver('one');
    await revoked('anna');
    await start([receiver]);
    await enrolled('bea');
    await until(() => simulator.taken.length === 1);
    expect(told(simulator)).toEqual(['bea credential-change create']);
  });

  test('on over the closing of a segment, and what was written while nobody told it', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    await start([receiver]);
    await revoked('first');
    await until(() => outcomes.length === 1);
    await stop();
    for (let each = 0; each < 30; each += 1) {
      await revoked(`day ${each}`);
      clock.advanceSec(86_400);
    }
    clock.advanceSec(-30 * 86_400);
    await start([receiver]);
    await revoked('last');
    await until(() => simulator.taken.length === 32);
    const days = Array.from({ length: 30 }, (_, each) => `day ${each} session-revoked`);
    expect(told(simulator)).toEqual(['first session-revoked', ...days, 'last session-revoked']);
  });
});

describe('a receiver in trouble', () => {
  test('is told again, later and later, under the same id', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    simulator.fail(500, 503, 429, 200, { status: 400, body: 'a proxy says no' }, 401);
    const chances = [0, 255, 128, 1, 200, 77];
    const drawn = chances.values();
    const random: Random = (bytes) => (bytes === 1 ? Uint8Array.of(drawn.next().value ?? 0) : systemRandom(bytes));
    await start([receiver], { random });
    slept.length = 0;
    await revoked('anna');
    await until(() => outcomes.includes('one delivered'));
    expect(outcomes).toEqual([...Array.from({ length: 6 }, () => 'one failed'), 'one delivered']);
    const delays = chances.map((chance, attempt) => 1000 * 2 ** attempt * (0.5 + chance / 512));
    // Beside them it sleeps while there is nothing to tell.
    expect(slept.filter((ms) => ms !== 1000 && ms !== 5000).slice(0, 6)).toEqual(delays);
    const ids = [...log.text().matchAll(/"jti":"([^"]+)"/g)].map(([, jti]) => jti);
    expect(new Set(ids)).toEqual(new Set([simulator.taken[0]!.jti]));
    expect(log.text()).not.toContain(token);
  });

  test('that cannot tell who sends is told again: nothing is wrong with the event', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    await start([receiver]);
    simulator.fail({ status: 400, body: '{"err":"authentication_failed","description":"Access token is expired."}' });
    await revoked('anna');
    await until(() => outcomes.length === 2 || outcomes.includes('one dead'));
    expect(outcomes).toEqual(['one failed', 'one delivered']);
  });

  test('that redirects is not followed', async () => {
    const [one, two] = [await addReceiver('one'), await addReceiver('two')];
    one.simulator.fail({ status: 307, body: '', location: two.simulator.url });
    await start([one.receiver]);
    await enrolled('anna');
    await until(() => outcomes.length === 2);
    expect(two.simulator.requests()).toBe(0);
    expect(outcomes).toEqual(['one failed', 'one delivered']);
  });

  test('that does not answer holds up no other, and no stop', async () => {
    const [slow, quick] = [await addReceiver('slow'), await addReceiver('quick')];
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

  test('that refuses an event gets the next one, and the refused one is a dead letter without anything secret', async () => {
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

    // Once the receiver has mended its ways: under the id it refused, and then it is no dead letter any more.
    const retry = () =>
      retryDeadLetter(letters[0]!, [receiver], {
        ...{ clock, trail, files: files(), issuer: testIssuer, signer, fetch },
        findEmail: async () => null,
      });
    simulator.fail(503);
    expect(await retry()).toEqual({ kind: 'failed', reason: 'status 503' });
    expect(await readDeadLetters(files().deadLetters)).toEqual(letters);
    expect(await retry()).toEqual({ kind: 'delivered' });
    expect(simulator.taken.at(-1)).toMatchObject({ jti: letters[0]!.jti, subject: 'anna' });
    expect(await readDeadLetters(files().deadLetters)).toEqual([]);
  });

  test('for a day is given up on, event by event, each after one try at least', async () => {
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

  test('has a day from when its stream is told on for what was held while it was paused', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    let stream: EventStream = { ...receiver, status: 'paused' };
    const readStreams = async () => [stream];
    await start([], { readStreams });
    await revoked('anna');
    await until(() => waiting.get('one') === 1);
    const looked = slept.length;
    await until(() => slept.length > looked + 5);
    clock.advanceSec(2 * 86_400);
    simulator.fail(503, 503);
    stream = { ...receiver, toldOnAt: clock.now() };
    await transmitter!.refresh();
    await until(() => outcomes.length > 0);
    // What is left to be told is left to the next start.
    await stop();
    await start([], { readStreams });
    await until(() => outcomes.some((each) => each !== 'one failed'));
    expect(outcomes).toEqual(['one failed', 'one failed', 'one delivered']);
    simulator.fail(...Array.from({ length: 1000 }, () => 503));
    await revoked('bea');
    await until(() => outcomes.length > 3);
    clock.advanceSec(86_401);
    await until(() => outcomes.includes('one dead'));
    expect(await readDeadLetters(files().deadLetters)).toMatchObject([{ sequence: 2 }]);
  });

  test('becomes a dead letter after one that a full disk cut off', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    writeFileSync(files().deadLetters, '{"jti":"cut o');
    simulator.fail({ status: 400, body: '{"err":"invalid_key"}' });
    await start([receiver]);
    await revoked('anna');
    await until(() => outcomes.length === 1);
    expect(await readDeadLetters(files().deadLetters)).toMatchObject([{ sequence: 1 }]);
  });
});

describe('a stream that was made over the API', () => {
  test('begins when it was made, wherever; ends when it is gone, and goes on after a restart', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    await revoked('long ago');
    clock.advanceSec(60);
    const made = { ...receiver, since: clock.now() };
    let streams: readonly EventStream[] = [made];
    const readStreams = async () => streams;
    await revoked('while nobody told it');
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
    expect(told(simulator).slice(0, 1)).toEqual(['while nobody told it session-revoked']);
    expect(told(simulator)).not.toContain('later session-revoked');
  });

  test('is told nothing that its receiver asks for no more, though it was tried before', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['credential-change', 'session-revoked'] });
    let isUp = false;
    let streams: readonly EventStream[] = [receiver];
    await start([], {
      readStreams: async () => streams,
      fetch: async (url, init) => (isUp ? fetch(url, init) : new Response(null, { status: 503 })),
    });
    await revoked('anna');
    await until(() => outcomes.includes('one failed'));
    streams = [{ ...receiver, events: ['session-revoked'] }];
    await transmitter?.refresh();
    // The try that was under way is over once the next event is tried.
    await until(() => /not delivered[^\n]*"event":"session-revoked"/.test(log.text()));
    isUp = true;
    await until(() => simulator.taken.length > 0);
    expect(told(simulator)).toEqual(['anna session-revoked']);
  });

  test('waits in the trail where its queue is full', async () => {
    const { receiver } = await addReceiver('one', { events: ['session-revoked'], delivery: { kind: 'poll' } });
    await start([receiver]);
    for (let each = 0; each < 103; each += 1) await revoked(`user ${each}`);
    await until(async () => (await readQueue('one', deps)).length === 100);
    const [first] = await readQueue('one', deps);
    await dequeue('one', new Set([jtiOf(first!)]), deps);
    await until(async () => {
      const queued = await readQueue('one', deps);
      const last = queued.at(-1);
      return queued.length === 100 && last?.kind === 'event' && last.event.subject === 'user 100';
    });
  });
});

describe('while the store is away', () => {
  test('it starts all the same, and tells of everything once the store answers', async () => {
    const { simulator, receiver } = await addReceiver('one', { events: ['session-revoked'] });
    await start([receiver]);
    await stop();
    let isAway = true;
    const readStreams = async () => {
      if (isAway) throw new FaceError('state_unavailable');
      return [];
    };
    await start([receiver], { readStreams });
    await revoked('anna');
    await expect(transmitter?.refresh()).rejects.toMatchObject({ code: 'state_unavailable' });
    await expect(transmitter?.verify(receiver, null)).rejects.toMatchObject({ code: 'state_unavailable' });
    isAway = false;
    await until(() => simulator.taken.length === 1);
    expect(told(simulator)).toEqual(['anna session-revoked']);
    await transmitter?.refresh();
  });

  test('it ends as soon as it is told to', async () => {
    await start([], {
      readStreams: async () => {
        throw new FaceError('state_unavailable');
      },
    });
    await stop();
  });

  test('a file of cursors that is spoilt is told at the start', async () => {
    writeFileSync(files().securityEvents, 'spoilt');
    await expect(start([])).rejects.toMatchObject({ code: 'state_unavailable' });
  });
});

test('a trail that was begun anew is told from its start', async () => {
  const { simulator, receiver } = await addReceiver('one');
  await start([receiver]);
  for (const subject of ['a', 'b', 'c']) await enrolled(subject);
  await until(() => outcomes.length === 3);
  await stop();
  await trail.close();
  for (const name of ['audit.jsonl', 'audit-chain']) rmSync(join(folder, name));
  trail = await createFileAudit(deps);
  await enrolled('d');
  await start([receiver]);
  await until(() => simulator.taken.length === 4);
  expect(told(simulator).at(-1)).toBe('d credential-change create');
});
