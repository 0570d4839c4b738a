import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createAuditDeps } from '../../support/benches/audit.js';
import { createTestSecurityEventSigner, testIssuer } from '../../support/fakes/keys.js';
import { createTextLog, systemRandom } from '../../support/fakes/sinks.js';
import { createFolder } from '../../support/run/folder.js';
import { createManualClock } from '../../test/contract/state.js';
import { securityEventReceiverGuard } from '../config/security-events.js';
import { readDeadLetters } from './dead-letters.js';
import { createPoll, pollRequestGuard } from './poll.js';
import { enqueueEvent, readQueue } from './poll-queue.js';
import { createSets } from './set.js';
import { type EventStream, toStream } from './stream.js';

const signer = await createTestSecurityEventSigner();
const stream = toStream(
  securityEventReceiverGuard.parse({ id: 'siem', url: null, audience: 'https://siem.example.com', token: 'a-token' }),
);

let clock: ReturnType<typeof createManualClock>;
let deadLetters: string;
let deps: Parameters<typeof createPoll>[0];
let outcomes: string[];
beforeEach(() => {
  const folder = createFolder('poll');
  clock = createManualClock();
  deadLetters = join(folder, 'dead-letters.jsonl');
  outcomes = [];
  deps = {
    clock,
    random: systemRandom,
    log: createTextLog(),
    sets: createSets(signer, async () => null, { issuer: testIssuer, clock }),
    state: createAuditDeps({ file: join(folder, 'audit.jsonl'), clock }).state,
    files: { deadLetters },
    sleep: async (ms) => clock.advanceSec(ms / 1000),
    onDelivery: (_stream, outcome) => void outcomes.push(outcome),
  };
});

const ask = (request: object = {}, of: EventStream = stream) =>
  createPoll(deps)(of, pollRequestGuard.parse(request), new AbortController().signal);

const event = { txn: 'a:1', sequence: 1, connection: 'work', subject: 'anna', detail: {}, isAnonymous: false };
const enqueue = (jti: string, name: 'credential-change' | 'session-revoked' = 'session-revoked') =>
  enqueueEvent(stream.id, { ...event, jti, name, time: clock.now() }, deps);

describe('the polling of security events', () => {
  test('skips and removes events that the stream no longer requests', async () => {
    await enqueue('a', 'credential-change');
    await enqueue('b');
    const narrowed: EventStream = { ...stream, events: ['session-revoked'] };
    const { sets } = await ask({ maxEvents: 1 }, narrowed);
    expect(Object.keys(sets)).toEqual(['b']);
    expect(await readQueue(stream.id, deps)).toHaveLength(1);
    expect(outcomes).toEqual([]);
  });

  test('returns a refused event again until its dead letter can be written to the disk', async () => {
    await enqueue('a');
    mkdirSync(deadLetters);
    const setErrs = { a: { err: 'invalid_key' } };
    expect(Object.keys((await ask({ setErrs })).sets)).toEqual(['a']);
    rmdirSync(deadLetters);
    expect(await ask({ setErrs, returnImmediately: true })).toEqual({ sets: {} });
    expect(await readDeadLetters(deadLetters)).toMatchObject([{ jti: 'a', reason: 'invalid_key' }]);
    expect(outcomes).toEqual(['dead']);
  });
});
