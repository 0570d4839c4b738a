import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { FaceError } from '../../src/errors.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { createFolder } from '../../support/run/folder.js';
import { type ApiServer, adminKey, startApiServer, toForm } from '../../support/servers/api-server.js';

/** Samples of the hosted API's developer guide, as published. */
const enrolSample = String.raw`curl -X POST https://api.facenition.com/generate \
-H "X-Auth-Token: $FACENITION_TOKEN" \
-F "photo=@enroll.jpg" \
-F "password=$USER_SECRET" \
-F "scope=app:login" \
-F "accuracy=4"`;
const verifySample = String.raw`curl -X POST https://api.facenition.com/authenticate \
-H "X-Auth-Token: $FACENITION_TOKEN" \
-F "token=$STORED_TOKEN" \
-F "photo=@probe.jpg" \
-F "password=$USER_SECRET" \
-F "scope=app:login" \
-F "accuracy=4"`;
const hookSample = `
// Okta Inline Hook endpoint (Node/Express, server-side)
app.post("/okta/facenition-hook", async (req, res) => {
const claims = req.body.data.context.user.profile;
const form = new FormData();
form.append("token", claims.facenitionToken);
form.append("photo", req.liveCapture, "probe.jpg"); // collected by your UI
form.append("password", await secretFor(claims.login));
form.append("scope", "okta:login");
form.append("accuracy", "4");
const r = await fetch("https://api.facenition.com/authenticate", {
method: "POST",
headers: { "X-Auth-Token": process.env.FACENITION_TOKEN },
body: form
}).then(x => x.json());
res.json(r.authenticated
? { commands: [{ type: "com.okta.action.update", value: { credential: "VERIFIED" } }] }
: { error: { errorSummary: "Face verification failed" } });
});`;

const hosted = 'https://api.facenition.com';
let server: ApiServer;
let token: string;
beforeEach(async () => {
  server = await startApiServer();
  const scopes = ['enrol', 'verify', 'score', 'match', 'screen'];
  const issued = await server.postJson(
    '/generateToken',
    { name: 'shop', scopes, compat: 'facenition' },
    { 'x-admin-key': adminKey },
  );
  token = String(issued.body.token);
});

type Fields = Parameters<typeof toForm>[0];
async function call(path: string, init: RequestInit, headers: Record<string, string> = { 'X-Auth-Token': token }) {
  const response = await fetch(`${server.origin}${path}`, { method: 'POST', ...init, headers });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}
const post = (path: string, fields: Fields) => call(path, { body: toForm(fields) });
const ada = drawPicture('ada', 1);
const again = drawPicture('ada', 2);
const eve = drawPicture('eve', 1);

describe('samples of the hosted API’s guide, with only the address changed', () => {
  test('enrol and verify with curl', async () => {
    const folder = createFolder('hosted-api');
    writeFileSync(join(folder, 'enroll.jpg'), ada);
    writeFileSync(join(folder, 'probe.jpg'), again);
    const run = async (sample: string, env: Record<string, string> = {}) => {
      const { stdout } = await promisify(execFile)('sh', ['-c', sample.replace(hosted, server.origin)], {
        cwd: folder,
        env: { PATH: process.env.PATH, FACENITION_TOKEN: token, USER_SECRET: 'correct horse', ...env },
      });
      return JSON.parse(stdout);
    };
    const made = await run(enrolSample);
    expect(made).toMatchObject({ ok: true, token: expect.stringMatching(/^fv1\./) });
    expect(await run(verifySample, { STORED_TOKEN: made.token })).toEqual({ ok: true, authenticated: true });
  });

  test('verify with fetch, in the hook', async () => {
    const fields = { photo: ada, password: 'correct horse', scope: 'okta:login', accuracy: '4' };
    const { token: stored } = (await post('/generate', fields)).body;
    const answers: unknown[] = [];
    let handle = async (_request: object, _response: object): Promise<void> => {};
    const app = {
      post(_path: string, handler: typeof handle) {
        handle = handler;
      },
    };
    const toServer = (url: string, init: RequestInit) => fetch(url.replace(hosted, server.origin), init);
    new Function('app', 'fetch', 'secretFor', 'process', hookSample)(app, toServer, async () => 'correct horse', {
      env: { FACENITION_TOKEN: token },
    });
    const profile = { login: 'ada', facenitionToken: stored };
    for (const photo of [again, eve])
      await handle(
        { body: { data: { context: { user: { profile } } } }, liveCapture: new Blob([Uint8Array.from(photo)]) },
        { json: (answer: unknown) => answers.push(answer) },
      );
    expect(answers).toEqual([
      { commands: [{ type: 'com.okta.action.update', value: { credential: 'VERIFIED' } }] },
      { error: { errorSummary: 'Face verification failed' } },
    ]);
  });
});

describe('a token that is compatible with the hosted API', () => {
  test('ignores unknown fields and files, and counts an empty password as none', async () => {
    const made = await post('/generate', { photo: ada, password: '', device: 'kiosk 7', extra: eve });
    const sent = { token: made.body.token, photo: [Buffer.from(again).toString('base64')], note: 'x'.repeat(9000) };
    const body = JSON.stringify({ ...sent, auth_token: token });
    const checked = await call('/authenticate', { body }, { 'content-type': 'application/json' });
    expect([made.status, checked.body]).toEqual([200, { ok: true, authenticated: true }]);
  });

  test('seals one photo at accuracy 6 to 8, which the audit trail marks as weak', async () => {
    for (const accuracy of ['6', '7', '8']) {
      const made = await post('/generate', { photo: ada, accuracy });
      expect(made.body).toMatchObject({ quality: { photos: 1, weak: true } });
      const checked = await post('/authenticate', { token: made.body.token, photo: again, accuracy });
      expect(checked.body.authenticated).toBe(true);
    }
    const details = server.audit.events.flatMap(({ action, detail }) => (action === 'enrolled' ? [detail] : []));
    expect(details).toEqual(Array(3).fill(expect.objectContaining({ photos: 1, weak: true })));
  });

  test('gets the score 0 without a match', async () => {
    const { token: stored } = (await post('/generate', { photo: ada })).body;
    const scored = await post('/authenticate-score', { token: stored, photo: eve });
    expect(scored.body).toEqual({ ok: true, authenticated: false, score: 0, threshold: expect.any(Number) });
  });

  test.each<[number, string, string, RequestInit]>([
    [400, 'photo_too_many', '/generate', { body: toForm({ photo: Array(6).fill(ada) }) }],
    [400, 'face_mismatch', '/generate', { body: toForm({ photo: [ada, eve] }) }],
    [400, 'media_type_unsupported', '/authenticate', { body: new URLSearchParams({ token: 'a' }) }],
    [401, 'scope_missing', '/content-key', { body: toForm({ token: 'a', photo: ada }) }],
    [502, 'state_unavailable', '/generate', { body: toForm({ photo: ada }) }],
  ])('gets the status %i for %s', async (status, code, path, init) => {
    if (code === 'state_unavailable') server.deps.state.add = () => Promise.reject(new FaceError(code));
    expect(await call(path, init)).toMatchObject({ status, body: { ok: false, error: expect.any(String), code } });
  });

  test('is named by /token and in the audit trail', async () => {
    expect((await post('/token', {})).body).toMatchObject({ compat: 'facenition' });
    const issued = server.audit.events.find(({ action }) => action === 'client_token_issued');
    expect(issued?.detail).toMatchObject({ compat: 'facenition' });
  });
});

test('a token without compatibility gets the statuses and refusals of facestep', async () => {
  token = (await server.issue()).token;
  const refused = [
    await post('/generate', { photo: ada, device: 'kiosk 7' }),
    await post('/generate', { photo: ada, password: '' }),
    await post('/generate', { photo: ada, accuracy: '8' }),
    await post('/generate', { photo: [ada, eve] }),
  ];
  expect(refused.map(({ status, body: { code, field } }) => [status, code, field])).toEqual([
    [400, 'field_unknown', 'device'],
    [400, 'request_malformed', 'password'],
    [400, 'photo_too_few', undefined],
    [403, 'face_mismatch', undefined],
  ]);
  const { token: stored } = (await post('/generate', { photo: ada })).body;
  expect((await post('/authenticate-score', { token: stored, photo: eve })).body.score).toBeNull();
});
