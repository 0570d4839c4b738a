import { once } from 'node:events';
import { createServer, type Server as HttpServer, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { createTestCore, testEvent, testSignIn } from '../../test/core.js';
import { createTable, startDynamoDb } from '../../test/dynamodb.js';
import { eventually } from '../../test/eventually.js';
import { createFolder } from '../../test/folder.js';
import { createManualClock } from '../../test/manual-clock.js';
import { hasRedis, startRedis } from '../../test/redis.js';
import { createStateFolder } from '../../test/state-folder.js';
import { type StateConfig, stateGuard } from '../config/state.js';
import { decideHook } from '../core/decide.js';
import { recordPassedStepUp } from '../core/step-up/passed-step-up.js';
import { createDynamoDbClient } from './dynamodb.js';

/* How often a hook has to wait for a shared store: what was sent to the store is counted there. */

/** A store that notes every request it gets, but for looks at its marker, which are not for hooks. */
interface NotingStore {
  readonly config: StateConfig;
  /** What came since the last call. */
  take(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const folder = createFolder('round-trips');

const countHooks = (open: () => Promise<NotingStore>): void => {
  let store: NotingStore;
  beforeAll(async () => {
    store = await open();
  });
  afterAll(() => store.close());

  test('a hook that grants waits twice at most, and so does one that refuses, or is asked again', async () => {
    const { deps, connection } = await createTestCore(join(folder, 'keys.json'));
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
      ...{ stepUpId: 's', passedAt: clock.now(), liveness: null, presence: null, anotherWay: false },
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
      // A refusal is kept and counted at once; DynamoDB begins a counter by two calls.
      expect(sent.length).toBeLessThanOrEqual(outcome === 'verified' ? 2 : 4);
    }
    await state.close();
    stateFolder.remove();
  });
};

(hasRedis ? describe : describe.skip)('Redis', () => {
  countHooks(async () => {
    const server = await startRedis();
    const plain = new Redis(server.url);
    const monitor = await plain.monitor();
    let sent: string[] = [];
    let marks = 0;
    // What a script does within Redis is no round trip.
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (args[0] === 'ping') marks += 1;
      else if (source !== 'lua' && !args.includes('{facestep:store}:r')) sent.push(args.join(' '));
    });
    return {
      config: stateGuard.parse({ kind: 'redis', url: server.url }),
      async take() {
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
  });
});

describe('DynamoDB', () => {
  countHooks(async () => {
    const server = await startDynamoDb();
    Object.assign(process.env, server.credentials);
    let sent: string[] = [];
    const front: HttpServer = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks);
        const told = `${incoming.headers['x-amz-target']} ${body.toString()}`;
        if (!told.includes('"r:store"')) sent.push(told);
        const { method, url, headers } = incoming;
        request(`${server.endpoint}${url}`, { method, headers }, (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        }).end(body);
      });
    });
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    const address = front.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const settings = { kind: 'dynamodb', table: 'facestep', region: 'eu-central-1' };
    const client = createDynamoDbClient({ ...settings, kind: 'dynamodb', endpoint: server.endpoint });
    await createTable(client, 'facestep');
    client.destroy();
    return {
      config: stateGuard.parse({ ...settings, endpoint: `http://127.0.0.1:${address.port}` }),
      async take() {
        const taken = sent;
        sent = [];
        return taken;
      },
      async close() {
        front.closeAllConnections();
        await new Promise((resolve) => front.close(resolve));
        await server.stop();
      },
    };
  });
});
