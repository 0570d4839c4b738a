import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { eventually } from '../../test/eventually.js';
import { createManualClock } from '../../test/manual-clock.js';
import { systemRandom } from '../../test/sinks.js';
import { type RedisConfig, stateGuard } from '../config/state.js';
import { createRedisStore } from './redis.js';

const info = 'redis_version:6.2.14\r\nrole:master\r\n';

/** What a Redis 6.2 says of a script that writes, once it is a replica; later versions begin with READONLY. */
const demoted =
  "-ERR Error running script (call to f_1028a5db): @user_script:17: @user_script: 17: -READONLY You can't write against a read only replica.\r\n";

test('a master of Redis 6.2 that became a replica is connected to anew, where another one answers by then', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const replies: Record<string, string> = {
      hello: '%1\r\n+proto\r\n:3\r\n',
      info: `$${info.length}\r\n${info}\r\n`,
      evalsha: connections === 1 ? demoted : ':1\r\n',
    };
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const [, name] of chunk.toString().matchAll(/\r\n(hello|info|evalsha)\r\n/g)) socket.write(replies[name!]!);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = stateGuard.parse({ kind: 'redis', url: `redis://127.0.0.1:${port}` }) as RedisConfig;
  const log = { info() {}, warn() {}, error() {} };
  const store = await createRedisStore(config, { clock: createManualClock(), random: systemRandom, log });
  try {
    const write = (): Promise<boolean> => store.write('a', 1, { when: 'any', expiresAt: null });
    await expect(write()).rejects.toMatchObject({ code: 'state_unavailable' });
    await eventually(async () => expect(connections).toBe(2));
    await eventually(async () => expect(await write()).toBe(true));
  } finally {
    await store.close();
    server.close();
  }
});
