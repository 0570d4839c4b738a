import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administer } from '../../test/administration.js';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import { toDirectory } from '../../test/campaign-bench.js';
import { createManualClock } from '../../test/contract/state.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { createTestJobs, sleepShortly } from '../../test/jobs.js';
import { startMailRelay } from '../../test/mail-relay.js';
import { createMemoryProfile, loginOf } from '../../test/simulated-profile.js';
import { type CampaignRunner, startCampaignRunner } from '../core/campaign/run.js';
import { Credential } from '../core/concealed.js';
import type { Connection } from '../core/connection.js';
import { createOutbox } from '../delivery/outbox.js';
import { createSmtpDelivery } from '../delivery/smtp.js';

/* `facestep campaign`, against a running server and a mail relay on a real socket. */

const subjects = ['ada', 'berta', 'clara', 'dora'];
let relay: Awaited<ReturnType<typeof startMailRelay>>;
let server: ApiServer;
let runner: CampaignRunner;
beforeAll(async () => {
  relay = await startMailRelay();
  const profile = createMemoryProfile(subjects);
  const work: Connection = { id: 'work', kind: 'memory', profile, policy: defaultPolicy, openStepUpRequest: null };
  const directory = toDirectory(new Map([['Pilot', subjects]]), (subject) => subject === 'dora');
  const others = createOutbox({ sink: () => Promise.reject(new Error('closed')), clock: createManualClock() });
  server = await startApiServer({
    verifier: createTestVerifier(),
    connections: new Map([['work', work]]),
    directories: new Map([['work', async () => directory]]),
    delivery: createSmtpDelivery({
      ...{ url: new Credential(relay.url), from: 'face@example.test', requireTls: false, others },
    }),
    wakeCampaigns: () => runner.wake(),
  });
  runner = startCampaignRunner({
    current: () => server.deps,
    jobs: createTestJobs(server.deps, sleepShortly),
    sleep: sleepShortly,
  });
});
afterAll(async () => {
  await runner.close();
  await server.stop();
  await relay.close();
});

const run = (args: readonly string[]) => administer(server, ['campaign', ...args]);
const until = async (id: string, said: string | RegExp): Promise<string> => {
  for (;;) {
    const text = (await run(['status', id])).printed.join('\n');
    if (typeof said === 'string' ? text.includes(said) : said.test(text)) return text;
    await delay(20);
  }
};

test('a campaign is planned without a letter, looked at, started, followed and stopped', async () => {
  const planned = await run(['plan', 'work', '--group', 'Pilot', '--name', 'Pilot, December']);
  const [id = ''] = planned.printed[0]?.split(' ') ?? [];
  expect(planned.told.join()).toContain('Nothing is sent yet');
  expect(await until(id, '(work): planned')).toMatch(/3 planned.*\n.*left out: 1 already enrolled/);
  const people = await run(['status', id, '--state', 'planned']);
  expect(people.printed.filter((line) => line.includes('@example.com'))).toHaveLength(3);
  const letter = await run(['preview', id, '--language', 'de']);
  expect(letter.printed.length).toBeGreaterThan(5);
  expect(relay.tried).toEqual([]);

  expect((await run(['start', id])).printed[0]).toContain('running');
  await until(id, /3 (sent|opened)/);
  expect(relay.taken.map(({ to }) => to).toSorted()).toEqual(['ada', 'berta', 'clara'].map(loginOf));

  expect((await run(['stop', id])).printed[0]).toContain('stopped');
  const { campaign } = JSON.parse((await run(['status', id, '--json'])).printed.join('\n'));
  expect(campaign).toMatchObject({ state: 'stopped', counts: { sent: 3, left_out: 1 } });
  expect((await run(['status'])).printed.join('\n')).toContain('Pilot, December');
  expect(relay.taken).toHaveLength(3);
});
