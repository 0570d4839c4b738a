import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { KeyObject, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { Redis } from 'ioredis';
import { findFreePort } from '../../examples/demo/free-port.js';
import { eventually } from '../../test/eventually.js';
import { createFolder } from '../../test/folder.js';
import { createManualClock } from '../../test/manual-clock.js';
import { hasRedis, startRedis } from '../../test/redis.js';
import { systemRandom } from '../../test/sinks.js';
import { type RedisConfig, stateGuard } from '../config/state.js';
import { createRedisStore } from './redis.js';

const run = promisify(execFile);
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
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

(hasRedis ? test : test.skip)('a cluster is reached over TLS by the name that its certificate has', async () => {
  const folder = createFolder('redis-tls');
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys: { privateKey, publicKey },
    signingAlgorithm: ecdsa,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  writeFileSync(files.cert, certificate.toString('pem'));
  writeFileSync(files.key, KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }));
  const port = await findFreePort();
  const tls = ['--tls-cert-file', files.cert, '--tls-key-file', files.key, '--tls-ca-cert-file', files.cert];
  const server = await startRedis([
    ...['--port', '0', '--tls-port', String(port), ...tls, '--tls-auth-clients', 'no', '--tls-cluster', 'yes'],
    ...['--cluster-enabled', 'yes', '--cluster-announce-hostname', 'localhost'],
    ...['--cluster-preferred-endpoint-type', 'hostname'],
  ]);
  const plain = new Redis({ host: 'localhost', port, tls: { ca: certificate.toString('pem') } });
  await plain.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  await eventually(async () => expect(await plain.call('CLUSTER', 'INFO')).toContain('cluster_state:ok'));
  // Of an authority of one's own a process is told at its start alone.
  const code = `
    const { stateGuard } = await import(${JSON.stringify(new URL('../config/state.js', import.meta.url))});
    const { readRedisSettings } = await import(${JSON.stringify(new URL('./redis-settings.js', import.meta.url))});
    const config = stateGuard.parse({ kind: 'redis', url: 'rediss://localhost:${port}', cluster: [] });
    console.log(JSON.stringify(await readRedisSettings(config)));
  `;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: files.cert };
  const settings = { maxmemoryPolicy: 'noeviction', appendOnly: true };
  await eventually(async () => {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { env });
    expect(JSON.parse(stdout)).toEqual({ servers: [settings], mayKeepLedger: true });
  });
  plain.disconnect();
  await server.stop();
});
