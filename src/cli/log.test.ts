import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administer } from '../../test/administration.js';
import { type ApiServer, adminKey, startApiServer } from '../../test/api-server.js';
import { runInProcess } from '../../test/command.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { enrolledAt, fillLedger } from '../../test/ledgered.js';
import { createMemoryProfile, loginOf } from '../../test/simulated-profile.js';
import type { Connection } from '../core/connection.js';
import { addSec, toIso } from '../core/units.js';

/* `facestep log`, against a running server. */

const request = 'b2'.repeat(12);
let server: ApiServer;
beforeAll(async () => {
  const profile = createMemoryProfile(['ada', 'berta']);
  const acme: Connection = { id: 'acme', kind: 'memory', profile, policy: defaultPolicy, openStepUpRequest: null };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['acme', acme]]) });
  const ada = { connection: 'acme', subject: 'ada', detail: { tokenId: 't' } };
  await fillLedger(server, [
    { event: enrolledAt('acme', 'ada'), hoursAgo: 200 },
    { event: enrolledAt('acme', 'berta'), hoursAgo: 100 },
    { event: { action: 'verified', ...ada }, hoursAgo: 30 },
    { event: { action: 'verification_refused', ...ada }, hoursAgo: 24, request },
    ...Array.from({ length: 150 }, (_, at) => ({
      event: { action: 'verified' as const, ...ada, subject: 'berta' },
      hoursAgo: 5 - at / 100,
    })),
  ]);
});
afterAll(() => server.stop());

const run = (args: readonly string[]) => administer(server, ['log', ...args]);
const actionsOf = async (args: readonly string[]): Promise<string[]> =>
  (await run([...args, '--json'])).printed.map((line) => {
    const { subject, action } = JSON.parse(line);
    return `${subject} ${action}`;
  });

test('every filter lets through what it names, the newest first', async () => {
  const adas = ['ada verification_refused', 'ada verified', 'ada enrolled'];
  expect(await actionsOf(['--person', 'ada Exam'])).toEqual(adas);
  expect(await actionsOf(['--person', loginOf('ada'), '--result', 'passed'])).toEqual(['ada verified']);
  expect(await actionsOf(['--reason', 'face_mismatch'])).toEqual(adas.slice(0, 1));
  expect(await actionsOf(['--request', request])).toEqual(adas.slice(0, 1));
  expect(await actionsOf(['--action', 'enrolled'])).toEqual(['berta enrolled', 'ada enrolled']);
  expect(await actionsOf(['--network', '192.0.2.77', '--person', 'ada'])).toEqual(adas);
  expect(await actionsOf(['--network', '198.51.100.0/24'])).toEqual([]);
  expect(await actionsOf(['--connection', 'acme', '--network', '198.51.100.0/24'])).toEqual([]);
  const told = ['Error: No connection "acne" at this server, and none in the log.', 'Fix: Run “facestep log --help”.'];
  expect(await run(['--connection', 'acne'])).toEqual({ exitCode: 2, printed: [], told });
  const since = toIso(addSec(server.clock.now(), -26 * 3600));
  expect(await actionsOf(['--person', 'ada', '--since', since])).toEqual(adas.slice(0, 1));
  expect(await actionsOf(['--person', 'ada', '--until', since])).toEqual(adas.slice(1));
});

test('the log is followed until it is stopped, each line once', async () => {
  const printed: string[] = [];
  let stop: () => void = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let asked = 0;
  await runInProcess(['log', '--follow', '--json'], {
    clock: server.clock,
    env: { FACESTEP_URL: server.origin, FACESTEP_ADMIN_KEY: adminKey },
    print: (line) => printed.push(line),
    untilStopped: () => stopped,
    async fetch(url, init) {
      const answer = await fetch(url, init);
      asked += 1;
      server.clock.advanceSec(1);
      if (asked === 1) await fillLedger(server, [{ event: enrolledAt('acme', 'ada'), hoursAgo: 0 }]);
      if (asked === 3) stop();
      return answer;
    },
  });
  expect(printed.map((line) => JSON.parse(line).action)).toEqual(['enrolled']);
});
