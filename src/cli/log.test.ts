import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiServer, adminKey, startApiServer } from '../../test/api-server.js';
import { runInProcess } from '../../test/command.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { enrolledAt, fillLedger } from '../../test/ledgered.js';
import { createMemoryProfile } from '../../test/simulated-profile.js';
import type { Connection } from '../core/connection.js';

/* `facestep log`, against a running server. */

let server: ApiServer;
beforeAll(async () => {
  const profile = createMemoryProfile(['ada', 'berta']);
  const acme: Connection = { id: 'acme', kind: 'memory', profile, policy: defaultPolicy, openStepUpRequest: null };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['acme', acme]]) });
  await fillLedger(server, [{ event: enrolledAt('acme', 'berta'), hoursAgo: 100 }]);
});
afterAll(() => server.stop());

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
