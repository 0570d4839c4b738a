import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { createAuditDeps, tokenChange } from '../../support/benches/audit.js';
import { createTestJobs } from '../../support/fakes/jobs.js';
import { createTestSecurityEventSigner, testIssuer } from '../../support/fakes/keys.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { auditEvents } from '../app/audit-events.js';
import { createFileAudit, type Trail } from '../audit/file.js';
import { webhookGuard } from '../config/webhooks.js';
import { version } from '../core/base/version.js';
import { epochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { appendDeadLetter, readDeadLetters } from './dead-letters.js';
import { handOver, readPage, type UndeliveredEvent } from './handover.js';
import { createSets } from './set.js';
import { toWebhookStream } from './stream.js';
import { startTransmitter, type Transmitter } from './transmitter.js';
import { createUndelivered, openRetry } from './undelivered.js';

const secretOf = (letter: string): string => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`;
const sets = createSets(await createTestSecurityEventSigner(), async () => null, {
  issuer: testIssuer,
  clock: createManualClock(),
});
const who = { connection: 'work', subject: 'anna' };

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let trail: Trail;
let transmitter: Transmitter | null;
let deps: ReturnType<typeof createAuditDeps>;
let files: { securityEvents: string; deadLetters: string };
let outcomes: string[];
let received: Received[];
let status: number;
/** Text that a firewall in front of the receiver does not let through. */
let blocked: string | null;
/** True if requests with the blocked text are not answered, except the first. */
let hangs: boolean;
/** True if the server's pauses do not end. */
let isFrozen: boolean;
/** True if the replicas of the test have one state store. */
let isStateShared: boolean;
/** Number of waiting events that the metric shows. */
let waiting: number;
let headers: Record<string, string>;
/** Time that the server slept in its back-off, in milliseconds. */
let sleptMs: number;
const server = createServer(async (request, response) => {
  const body = await text(request);
  if (response.destroyed) return;
  received.push({ path: request.url, headers: request.headers, body });
  const isBlocked = blocked !== null && body.includes(blocked);
  if (isBlocked && hangs && received.length > 1) return;
  response.writeHead(isBlocked ? 406 : status, headers).end();
});

beforeEach(async () => {
  const folder = createFolder('webhooks');
  // Receivers compare the time of the signature with their own.
  const clock = { ...createManualClock(), now: () => epochMs(Date.now() + sleptMs) };
  deps = createAuditDeps({ file: join(folder, 'audit.jsonl'), clock, log: createTextLog() });
  files = { securityEvents: join(folder, 'cursors.json'), deadLetters: join(folder, 'dead.jsonl') };
  trail = await createFileAudit(deps);
  [transmitter, outcomes, received, status, blocked, headers, sleptMs] = [null, [], [], 204, null, {}, 0];
  [hangs, isFrozen, isStateShared, waiting] = [false, false, false, 0];
  await listen();
});
const listen = () => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterEach(async () => {
  await stopServer();
  await trail.close();
});

/** Stops facestep and the receiver, so that a request that the stop cut off is not received later. */
async function stopServer(): Promise<void> {
  await transmitter?.close();
  await new Promise((resolve) => server.close(resolve));
}

/** Stops facestep. The receiver forgets what it received. */
async function stop(): Promise<void> {
  await stopServer();
  await listen();
  [received, outcomes, waiting] = [[], [], 0];
}

const toStream = (settings: object = {}) => {
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/hook`;
  return toWebhookStream(webhookGuard.parse({ id: 'ticket', url, secret: secretOf('a'), ...settings }));
};

const ports = () => ({
  ...deps,
  auditEvents,
  sets,
  random: systemRandom,
  fetch: (url: string | URL, init?: RequestInit) => fetch(url, init),
});

/** Number of times that the transmitter began to read the trail from a position. */
let trailReads: number;
async function start(settings: object = {}): Promise<void> {
  trailReads = 0;
  const wait = (signal: AbortSignal) => delay(5, undefined, { signal }).catch(() => {});
  const sleep = (ms: number, signal: AbortSignal) => {
    // A receiver refuses a time that is far from its own, so only tests of failures skip the pauses.
    if (outcomes.includes('failed')) sleptMs += ms;
    return isFrozen ? delay(2 ** 30, undefined, { signal }).catch(() => {}) : wait(signal);
  };
  transmitter = await startTransmitter({
    ...ports(),
    streams: [toStream(settings)],
    readStreams: async () => [],
    isStateShared,
    trail: {
      ...trail,
      get file() {
        trailReads += 1;
        return trail.file;
      },
    },
    files,
    sleep,
    jobs: createTestJobs(deps, (_ms, signal) => wait(signal)),
    onDelivery: (_receiver, outcome) => void outcomes.push(outcome),
    onWaiting: (_receiver, events) => {
      waiting = events;
    },
    onEnded: () => {},
  });
}

const messages = () =>
  received.map(({ body }) => {
    const { type, data } = JSON.parse(body);
    return [type, data];
  });

describe('a webhook', () => {
  test('sends what happened to a person in order, without names, pictures, tokens and renewals', async () => {
    await start();
    await trail.append({ action: 'enrolled', ...who, detail: tokenChange('a', {}) });
    await trail.append({ action: 'renewed', ...who, detail: tokenChange('b', { kind: 'renewal', former: 'a' }) });
    await trail.append({ action: 'verified', ...who, detail: { tokenId: 'a', stepUpId: 's-1', application: 'shop' } });
    await trail.append({ action: 'verified', ...who, detail: { tokenId: 'a' } });
    await trail.append({ action: 'step_up_failed', ...who, detail: { stepUpId: 's-2' } });
    await trail.append({ action: 'step_up_abandoned', ...who, detail: { stepUpId: 's-3' } });
    // Anyone could send any number of these.
    await trail.append({ action: 'step_up_abandoned', ...who, detail: { stepUpId: 's-5', anonymous: true } });
    const wrong = { stepUpId: 's-4', chosen: 'another', reference: 'HELP-1' } as const;
    await trail.append({ action: 'hand_off_refused', ...who, detail: wrong });
    const ofTicket = { stepUpId: 's-6', anonymous: true, reference: 'HELP-2' } as const;
    await trail.append({ action: 'step_up_abandoned', ...who, detail: ofTicket });
    const until4 = '2026-11-28T08:00:00.000Z';
    await trail.append({ action: 'locked_out', ...who, detail: { level: 1, until: until4 } });
    const asked = { id: 'h-1', stepUpId: 's-3', reason: 'no_camera' } as const;
    await trail.append({ action: 'help_asked', ...who, detail: asked });
    await trail.append({ action: 'enrolled', ...who, detail: tokenChange('c', { former: 'a' }) });
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    const detail = { mode: 'enforce', file: 'shadow', by: 'owner' } as const;
    await trail.append({ action: 'connection_mode_switched', connection: 'work', subject: '', detail });
    const expired = { stepUpId: 's-7', reference: 'HELP-3' };
    await trail.append({ action: 'step_up_expired', ...who, detail: expired });
    await trail.append({ action: 'test_passed', ...who, detail: { stepUpId: 's-8', test: true } });
    await until(() => received.length === 13);
    expect(messages()).toEqual([
      ['enrolment.created', expect.objectContaining(who)],
      ['step_up.finished', { ...who, outcome: 'passed', stepUpId: 's-1', application: 'shop' }],
      ['step_up.finished', { ...who, outcome: 'failed', stepUpId: 's-2' }],
      ['step_up.finished', { ...who, outcome: 'abandoned', stepUpId: 's-3' }],
      ['step_up.finished', { ...who, outcome: 'failed', stepUpId: 's-4', reference: 'HELP-1' }],
      ['step_up.finished', { ...who, outcome: 'abandoned', stepUpId: 's-6', reference: 'HELP-2' }],
      ['person.locked_out', { ...who, level: 1, until: until4 }],
      ['help.requested', { ...who, id: 'h-1', reason: 'no_camera' }],
      ['enrolment.replaced', expect.objectContaining(who)],
      ['enrolment.ended', { ...who, reason: 'revoked' }],
      ['mode.changed', { connection: 'work', mode: 'enforce', by: 'owner' }],
      ['step_up.finished', { ...who, outcome: 'expired', stepUpId: 's-7', reference: 'HELP-3' }],
      ['step_up.finished', { ...who, outcome: 'passed', stepUpId: 's-8', test: true }],
    ]);
    expect(received.map(({ body }) => body).join()).not.toMatch(/tokenId|FV1/);
  });

  test('is verified by the library of Standard Webhooks with either secret during a rotation, and with no other', async () => {
    await start({ secret: secretOf('b'), previousSecret: secretOf('a') });
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    await until(() => received.length === 1);
    const [sent] = received as [Received];
    const verify = (letter: string, text = sent.body) =>
      new Webhook(secretOf(letter)).verify(text, sent.headers as Record<string, string>);
    expect(verify('a')).toMatchObject({ type: 'enrolment.ended' });
    expect(verify('b')).toMatchObject({ type: 'enrolment.ended' });
    expect(() => verify('c')).toThrow();
    expect(() => verify('a', sent.body.replace('revoked', 'erased'))).toThrow();
  });

  test('gets only the events and connections that it names', async () => {
    await start({ events: ['person.locked_out'], connections: ['work'] });
    const detail = { level: 2, until: '2026-11-28T08:00:00.000Z' };
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    await trail.append({ action: 'locked_out', connection: 'other', subject: 'bea', detail });
    await trail.append({ action: 'locked_out', ...who, detail });
    await until(() => received.length === 1);
    expect(messages()).toEqual([['person.locked_out', { ...who, ...detail }]]);
  });

  test('that does not answer gets the same messages again, and 410 ends the attempts', async () => {
    status = 503;
    await start();
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    await trail.append({ action: 'step_up_failed', ...who, detail: { stepUpId: 's-2' } });
    await until(() => received.length >= 4);
    expect(new Set(received.map((each) => each.headers['webhook-id'])).size).toBe(2);
    expect(received[0]!.headers['user-agent']).toBe(`facestep/${version}`);
    status = 410;
    await until(() => outcomes.filter((each) => each === 'dead').length === 2);
    const letters = (await readDeadLetters(files.deadLetters)).toSorted((one, other) => one.sequence - other.sequence);
    expect(letters).toMatchObject([
      { receiver: 'ticket', event: 'enrolment.ended', reason: 'status 410' },
      { receiver: 'ticket', event: 'step_up.finished', reason: 'status 410' },
    ]);

    status = 200;
    received = [];
    const sendAgain = await openRetry(letters, [toStream()], { ...ports(), trail, files });
    expect(await sendAgain(letters[0]!)).toEqual({ kind: 'delivered' });
    expect(received.map((each) => each.headers['webhook-id'])).toEqual([letters[0]!.jti]);
    expect(await readDeadLetters(files.deadLetters)).toHaveLength(1);
  });

  test('if the receiver refuses one event, that becomes a dead letter, and the later ones are sent at once', async () => {
    status = 403;
    await start();
    await trail.append({ action: 'step_up_abandoned', ...who, detail: { stepUpId: 's-1' } });
    await until(() => outcomes.includes('dead'));
    status = 204;
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    await until(() => outcomes.includes('delivered'));
    expect(messages().map(([type]) => type)).toEqual(['step_up.finished', 'enrolment.ended']);
    expect(await readDeadLetters(files.deadLetters)).toMatchObject([{ reason: 'status 403' }]);
  });

  test('if the receiver never accepts one event, the later ones are sent in the meantime, also after a restart', async () => {
    [blocked, hangs] = ['s-1', true];
    await start();
    await trail.append({ action: 'step_up_failed', ...who, detail: { stepUpId: 's-1' } });
    await until(() => received.length === 2);
    await trail.append({ action: 'step_up_failed', ...who, detail: { stepUpId: 's-2' } });
    await until(() => outcomes.includes('delivered'));
    const blockedId = received[0]!.headers['webhook-id'];
    hangs = false;
    await stop();
    blocked = null;
    await start();
    await until(() => outcomes.includes('delivered'));
    expect(received.map((each) => each.headers['webhook-id'])).toEqual([blockedId]);
  });

  test('if the receiver fails only for events of anonymous callers, others are sent without a pause', async () => {
    await start();
    await transmitter!.close();
    [blocked, isFrozen] = ['typed', true];
    for (let at = 0; at < 110; at += 1) {
      const detail = { stepUpId: `typed-${at}`, anonymous: true } as const;
      await trail.append({ action: 'step_up_failed', ...who, detail });
    }
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    await start();
    await until(() => outcomes.includes('delivered'));
    expect(outcomes.filter((each) => each === 'failed')).toHaveLength(100);
    expect(outcomes.filter((each) => each === 'dead')).toHaveLength(10);
  });

  test('has at most 100 dead letters of anonymous callers, and only the newest of a large file', async () => {
    const about = { receiver: 'ticket', event: 'step_up.finished', sequence: 1, chain: null } as const;
    const letter = { ...about, reason: 'status 422', time: '2026-11-28T08:00:00.000Z' };
    const append = (jti: string, isAnonymous: boolean) =>
      appendDeadLetter(files.deadLetters, { ...letter, jti, isAnonymous }, { random: systemRandom });
    await Promise.all(Array.from({ length: 110 }, (_, at) => append(`typed-${at}`, true)));
    expect(await readDeadLetters(files.deadLetters)).toHaveLength(100);
    const earlier = Array.from({ length: 5000 }, (_, at) => `${JSON.stringify({ ...letter, jti: `j-${at}` })}\n`);
    writeFileSync(files.deadLetters, earlier.join(''));
    expect(await append('last', false)).toBe(4001);
    const kept = await readDeadLetters(files.deadLetters);
    expect([kept.length, kept[0]?.jti, kept.at(-1)?.jti]).toEqual([1000, 'j-4001', 'last']);
  });

  test('after a restart, events that were not accepted are read from the trail in one pass', async () => {
    status = 500;
    await start();
    const ids = ['s-1', 's-2', 's-3', 's-4'];
    for (const stepUpId of ids) await trail.append({ action: 'step_up_failed', ...who, detail: { stepUpId } });
    const readStored = () => JSON.parse(readFileSync(files.securityEvents, 'utf8'));
    await until(() => Object.keys(readStored().receivers).length === 1 + ids.length);
    // The former version starts with this file after a rollback. It accepts no other fields.
    const former = z.strictObject({ chain: z.string(), receivers: z.record(z.string(), z.int().min(0)) });
    expect(former.parse(readStored()).receivers).toHaveProperty('ticket');
    await stop();
    status = 204;
    await start();
    await until(() => received.length === ids.length);
    expect(
      messages()
        .map(([, { stepUpId }]) => stepUpId)
        .toSorted(),
    ).toEqual(ids);
    expect(trailReads).toBe(2);
  });

  test('waits as long as the receiver asks in Retry-After', async () => {
    [status, headers] = [429, { 'retry-after': '120' }];
    await start();
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    await until(() => received.length >= 2);
    expect(sleptMs).toBeGreaterThanOrEqual(120_000);
  });

  test('sends no name that an anonymous caller may only have typed', async () => {
    await start();
    const typed = { connection: 'work', subject: '<script>' };
    const detail = { stepUpId: 's-1', anonymous: true } as const;
    await trail.append({ action: 'step_up_failed', ...typed, detail });
    await trail.append({ action: 'step_up_expired', ...typed, detail });
    await trail.append({ action: 'hand_off_refused', ...typed, detail: { ...detail, chosen: 'none' } });
    await until(() => received.length === 3);
    expect(messages().map(([, { subject }]) => subject)).toEqual([undefined, undefined, undefined]);
  });

  test('does not follow a redirect', async () => {
    [status, headers] = [302, { location: '/other' }];
    await start();
    await trail.append({ action: 'revoked', ...who, detail: { tokenId: 'c' } });
    await until(() => outcomes.includes('failed'));
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/hook']));
  });
});

describe('a replica that stops while the receiver is down', () => {
  const failed = (stepUpId: string) => trail.append({ action: 'step_up_failed', ...who, detail: { stepUpId } });
  const ids = () => messages().map(([, { stepUpId }]) => stepUpId);
  const readIndex = async () => (await deps.state.read('security-events-handover:ticket'))?.value;
  const failedEvent = (sequence: number, isAnonymous = false): UndeliveredEvent => {
    const about = { jti: `j-${sequence}`, txn: `other:${sequence}`, sequence, time: deps.clock.now(), isAnonymous };
    const detail = { outcome: 'failed', stepUpId: `${isAnonymous ? 'typed' : 's'}-${sequence}` };
    return { event: { ...who, ...about, name: 'step_up.finished', detail }, attempts: 0 };
  };

  test('a replica that stops hands over its events in order, none twice, also after its restart', async () => {
    const one = { trail, files };
    const open = async (name: string) => {
      const folder = createFolder(name);
      return {
        trail: await createFileAudit(createAuditDeps({ ...deps, file: join(folder, 'audit.jsonl') })),
        files: { securityEvents: join(folder, 'cursors.json'), deadLetters: join(folder, 'dead.jsonl') },
      };
    };
    const two = await open('webhooks-two');
    const three = await open('webhooks-three');
    const startAs = (replica: typeof one) => {
      ({ trail, files } = replica);
      return start();
    };
    // Three events are attempted, then the pause of an outage begins.
    [status, isFrozen, isStateShared] = [503, true, true];
    await startAs(one);
    for (const id of ['s-1', 's-2', 's-3', 's-4', 's-5']) await failed(id);
    await until(() => outcomes.length === 3);
    const webhookIds = received.map((each) => each.headers['webhook-id']);
    await stop();

    isFrozen = false;
    await startAs(two);
    await until(() => waiting === 5 && outcomes.length >= 5);
    await stop();

    status = 204;
    await startAs(three);
    await until(async () => JSON.stringify(await readIndex()) === '[]');
    expect(ids()).toEqual(['s-1', 's-2', 's-3', 's-4', 's-5']);
    expect(received.slice(0, 3).map((each) => each.headers['webhook-id'])).toEqual(webhookIds);
    await until(() => waiting === 0);
    await stop();

    for (const [replica, id] of [
      [two, 't'],
      [one, 's'],
    ] as const) {
      ({ trail } = replica);
      await failed(`${id}-6`);
      await startAs(replica);
      await until(() => outcomes.length >= 1);
      await failed(`${id}-7`);
      // An event whose answer did not arrive before the stop would be sent again.
      await until(() => outcomes.length >= 2);
      expect(ids()).toEqual([`${id}-6`, `${id}-7`]);
      await stop();
    }
    await Promise.all([two.trail.close(), three.trail.close()]);
  });

  test('hands over as many pages as it can if its stop is interrupted, and keeps the other events', async () => {
    const { state } = deps;
    let pages = 0;
    const write: typeof state.write = (key, ...rest) => {
      if (key.includes('handover-page:')) pages += 1;
      const isRefused = key.includes('handover-page:') && pages === 3;
      return isRefused ? Promise.reject(new FaceError('state_unavailable')) : state.write(key, ...rest);
    };
    deps = { ...deps, state: { ...state, write } };
    [status, isFrozen, isStateShared] = [503, true, true];
    await start();
    for (let at = 0; at < 120; at += 1) await failed(`s-${at}`);
    await until(() => outcomes.length === 3);
    await stop();
    expect(await readIndex()).toHaveLength(3);

    [status, isFrozen] = [204, false];
    await start();
    await until(async () => new Set(ids()).size === 120 && JSON.stringify(await readIndex()) === '[]');
    expect(ids()).toHaveLength(120);
  });

  test('hands over at most 100 events of anonymous callers, and keeps 900 others', async () => {
    [status, isFrozen, isStateShared] = [503, true, true];
    await start();
    for (const id of ['s-1', 's-2', 's-3']) await failed(id);
    await until(() => outcomes.length === 3);
    const detail = { stepUpId: 'typed', anonymous: true } as const;
    const typed = { action: 'step_up_failed', ...who, detail } as const;
    await Promise.all(Array.from({ length: 1010 }, () => trail.append(typed)));
    await failed('s-4');
    await stop();
    const pages = await Promise.all(
      z
        .array(z.string())
        .parse(await readIndex())
        .map((page) => readPage(page, deps)),
    );
    const handedOver = pages.flat().map(({ event }) => event.detail.stepUpId);
    expect(handedOver.filter((id) => id === 'typed')).toHaveLength(100);
    expect(handedOver.filter((id) => id !== 'typed')).toEqual(['s-1', 's-2', 's-3', 's-4']);
    const { receivers } = JSON.parse(readFileSync(files.securityEvents, 'utf8'));
    expect(Object.keys(receivers).filter((name) => name.startsWith('parked'))).toHaveLength(900);
  });

  test('leaves places for the pages of others while events of anonymous callers fail', async () => {
    for (let at = 0; at < 11; at += 1) await handOver(toStream(), [failedEvent(at, at < 10)], ports());
    [blocked, isStateShared] = ['typed', true];
    await start();
    await until(() => ids().includes('s-10'));
  });

  test('names the audit trail of an event that it took over and gave up, because it cannot send it again', async () => {
    await handOver(toStream(), [failedEvent(7)], ports());
    [status, isStateShared] = [403, true];
    await start();
    await until(() => outcomes.includes('dead'));
    status = 204;
    const undelivered = createUndelivered(async () => [toStream()], { ...ports(), trail, files });
    const reason = expect.stringMatching(/^record 7 is in the audit trail of another server, .* begins with other: /);
    expect(await undelivered.list()).toMatchObject([{ obstacle: reason }]);
    const unknown = { id: 'j-8', reason: 'not among the undelivered events of this server' };
    expect(await undelivered.retry(['j-7', 'j-8'])).toEqual([{ id: 'j-7', reason }, unknown]);
  });

  test('leaves no event behind if the store refuses to remove delivered ones for a while', async () => {
    for (let at = 0; at < 11; at += 1) await handOver(toStream(), [failedEvent(at)], ports());
    let refusesWrites = true;
    const { state } = deps;
    const write: typeof state.write = (key, ...rest) => {
      const isRefused = refusesWrites && /handover(-page)?:/.test(key);
      return isRefused ? Promise.reject(new FaceError('state_unavailable')) : state.write(key, ...rest);
    };
    deps = { ...deps, state: { ...state, write } };
    [status, isStateShared] = [503, true];
    await start();
    // Ten pages are taken over, and the eleventh counts as a full one.
    await until(() => waiting === 60);
    status = 204;
    await until(() => new Set(ids()).size === 11);
    refusesWrites = false;
    await until(async () => JSON.stringify(await readIndex()) === '[]');
  });
});
