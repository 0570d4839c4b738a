import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTestVerifier, drawPicture } from '../../../support/fakes/embedded.js';
import { type ApiServer, startApiServer, toForm } from '../../../support/servers/api-server.js';
import { attemptsOfToken } from '../../core/limits/attempts.js';
import { countAttempt } from '../../core/limits/lockout.js';

let server: ApiServer;
let auth: { 'x-auth-token': string };
beforeEach(async () => {
  server = await startApiServer();
  auth = { 'x-auth-token': (await server.issue()).token };
});

type Fields = Parameters<typeof toForm>[0];
const ada = drawPicture('ada', 1);
const post = (path: string, fields: Fields, headers: Record<string, string> = auth) =>
  server.postForm(path, toForm(fields), headers);
const generate = async (fields: Fields = {}) => (await post('/generate', { photo: ada, ...fields })).body;
const authenticate = (token: unknown, fields: Fields = {}, headers = auth) =>
  post('/authenticate', { token: String(token), photo: drawPicture('ada', 2), ...fields }, headers);
const tomorrow = () => new Date(server.clock.now() + 86_400_000).toISOString().replace(/\.\d+/, '');

describe('the enrolled person', () => {
  test('is authenticated with the same password, scope, accuracy and expiry', async () => {
    const fields = { password: 'correct horse', scope: 'app:login', accuracy: '6', expiry: tomorrow() };
    const photo = [1, 2, 3].map((shot) => drawPicture('ada', shot));
    const made = await generate({ ...fields, photo });
    expect(made).toMatchObject({ accuracy: 6, scope: 'app:login', quality: { photos: 3, weak: false } });
    expect(Date.parse(String(made.expiresAt))).toBe(Date.parse(fields.expiry));
    expect(String(made.token).length).toBeLessThanOrEqual(256);
    expect((await authenticate(made.token, fields)).body).toEqual({ ok: true, authenticated: true });
    expect((await authenticate(made.token, { ...fields, expiry: [] })).body.authenticated).toBe(true);
  });

  test('receives a score, and an impostor receives none', async () => {
    const { token } = await generate();
    const scored = await post('/authenticate-score', { token: String(token), photo: drawPicture('ada', 2) });
    expect(scored.body).toMatchObject({ authenticated: true });
    expect(Number(scored.body.score)).toBeGreaterThan(Number(scored.body.threshold));
    const other = await post('/authenticate-score', { token: String(token), photo: drawPicture('eve', 2) });
    expect(other.body).toMatchObject({ authenticated: false, score: null });
  });
});

describe('the content key of a token', () => {
  const release = (token: unknown, fields: Fields = {}, headers = auth) =>
    post('/content-key', { token: String(token), photo: drawPicture('ada', 2), ...fields }, headers);

  test('is the same 32 bytes at each match, and differs for another token of the same face', async () => {
    const fields = { password: 'correct horse', scope: 'files', accuracy: '5' };
    const { token } = await generate(fields);
    const first = (await release(token, fields)).body;
    expect(first).toEqual({ ok: true, released: true, contentKey: expect.stringMatching(/^[\w-]{43}$/) });
    expect((await release(token, { ...fields, photo: drawPicture('ada', 7) })).body).toEqual(first);
    const { token: enrolledAnew } = await generate(fields);
    const second = (await release(enrolledAnew, fields)).body;
    expect(second.released).toBe(true);
    expect(second.contentKey).not.toBe(first.contentKey);
  });

  test.each<[string, Fields]>([
    ['another face', { photo: drawPicture('eve', 1) }],
    ['another password', { password: 'wrong' }],
    ['another scope', { scope: 'app:pay' }],
    ['another accuracy', { accuracy: '5' }],
  ])('is not released for %s', async (_, change) => {
    const fields = { password: 'right', scope: 'files', accuracy: '4' };
    const { token } = await generate(fields);
    const answer = await release(token, { ...fields, ...change });
    expect(answer).toMatchObject({ status: 200, body: { ok: true, released: false, contentKey: null } });
  });

  test('is not released to another tenant, without the scope, or for a revoked token', async () => {
    const { token } = await generate();
    const other = { 'x-auth-token': (await server.issue(undefined, 'globex')).token };
    expect((await release(token, {}, other)).body).toEqual({ ok: true, released: false, contentKey: null });
    const weak = { 'x-auth-token': (await server.issue(['verify'])).token };
    expect((await release(token, {}, weak)).body.code).toBe('scope_missing');
    await server.postJson('/revoke', { token: String(token) }, auth);
    expect((await release(token)).body.code).toBe('token_revoked');
  });

  test('shares its failed attempts with /authenticate: one hundred lock the token for both', async () => {
    const { token, tokenId } = await generate();
    const fail = async () => ({ succeeded: false, result: null });
    for (let failed = 0; failed < 98; failed += 1)
      await countAttempt(attemptsOfToken(String(tokenId)), fail, server.deps);
    const eve = { photo: drawPicture('eve', 1) };
    expect((await authenticate(token, eve)).body.authenticated).toBe(false);
    expect((await release(token, eve)).body.released).toBe(false);
    expect(await release(token)).toMatchObject({ status: 429, body: { code: 'locked_out' } });
    expect((await authenticate(token)).body.code).toBe('locked_out');
  });

  test('is zeroed after the response and never logged', async () => {
    const verifier = createTestVerifier();
    const kept: Uint8Array[] = [];
    const own = await startApiServer({
      verifier: {
        ...verifier,
        verify: ({ takeContentKey, ...request }) =>
          verifier.verify({
            ...request,
            takeContentKey(key) {
              kept.push(key);
              takeContentKey?.(key);
            },
          }),
      },
    });
    const headers = { 'x-auth-token': (await own.issue()).token };
    const { body } = await own.postForm('/generate', toForm({ photo: ada }), headers);
    const form = toForm({ token: String(body.token), photo: drawPicture('ada', 2) });
    const answer = await own.postForm('/content-key', form, headers);
    expect(answer.body.released).toBe(true);
    expect(kept).toHaveLength(1);
    expect(kept[0]!.every((byte) => byte === 0)).toBe(true);
    expect(own.log.text() + JSON.stringify(own.audit.events)).not.toContain(String(answer.body.contentKey));
  });
});

/** The token with another expiry in its clear bytes. */
const withExpiry = (token: unknown, seconds: number): string => {
  const bytes = Buffer.from(String(token).slice('fv1.'.length), 'base64url');
  bytes.writeUInt32BE(seconds, 4);
  return `fv1.${bytes.toString('base64url')}`;
};

const refusals = {
  '/authenticate': { ok: true, authenticated: false },
  '/authenticate-score': { ok: true, authenticated: false, score: null, threshold: expect.any(Number) },
  '/content-key': { ok: true, released: false, contentKey: null },
} as const;

describe.each(Object.entries(refusals))('a token with altered expiry bytes is refused at %s', (path, refusal) => {
  /** Both ways to say the true expiry: in the request, and not at all. */
  async function expectRefused(token: string, expiry: string, headers = auth): Promise<void> {
    for (const fields of [{ expiry }, {}, { expiry: new Date(farAhead * 1000).toISOString() }]) {
      const answer = await post(path, { token, photo: drawPicture('ada', 2), ...fields }, headers);
      expect(answer).toMatchObject({ status: 200, body: refusal });
    }
  }
  const farAhead = 4_000_000_000;

  test('if the token has expired', async () => {
    const expiry = tomorrow();
    const { token } = await generate({ expiry });
    server.clock.advanceSec(86_400);
    const later = { 'x-auth-token': (await server.issue()).token };
    const truly = await post(path, { token: String(token), photo: drawPicture('ada', 2), expiry }, later);
    expect(truly.body.code).toBe('token_expired');
    await expectRefused(withExpiry(token, farAhead), expiry, later);
    await expectRefused(withExpiry(token, 0), expiry, later);
  });

  test('if the token was revoked', async () => {
    const expiry = tomorrow();
    const { token } = await generate({ expiry });
    await server.postJson('/revoke', { token: String(token) }, auth);
    await expectRefused(withExpiry(token, farAhead), expiry);
    await expectRefused(withExpiry(token, 0), expiry);
  });

  test('if the token is locked, for any altered expiry', async () => {
    const expiry = tomorrow();
    const { token, tokenId } = await generate({ expiry });
    const fail = async () => ({ succeeded: false, result: null });
    for (let failed = 0; failed < 100; failed += 1)
      await countAttempt(attemptsOfToken(String(tokenId)), fail, server.deps);
    const locked = await post(path, { token: String(token), photo: drawPicture('ada', 2), expiry });
    expect(locked.body.code).toBe('locked_out');
    for (const other of [0, 1, 2]) await expectRefused(withExpiry(token, farAhead + other), expiry);
  });
});

test.each<[string, Fields]>([
  ['another face', { photo: drawPicture('eve', 1) }],
  ['another password', { password: 'wrong' }],
  ['no password', { password: [] }],
  ['another scope', { scope: 'app:pay' }],
  ['another accuracy', { accuracy: '5' }],
  ['another expiry', { expiry: '2050-01-01T00:00:00Z' }],
  ['an expiry before 1970', { expiry: '1969-12-31T23:59:59Z' }],
])('/authenticate refuses %s without further details', async (_, change) => {
  const fields = { password: 'right', scope: 'app:login', accuracy: '4', expiry: tomorrow() };
  const { token } = await generate(fields);
  const answer = await authenticate(token, { ...fields, ...change });
  expect(answer).toMatchObject({ status: 200, body: { ok: true, authenticated: false } });
  expect(Object.keys(answer.body)).toEqual(['ok', 'authenticated']);
});

describe('the matching endpoints', () => {
  const eve = drawPicture('eve', 1);

  test('compare two pictures', async () => {
    const same = await post('/match', { probe: ada, reference: drawPicture('ada', 2) });
    expect(same.body).toMatchObject({ ok: true, match: true });
    expect(Number(same.body.score)).toBeGreaterThan(0.5);
    expect((await post('/match', { probe: ada, reference: eve, accuracy: '8' })).body.match).toBe(false);
    expect((await post('/match', { probe: ada })).body.code).toBe('photo_missing');
  });

  test('compare one picture with many, in order', async () => {
    const answer = await post('/match-bulk', { probe: ada, reference: [eve, drawPicture('ada', 3), eve] });
    expect(answer.body.results).toMatchObject([{ match: false }, { match: true }, { match: false }]);
  });

  test('check the consistency of several pictures', async () => {
    const photos = [ada, drawPicture('ada', 2), eve];
    expect((await post('/consistency-check', { photo: photos })).body).toEqual({
      ok: true,
      consistent: false,
      outliers: [2],
      unusable: [],
    });
  });
});

test('the screening endpoints return measurements with units and bounds', async () => {
  const detected = await post('/detect', { photo: ada });
  expect(detected.body).toMatchObject({ widthPx: 200, faces: [{ box: { x: 10 }, confidence: 0.99 }] });
  for (const path of ['/quality', '/liveness']) {
    const { body } = await post(path, { photo: ada });
    expect(body).toMatchObject({ pass: true, reasons: [] });
    expect(body.measurements).not.toEqual([]);
  }
  const printed = Buffer.from('face ada 1 0.01');
  expect((await post('/liveness', { photo: printed })).body).toMatchObject({ pass: false });
  expect((await post('/quality', { photo: Buffer.from('wall') })).body.code).toBe('face_none');
});

test('unclear faces that do not match count as no failed attempt, ten times a day', async () => {
  const { token } = (await post('/generate', { photo: drawPicture('ada', 1) })).body;
  const show = async (person: string) => {
    const { body } = await authenticate(token, { photo: drawPicture(person, 3) });
    return body.authenticated ?? body.code;
  };
  for (let each = 0; each < 10; each += 1) expect(await show('fog')).toBe('face_unclear');
  expect(await show('ada')).toBe(true);
  // Each one counts from now on.
  for (let each = 0; each < 100; each += 1) expect(await show('fog')).toBe('locked_out');
  expect(await show('ada')).toBe('locked_out');
});
