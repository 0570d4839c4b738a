import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { createFacestepClient } from '../client/index.js';
import { issueClientToken } from '../examples/demo/backend.js';
import { loadPictures } from '../examples/demo/pictures.js';
import { startService } from '../examples/demo/service.js';
import { createFileStore, createRoster } from '../examples/door/roster.js';
import { clientScopes } from '../src/access/scopes.js';
import { enrolByApi, startCapture } from '../support/benches/capture-bench.js';
import { drawPicture } from '../support/fakes/embedded.js';
import { testIssuer } from '../support/fakes/keys.js';
import { createFolder } from '../support/run/folder.js';
import { forFile } from '../support/run/for-file.js';
import { projectRoot } from '../support/run/paths.js';
import { toForm } from '../support/servers/api-server.js';
import { configureService, serviceKey } from '../support/servers/service-stage.js';

/* Every program of examples/, run as a customer runs it, against the real service on real photos. */

const folder = createFolder('examples');
const at = (name: string) => join(folder, name);

const pictures = await loadPictures();
const [first, second] = pictures.person;
// In the first photo she holds her head aslant.
const upright = await sharp(first).rotate(-35, { background: '#777777' }).jpeg({ quality: 95 }).toBuffer();
// Well above the threshold, as each token decides again near it, and well below what needs no person.
const poor = await sharp(second).resize(260).jpeg({ quality: 14 }).toBuffer();
// Too dark for a portrait, but not to find the face.
const dim = await sharp(second).linear(0.25, 0).jpeg({ quality: 95 }).toBuffer();
const { stranger, landscape, far } = pictures;
for (const [name, bytes] of Object.entries({ first, second, upright, poor, dim, stranger, landscape, far }))
  writeFileSync(at(`${name}.jpg`), bytes);
const service = await forFile(startService(configureService(folder, { publicUrl: 'https://face.example.com' })));
const token = await issueClientToken(service.url, serviceKey, { name: 'examples', scopes: clientScopes });
const { PATH = '' } = process.env;
const env: Record<string, string> = {
  PATH,
  FACESTEP_URL: service.url,
  FACESTEP_CLIENT_TOKEN: token,
  FACESTEP_ISSUER: 'https://face.example.com',
};

const read = (name: string) => readFileSync(join(projectRoot, name), 'utf8');

const programOf = (name: string) => join(projectRoot, 'dist/examples', `${name}.js`);

/** Runs an example in the folder of the photos, to its end. */
function run(name: string, args: readonly string[], more: Record<string, string> = {}) {
  return new Promise<{ exitCode: number | null; said: string }>((resolve) => {
    const options = { cwd: folder, env: { ...env, ...more } };
    const child = execFile(process.execPath, [programOf(name), ...args], options, (_, stdout, stderr) => {
      expect(stderr).toBe('');
      resolve({ exitCode: child.exitCode, said: stdout.trim() });
    });
  });
}

test('every example is tested, listed in examples/README.md, short, and imports only allowed packages', () => {
  const sources = readdirSync(join(projectRoot, 'examples')).filter((name) => name.endsWith('.ts'));
  const tested = [
    ...readFileSync(join(projectRoot, 'test/examples.test.ts'), 'utf8').matchAll(/^describe\('([\w-]+)/gm),
  ];
  expect(sources.sort()).toEqual(tested.map(([, name]) => `${name}.ts`).sort());
  const list = readFileSync(join(projectRoot, 'examples/README.md'), 'utf8');
  for (const name of sources) {
    expect(list).toContain(`(${name})`);
    const source = readFileSync(join(projectRoot, 'examples', name), 'utf8');
    expect(source.split('\n').length).toBeLessThan(120);
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
    expect(imported.filter((from) => !/^(node:.*|@facestep\/client|express|zod)$/.test(from!))).toEqual([]);
  }
});

describe('app-login', () => {
  const sign = (login: string, photo: string) => run('app-login', ['login', 'users.json', login, photo]);

  test('signs in the enrolled person only', async () => {
    const enrolled = await run('app-login', ['enrol', 'users.json', 'ada@example.com', 'first.jpg']);
    expect(enrolled).toEqual({ exitCode: 0, said: expect.stringContaining('Enrolled ada@example.com from 1 photos') });
    expect(statSync(at('users.json')).mode & 0o777).toBe(0o600);
    const session = { exitCode: 0, said: expect.stringMatching(/^Signed in\. Session: [\w-]{43}$/) };
    expect(await sign('ada@example.com', 'second.jpg')).toEqual(session);
    const refused = { exitCode: 1, said: 'Refused.' };
    expect(await sign('ada@example.com', 'stranger.jpg')).toEqual(refused);
    expect(await sign('grace@example.com', 'second.jpg')).toEqual(refused);
    const unclear = { exitCode: 2, said: expect.stringContaining('(face_none)') };
    expect(await sign('ada@example.com', 'landscape.jpg')).toEqual(unclear);
    expect(await run('app-login', ['enrol', 'users.json', 'x', 'landscape.jpg'])).toEqual(unclear);
  });
});

describe('redirect', () => {
  test('the documents show the code of the program', () => {
    const [core = ''] = /const audience =.*?\n(?=\nconst server)/s.exec(read('examples/redirect.ts')) ?? [];
    expect(core.length).toBeGreaterThan(1000);
    for (const page of ['client/README.md', 'docs/journey.md']) expect(read(page)).toContain(core);
  });

  test('a user returns with a verified receipt, and not without a passed check', async () => {
    const returnUrl = 'https://shop.example.com/login/done';
    const { server } = await startCapture({ liveness: 'off', returnUrls: [returnUrl] });
    await enrolByApi(server);
    const more = { FACESTEP_URL: server.origin, FACESTEP_ISSUER: testIssuer, FACESTEP_CONNECTION: 'acme' };
    const { token: FACESTEP_CLIENT_TOKEN } = await server.issue();
    const user = { RETURN_URL: returnUrl, SIGNED_IN_USER: '00u1' };
    const shop = spawn(process.execPath, [programOf('redirect'), '0'], {
      env: { ...env, ...more, ...user, FACESTEP_CLIENT_TOKEN },
    });
    const [line] = await once(createInterface({ input: shop.stdout }), 'line');
    const url = `http://127.0.0.1:${/port (\d+)/.exec(String(line))?.[1]}`;
    const begun = await fetch(`${url}/login`, { redirect: 'manual' });
    const [id = '', challenge = ''] = new URL(begun.headers.get('location')!).hash.slice(1).split('.');
    const cookie = /^\w+=[\w-]+/.exec(begun.headers.getSetCookie()[0]!)![0];
    const done = async () => {
      const response = await fetch(`${url}/login/done`, { headers: { cookie } });
      return { status: response.status, body: await response.json() };
    };
    expect(await done()).toMatchObject({ status: 401, body: { state: 'started' } });
    await server.postForm(`/step-ups/${id}/photos`, toForm({ challenge, photo: drawPicture('ada', 9) }));
    expect(await done()).toEqual({ status: 200, body: { welcome: '00u1' } });
    expect((await done()).status).toBe(401);
    shop.kill();
    await once(shop, 'exit');
  });
});

test('the roster of examples/door knows each person once, and gives no name to another face', async () => {
  const { FACESTEP_URL: url = '', FACESTEP_CLIENT_TOKEN: clientToken = '' } = env;
  const roster = createRoster(createFacestepClient({ url, clientToken, fetch }), createFileStore(at('roster.json')));
  const [first, second, stranger] = ['first.jpg', 'second.jpg', 'stranger.jpg'].map((name) => readFileSync(at(name)));
  expect(await roster.whoIsThere([second!])).toBeNull();
  const third = Buffer.concat([first!, Buffer.alloc(1)]);
  expect(await roster.enrol('Ada', [first!, second!, third])).toBe(true);
  expect(await roster.whoIsThere([second!])).toBe('Ada');
  expect(await roster.whoIsThere([stranger!])).toBeNull();
  expect(await roster.enrol('Ada', [stranger!, stranger!, stranger!])).toBe(false);
});

describe('kyc', () => {
  test.each([
    ['upright.jpg', 'second.jpg', 'approve'],
    ['second.jpg', 'upright.jpg', 'approve'],
    ['upright.jpg', 'poor.jpg', 'review'],
    ['second.jpg', 'stranger.jpg', 'reject'],
    ['dim.jpg', 'second.jpg', 'retake'],
    ['far.jpg', 'second.jpg', 'retake'],
    ['second.jpg', 'far.jpg', 'retake'],
    ['second.jpg', 'landscape.jpg', 'retake'],
  ])('with the portrait %s and the selfie %s the result is %s', async (portrait, selfie, tier) => {
    const { exitCode, said } = await run('kyc', [portrait, selfie]);
    const outcome = JSON.parse(said);
    expect({ exitCode, tier: outcome.tier }).toEqual({ exitCode: tier === 'approve' ? 0 : 1, tier });
    expect('score' in outcome).toBe(tier === 'approve' || tier === 'review');
    if (portrait === 'dim.jpg') expect(outcome).toMatchObject({ picture: 'portrait' });
  });
});
