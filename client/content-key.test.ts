import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose';
import { z } from 'zod';
import { clientScopes } from '../src/access/scopes.js';
import { draw } from '../support/benches/capture-bench.js';
import { openLink, openPage } from '../support/benches/capture-page.js';
import { drawPicture } from '../support/fakes/embedded.js';
import { createFolder } from '../support/run/folder.js';
import { projectRoot } from '../support/run/paths.js';
import { startApiServer } from '../support/servers/api-server.js';
import { openServer } from '../test/contract/bench.js';
import { releaseContentKey } from './content-key.js';
import { createFacestepClient } from './journey.js';

const folder = createFolder('content-key');
const at = (name: string) => join(folder, name);

const server = await startApiServer();
const { token: clientToken } = await server.issue(clientScopes);
const facestep = createFacestepClient({ url: server.origin, clientToken, fetch });
const { token } = await facestep.generate([drawPicture('ada', 1)]);

async function show(url: string, person: string, liveness = 0.9): Promise<string> {
  const { body } = await openLink(server, url);
  const page = openPage(server, String(body.session));
  const view = z.object({ consentVersion: z.string() }).parse(body.view);
  await page.consent(view.consentVersion);
  return String((await page.check(draw(person, liveness))).body.outcome);
}

async function begin() {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256' });
  const contentKeyTo = { ...(await exportJWK(publicKey)) };
  const owner = { token, subject: 'ada', audience: 'https://shop.example.com', contentKeyTo };
  const auth = { 'x-auth-token': clientToken };
  const { status, body } = await server.postJson('/step-ups', owner, auth);
  expect(status).toBe(201);
  const started = z.object({ id: z.string(), url: z.string(), challenge: z.string() }).parse(body);
  return { ...started, owner, privateKey };
}

test('a live check releases the key of POST /content-key, once, and only encrypted', async () => {
  const { id, url, privateKey } = await begin();
  expect((await facestep.readStepUp(id)).contentKey).toBeNull();
  expect(await show(url, 'ada')).toBe('passed');
  const expected = await facestep.contentKey(token, [drawPicture('ada', 2)]);
  const { contentKey } = await facestep.readStepUp(id);
  expect(Buffer.from((await compactDecrypt(contentKey!, privateKey)).plaintext)).toEqual(Buffer.from(expected!));
  expect(await facestep.readStepUp(id)).toMatchObject({ state: 'passed', contentKey: null });
});

test('no key is released for another face, without liveness, for photos, or two minutes after the pass', async () => {
  const other = await begin();
  expect(await show(other.url, 'eve')).toBe('try_again');
  expect((await facestep.readStepUp(other.id)).contentKey).toBeNull();

  const flat = await begin();
  expect(await show(flat.url, 'ada', 0.01)).toBe('try_again');
  expect((await facestep.readStepUp(flat.id)).contentKey).toBeNull();

  const sent = await begin();
  const photos = facestep.sendPhotos(sent.id, sent.challenge, [drawPicture('ada', 3)]);
  await expect(photos).rejects.toMatchObject({ code: 'challenge_needed' });

  const late = await begin();
  expect(await show(late.url, 'ada')).toBe('passed');
  server.clock.advanceSec(121);
  expect((await facestep.readStepUp(late.id)).contentKey).toBeNull();
});

test('a key needs the scope content-key, a token, and a point on P-256', async () => {
  const { owner } = await begin();
  const { token: lesser } = await server.issue(['verify']);
  const ask = async (fields: object, by = clientToken) =>
    (await server.postJson('/step-ups', { ...owner, ...fields }, { 'x-auth-token': by })).body.code;
  expect(await ask({}, lesser)).toBe('scope_missing');
  const y = randomBytes(32).toString('base64url');
  expect(await ask({ contentKeyTo: { ...owner.contentKeyTo, y } })).toBe('request_malformed');
  expect(await ask({ token: undefined, connection: 'acme' })).toBe('request_malformed');
});

test('releaseContentKey returns the key after the check, and null after a canceled one', async () => {
  const asked = { token, scope: '', accuracy: 4 };
  const shown: Promise<unknown>[] = [];
  const pass = (url: string) => void shown.push(show(url, 'ada'));
  const expected = await facestep.contentKey(token, [drawPicture('ada', 4)]);
  expect(Buffer.from((await releaseContentKey(facestep, { ...asked, showPage: pass }))!)).toEqual(
    Buffer.from(expected!),
  );
  const cancel = (url: string) => {
    const work = async () => {
      const { body } = await openLink(server, url);
      await openPage(server, String(body.session)).post('/face/decline');
    };
    shown.push(work());
  };
  expect(await releaseContentKey(facestep, { ...asked, showPage: cancel })).toBeNull();
  await Promise.all(shown);
});

/** A server whose check has passed, and which first gives these answers to polls. The status 0 breaks the connection. */
async function startBusyServer(answers: { status: number; headers?: Record<string, string> }[]) {
  const jsonOf = (body: object) => JSON.stringify({ ok: true, ...body });
  let encrypted = '';
  const { url, close } = await openServer(async (request, response) => {
    const body = await text(request);
    if (request.method === 'POST') {
      const { contentKeyTo } = JSON.parse(body);
      encrypted = await new CompactEncrypt(Buffer.alloc(32, 7))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
        .encrypt(await importJWK(contentKeyTo, 'ECDH-ES'));
      const expiresAt = '2026-11-28T10:00:00.000Z';
      return response.writeHead(201).end(jsonOf({ id: 's', challenge: 'c', state: 'started', expiresAt, url: 'u' }));
    }
    const answer = answers.shift();
    if (answer?.status === 0) return request.socket.destroy();
    if (answer !== undefined)
      return response.writeHead(answer.status, answer.headers).end('{"ok":false,"error":"e","code":"c"}');
    const passed = { id: 's', connection: 'c', subject: 'u', state: 'passed', expiresAt: '', receipt: null };
    return response.end(jsonOf({ ...passed, contentKey: encrypted }));
  });
  const client = createFacestepClient({ url, clientToken, fetch });
  const release = () => releaseContentKey(client, { token, scope: '', accuracy: 4, showPage: () => {} });
  return { release, close };
}

test('releaseContentKey polls on if the server is not reached or busy, but not longer than a check lives, and throws other errors', async () => {
  const busy = await startBusyServer([{ status: 0 }, { status: 503, headers: { 'Retry-After': '1' } }]);
  expect(Buffer.from((await busy.release())!)).toEqual(Buffer.alloc(32, 7));
  await busy.close();
  const down = await startBusyServer([{ status: 503, headers: { 'Retry-After': '3600' } }]);
  await expect(down.release()).rejects.toMatchObject({ status: 503, retryAfterSec: 3600 });
  await down.close();
  const strict = await startBusyServer([{ status: 403 }]);
  await expect(strict.release()).rejects.toMatchObject({ status: 403 });
  await strict.close();
});

test('the command facestep-file seals and opens a binary file with two live checks', async () => {
  const content = randomBytes(200_000);
  writeFileSync(at('photo.raw'), content);
  writeFileSync(at('ada.token'), `${token}\n`);
  const env = { ...process.env, FACESTEP_URL: server.origin, FACESTEP_CLIENT_TOKEN: clientToken };
  const run = (args: string[], person = 'ada', before = async () => {}) =>
    new Promise<{ code: number | null; said: string }>((resolve, reject) => {
      const program = [join(projectRoot, 'dist/client/facestep-file.js'), ...args];
      let said = '';
      const child = execFile(process.execPath, program, { cwd: folder, env }, () =>
        resolve({ code: child.exitCode, said }),
      );
      child.stderr?.on('data', (chunk) => {
        const known = said;
        said += String(chunk);
        const url = /http\S+(?=\n)/.exec(said)?.[0];
        if (url !== undefined && !known.includes(url))
          before()
            .then(() => show(url, person))
            .catch(reject);
      });
    });
  expect(await run(['seal', '--token', 'ada.token', 'photo.raw', 'photo.sealed'])).toEqual({
    code: 0,
    said: expect.stringContaining('Sealed.'),
  });
  expect(await run(['open', 'photo.sealed', 'photo.opened'])).toMatchObject({ code: 0 });
  expect(readFileSync(at('photo.opened')).equals(content)).toBe(true);
  expect(await run(['open', 'photo.sealed', 'photo.opened'])).toMatchObject({
    code: 2,
    said: expect.stringContaining('exists'),
  });
  // A file that appears during the check stays.
  const appears = async () => writeFileSync(at('late.opened'), 'mine');
  expect(await run(['open', 'photo.sealed', 'late.opened'], 'ada', appears)).toMatchObject({
    code: 1,
    said: expect.stringContaining('appeared'),
  });
  expect(readFileSync(at('late.opened'), 'utf8')).toBe('mine');
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect(await run(['open', 'ada.token', 'x'])).toMatchObject({ code: 1, said: 'Error: This is not a sealed file.\n' });
  expect(await run(['open'])).toMatchObject({ code: 2, said: expect.stringContaining('facestep-file seal') });
});
