import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { issueClientToken } from '../../examples/demo/backend.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { stepUpBySocket } from '../../support/browser/page-client.js';
import { createFolder } from '../../support/run/folder.js';
import { childrenOf, findInMemory } from '../../support/run/process-memory.js';
import { startServiceWithOkta } from '../../support/servers/service-with-okta.js';

/* Searches the memory of a running server, and of its process that parses pictures. */

const top = createFolder('process-memory');
let close = async () => {};
afterAll(() => close());

/** Adds a comment to a JPEG (ISO/IEC 10918-1, B.2.4.5). */
function mark(jpeg: Uint8Array, text: Buffer): Uint8Array<ArrayBuffer> {
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Uint8Array.from(Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]));
}

const keysGuard = z.object({ current: z.number(), keys: z.array(z.object({ version: z.number(), key: z.string() })) });

test('the server never holds a picture, and the process that holds it no name and no key', async () => {
  const { okta, adminKey, service, ...started } = await startServiceWithOkta(top);
  close = started.close;
  const login = `ada-${randomBytes(12).toString('hex')}@example.com`;
  const user = await okta.createUser({ login, password: 'correct horse' });
  const token = await issueClientToken(service.url, adminKey, { name: 'memory' });
  const sent = { connection: 'workforce', subject: user, application: 'app' };
  const headers = { 'x-auth-token': token, 'content-type': 'application/json' };
  const begun = await fetch(`${service.url}/step-ups`, { method: 'POST', headers, body: JSON.stringify(sent) });
  const { id, challenge } = z.object({ id: z.string(), challenge: z.string() }).parse(await begun.json());
  const { person } = await loadPictures();
  const ofPicture = randomBytes(32);
  let shots = 0;
  const take = () => mark(person[0], Buffer.concat([ofPicture, Buffer.from(String(shots++))]));

  const server = service.process.pid!;
  const [pictures] = childrenOf(server, 'presence-process.js');
  const sealing = keysGuard.parse(JSON.parse(readFileSync(join(top, 'facestep-data/keys.json'), 'utf8'))).keys[0]!.key;
  const secrets = {
    'administrator key': createHash('sha256').update(adminKey).digest(),
    login: Buffer.from(login),
    'sealing key': Buffer.from(sealing, 'base64'),
    user: Buffer.from(user),
  };
  const seen: Record<string, string[][]> = { server: [], pictures: [] };
  let encrypted = Buffer.alloc(64);
  const look = () => {
    seen.server!.push(findInMemory(server, { ...secrets, picture: ofPicture, encrypted }));
    seen.pictures!.push(
      findInMemory(pictures!, { ...secrets, picture: ofPicture, environment: Buffer.from('ORT_DISABLE') }),
    );
  };
  const { outcome } = await stepUpBySocket(`${service.url}/face#${id}.${challenge}`, take, async (photos, sending) => {
    encrypted = Buffer.from(photos[0]!.subarray(0, 64));
    // Halted, it leaves the pictures with the server.
    process.kill(pictures!, 'SIGSTOP');
    const reply = sending();
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      seen.server = [];
      look();
    } while (!seen.server[0]!.includes('encrypted'));
    process.kill(pictures!, 'SIGCONT');
    // A search blocks the simulated provider, which the server waits for.
    await new Promise((resolve) => setTimeout(resolve, 300));
    look();
    return reply;
  });
  look();
  expect(outcome).toBe('failed');
  const [halted, ...others] = seen.server!;
  expect(halted).toEqual(['administrator key', 'encrypted', 'login', 'sealing key', 'user']);
  expect(others.flat()).not.toContain('picture');
  // While it works, it holds pictures.
  expect(seen.pictures!.flat().filter((name) => !['environment', 'picture'].includes(name))).toEqual([]);
  expect(seen.pictures!.at(-1)).toEqual(['environment']);
});
