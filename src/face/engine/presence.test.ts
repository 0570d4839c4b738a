import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import sharp from 'sharp';
import { encryptTo } from '../../../support/browser/page-client.js';
import { toPhoto } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import { modelsFolder, projectRoot } from '../../../support/run/paths.js';
import type { PictureEncryption } from '../../core/secrets.js';
import { decodeMessage, encodeMessage, readMessages, writeMessage } from './pipe-messages.js';
import { createEnginePool } from './pool.js';
import { createPresence } from './presence.js';

/* The limits of the process that parses pictures, and the messages between it and the server. */

const setup = { modelsFolder, recognisers: [], judges: [], models: 1 };

/** The programs of util-linux, and the namespaces that not every container permits. */
const canLimit = spawnSync('/usr/bin/prlimit', ['/bin/true']).status === 0;
const canUnshare = spawnSync('/usr/bin/unshare', ['--user', '--net', '/bin/true']).status === 0;

(canLimit ? test : test.skip)(
  'JavaScript that takes over the process finds no environment, network, file, program or unlimited memory',
  async () => {
    const server = createServer((socket) => void socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = Object(server.address());
    const probe = join(projectRoot, 'dist/support/fakes/presence-probe.js');
    const presence = createPresence(setup, 1, [probe, String(port)]);
    const { detail } = await presence.open().catch((error) => error);
    await presence.close();
    server.close();
    expect(detail).toEqual({
      environment: 'ORT_DISABLE_TELEMETRY,MALLOC_ARENA_MAX',
      network: canUnshare ? 'ENETUNREACH' : 'connected',
      read: 'ERR_ACCESS_DENIED',
      write: 'ERR_ACCESS_DENIED',
      program: 'ERR_ACCESS_DENIED',
      memory: expect.stringContaining('Array buffer allocation failed'),
    });
  },
);

test('a picture is described only by the process, and for the check, that it was encrypted for', async () => {
  const pool = await createEnginePool({ modelsFolder, workers: 1, queueLimit: 8 });
  const other = createPresence(setup, 1);
  const shape = { width: 64, height: 48, channels: 3, background: '#888' } as const;
  const picture = Uint8Array.from(await sharp({ create: shape }).jpeg().toBuffer());
  const keys = [await pool.pictureKey(), await other.tellKey()];
  const { photos, contentKeys } = await encryptTo(keys, [picture], 'nonce');
  const [contentKey, ofOther] = keys.map((key) => JSON.parse(contentKeys!)[key]);
  const describeIt = (encrypted: Uint8Array, encryption: PictureEncryption) =>
    pool.describe([toPhoto(encrypted)], encryption, testShare).then(
      ([photo]) => photo?.encrypted,
      ({ code }) => code,
    );
  const digest = createHash('sha256').update(picture).digest('base64url');
  const size = { widthPx: 64, heightPx: 48 };
  expect(await describeIt(photos[0]!, { contentKey, context: 'nonce' })).toMatchObject({
    digest,
    ...size,
    refusal: null,
  });
  expect(await describeIt(photos[0]!, { contentKey, context: 'another' })).toBe('challenge_wrong');
  expect(await describeIt(photos[0]!, { contentKey: ofOther, context: 'nonce' })).toBe('challenge_wrong');
  const ended: string[] = [];
  const examine = () => pool.examine(toPhoto(picture), ['embedding'], testShare).catch(() => ended.push('examined'));
  const described = () => describeIt(photos[0]!, { contentKey, context: 'nonce' }).then(() => ended.push('described'));
  await Promise.all([examine(), examine(), examine(), described(), described()]);
  expect(ended.join(' ')).toBe('examined described examined described examined');
  const changed = Uint8Array.from(photos[0]!, (byte, at) => (at === 40 ? byte ^ 1 : byte));
  expect(await describeIt(changed, { contentKey, context: 'nonce' })).toBe('challenge_wrong');
  await Promise.all([pool.close(), other.close()]);
});

test('messages arrive whole and in order, however they are cut, and one over its bounds is refused', async () => {
  const stream = new PassThrough();
  const values = [{ name: 'first', numbers: Float32Array.of(1, 2.5) }, { bytes: Uint8Array.of(7) }, { none: null }];
  const sent = new PassThrough();
  for (const value of values) writeMessage(sent, encodeMessage(structuredClone(value)));
  sent.end();
  const bytes: number[] = [];
  for await (const piece of sent) bytes.push(...piece);
  for (const byte of bytes) stream.write(Uint8Array.of(byte));
  stream.end();
  const found: unknown[] = [];
  for await (const message of readMessages(stream, { mostText: 200, mostBytes: 8 })) found.push(decodeMessage(message));
  expect(found).toEqual(values);
  const long = new PassThrough();
  writeMessage(long, { text: '{}', bytes: new Uint8Array(9) });
  await expect(readMessages(long, { mostText: 200, mostBytes: 8 }).next()).rejects.toThrow('over its bounds');
  // Otherwise a short message could name the same bytes thousands of times.
  const text = JSON.stringify([0, 0].map((at) => ({ array: 'uint8', at, length: 1 })));
  expect(() => decodeMessage({ text, bytes: Uint8Array.of(1) })).toThrow('does not follow');
});
