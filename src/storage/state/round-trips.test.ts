import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createTestCore, testEvent, testSignIn } from '../../../support/benches/core.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { eventually } from '../../../support/run/eventually.js';
import { createStateFolder } from '../../../support/run/state-folder.js';
import { hasRedis, startRedis } from '../../../support/servers/redis.js';
import { stateGuard } from '../../config/state.js';
import { decideHook } from '../../step-up/decide.js';
import { recordPassedStepUp } from '../../step-up/passed-step-up.js';

/** A Redis that notes every request it gets, but for looks at its marker, which are not for hooks. */
async function startNotingRedis() {
  const server = await startRedis();
  const plain = new Redis(server.url);
  const monitor = await plain.monitor();
  let sent: string[] = [];
  let marks = 0;
  // Commands of a Lua script run inside Redis, without a round trip.
  monitor.on('monitor', (_time: string, args: string[], source: string) => {
    if (args[0] === 'ping') marks += 1;
    else if (source !== 'lua' && !args.includes('{facestep:store}:r')) sent.push(args.join(' '));
  });
  return {
    config: stateGuard.parse({ kind: 'redis', url: server.url }),
    /** What came since the last call. */
    async take(): Promise<readonly string[]> {
      const before = marks;
      await plain.ping();
      // It is told in the order in which it came.
      await eventually(async () => expect(marks).toBeGreaterThan(before));
      const taken = sent;
      sent = [];
      return taken;
    },
    async close() {
      monitor.disconnect();
      plain.disconnect();
      await server.stop();
    },
  };
}

(hasRedis ? test : test.skip)(
  'a hook decision needs at most two Redis requests if it verifies, and at most four if it does not',
  async () => {
    const store = await startNotingRedis();
    const { deps, connection } = await createTestCore();
    const clock = createManualClock(Date.now());
    const stateFolder = createStateFolder();
    const state = await stateFolder.open(store.config, clock);
    const core = { ...deps, clock, state };
    const ask = async (subject: string, eventId: string): Promise<readonly [string, readonly string[]]> => {
      await store.take();
      const event = { connection, hook: 'token', subject, eventId, eventTime: clock.now() };
      const { outcome } = await decideHook({ ...testEvent, ...event }, core);
      return [outcome, await store.take()];
    };
    const pass = {
      stepUpId: 's',
      passedAt: clock.now(),
      liveness: null,
      presence: null,
      methods: ['face'] as const,
      judgedBy: 'challenge' as const,
      signIn: testSignIn,
    };
    for (const subject of ['warm', 'anna']) {
      await recordPassedStepUp({ connection: connection.id, subject }, pass, { freshnessSec: 300 }, core);
    }
    // What a server sends once: its scripts.
    await ask('warm', 'e');
    await ask('nobody', 'e');

    const asked = [await ask('anna', 'e1'), await ask('berta', 'e1'), await ask('anna', 'e1'), await ask('anna', 'e2')];
    expect(asked.map(([outcome]) => outcome)).toEqual(['verified', 'unverified', 'verified', 'unverified']);
    for (const [outcome, sent] of asked) {
      expect(sent.length).toBeGreaterThan(0);
      // A refusal is kept and counted at once.
      expect(sent.length).toBeLessThanOrEqual(outcome === 'verified' ? 2 : 4);
    }
    await state.close();
    stateFolder.remove();
    await store.close();
  },
);
