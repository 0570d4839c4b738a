import { createPrivateKey } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK } from 'jose';
import type { Fetch } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';
import type { FaceError } from '../../src/errors.js';
import { type OktaBench, openOktaBench } from '../../test/contract/okta.js';

const unavailable = { code: 'profile_unavailable' };

let bench: OktaBench;
let ada: string;
beforeEach(async () => {
  bench = await openOktaBench();
  ada = await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse', firstName: 'Ada' });
});

const attributesOf = (user: string) => bench.okta.org.users.get(user)!.profile;

test('ending the sessions of a user ends the sessions and refresh tokens of that user only', async () => {
  const grace = await bench.okta.createUser({
    login: 'grace@example.com',
    password: 'correct horse',
    firstName: 'Grace',
  });
  const { requests, profile } = observe();
  await profile.endSessions?.(ada);
  expect(bench.okta.org.users.get(ada)?.sessionsEndedAt).toBeDefined();
  expect(bench.okta.org.users.get(grace)?.sessionsEndedAt).toBeUndefined();
  const { method, url } = requests.at(-1)!;
  expect(`${method} ${url}`).toMatch(new RegExp(`^DELETE .*/api/v1/users/${ada}/sessions\\?oauthTokens=true$`));
  await expect(profile.endSessions?.('00u1ab2cd3ef4gh5ij67')).rejects.toMatchObject({ code: 'subject_unknown' });
  await expect(profile.endSessions?.('../groups')).rejects.toMatchObject({ code: 'subject_unknown' });
});

/** The profile over a fetch that keeps a record, or answers in Okta's place. */
function observe(answer?: (url: string) => Promise<Response>) {
  const requests: { method: string; url: string; headers: Headers }[] = [];
  const send: Fetch = (url, init) => {
    requests.push({ method: init.method ?? '', url, headers: new Headers(init.headers) });
    return answer === undefined ? fetch(url, init) : answer(url);
  };
  return { requests, profile: bench.connect({ fetch: send }).profile };
}

describe('the attribute', () => {
  test('is written without changing other attributes', async () => {
    attributesOf(ada).department = 'Engines';
    await bench.adapter.profile.writeToken(ada, new SealedToken('FV1.abc'));
    expect(attributesOf(ada)).toMatchObject({ firstName: 'Ada', department: 'Engines', facestepToken: 'FV1.abc' });
    await bench.adapter.profile.clearToken(ada);
    expect(attributesOf(ada)).toMatchObject({ firstName: 'Ada', department: 'Engines' });
    expect(attributesOf(ada)).not.toHaveProperty('facestepToken');
  });

  test('counts as written only if Okta returns the value: an HTML page or another value is an error', async () => {
    const page = '<html><body>Back soon</body></html>';
    for (const body of [page, JSON.stringify({ id: ada, profile: { facestepToken: 'FV1.other' } })]) {
      const { profile } = observe(async () => new Response(body, { status: 200 }));
      await expect(profile.writeToken(ada, new SealedToken('FV1.abc'))).rejects.toMatchObject(unavailable);
      await expect(profile.clearToken(ada)).rejects.toMatchObject(unavailable);
    }
  });

  test('is refused if the reply is about another user', async () => {
    const { profile } = observe(async () => Response.json({ id: '00uOther', profile: { facestepToken: 'FV1.abc' } }));
    await expect(profile.readToken(ada)).rejects.toMatchObject({ code: 'subject_unknown' });
  });
});

describe('a faulty reply of the org', () => {
  test('is retried if it reports a rate limit that ends within seconds, with at most three calls in all', async () => {
    const date = new Date().toUTCString();
    const headers = { 'x-rate-limit-reset': String(Date.parse(date) / 1000), date };
    const limit = () =>
      Response.json({ errorCode: 'E0000047', errorSummary: 'API call exceeded rate limit' }, { status: 429, headers });
    const user = () => Response.json({ id: ada, profile: { facestepToken: 'FV1.abc' } });
    for (const [limited, asked] of [
      [2, 3],
      [3, 3],
    ] as const) {
      const { profile, requests } = observe(async () => (requests.length > limited ? user() : limit()));
      const outcome = await profile.readToken(ada).then(
        () => 'read',
        ({ detail }: FaceError) => detail,
      );
      expect(outcome).toEqual(limited < 3 ? 'read' : { status: 429, errorCode: 'E0000047' });
      expect(requests).toHaveLength(asked);
    }
  });
});

describe('a service application with a key pair', () => {
  test.each([
    { requireDpop: false, form: 'pem' },
    { requireDpop: true, form: 'pem' },
    { requireDpop: true, form: 'jwk' },
  ])('reads and writes the token: %j', async ({ requireDpop, form }) => {
    const scopes = ['okta.users.read', 'okta.users.manage'];
    const auth = await bench.addServiceApp(scopes, { requireDpop });
    const jwk = { ...(await exportJWK(createPrivateKey(auth.privateKey))), kid: 'k1' };
    const privateKey = form === 'jwk' ? JSON.stringify(jwk) : auth.privateKey;
    const { profile } = bench.connect({ okta: { auth: { ...auth, privateKey, scopes } } });
    await profile.writeToken(ada, new SealedToken('FV1.abc'));
    expect((await profile.readToken(ada))?.use((text) => text)).toBe('FV1.abc');
  });
});

describe('a login', () => {
  test('may be the part before the @ if only one login starts with it', async () => {
    const { profile } = bench.adapter;
    expect((await profile.findAccount('ADA'))?.subject).toBe(ada);
    await bench.okta.createUser({ login: 'ada@example.org', password: 'correct horse' });
    expect(await profile.findAccount('ada')).toBeNull();
  });

  test('never matches the calling administrator, and a reply with another user is refused', async () => {
    const me = { id: '00uAdmin', profile: { login: 'me@example.com', email: null } };
    const { profile, requests } = observe(async () => Response.json(me));
    for (const login of ['me', 'ada@example.com', 'm', '00uAdmin']) expect(await profile.findAccount(login)).toBeNull();
    expect(requests).toHaveLength(4);
    for (const login of ['..', '.', ' a', '']) expect(await profile.findAccount(login)).toBeNull();
    const asked = requests.slice(4).map(({ url }) => new URL(url).pathname);
    expect(new Set(asked)).toEqual(new Set(['/api/v1/users/nobody%40facestep.invalid']));
  });

  test('is encoded as one path segment', async () => {
    const { profile, requests } = observe();
    await profile.findAccount('o’brien x=1#%2f..;@example.com');
    const { pathname, search, hash } = new URL(requests[0]!.url);
    const encoded = '/api/v1/users/o%E2%80%99brien%20x%3D1%23%252f..%3B%40example.com';
    expect({ pathname, search, hash }).toEqual({ pathname: encoded, search: '', hash: '' });
  });

  test.each(['corp/ada@example.com', 'is ada?@example.com', 'ada b lovelace', 'a/"\\" or status eq "ACTIVE'])(
    'finds a user although Okta does not accept its characters in a path: %s',
    async (login) => {
      const { profile } = bench.adapter;
      const id = await bench.okta.createUser({ login, password: 'correct horse' });
      expect(await profile.findAccount(login)).toMatchObject({ subject: id, login });
      expect(await profile.findAccount(`${login}x`)).toBeNull();
    },
  );
});
