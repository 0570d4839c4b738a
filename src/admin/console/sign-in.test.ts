import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  cookiesOf,
  fromOwnPage,
  readSession,
  signInByKey,
  toSessionHeaders,
} from '../../../support/benches/console.js';
import { testIssuer } from '../../../support/fakes/keys.js';
import { type ApiServer, adminKey, startApiServer } from '../../../support/servers/api-server.js';
import { type CompanyProviderServer, startCompanyProvider } from '../../../support/servers/company-provider.js';
import { idOfSignIn } from '../../access/console-sessions.js';
import { consoleGuard } from '../../config/console.js';
import type { Fetch } from '../../core/ports.js';
import type { Credential } from '../../core/secrets.js';
import { createFirstCode } from './first-sign-in.js';

const redirectUri = `${testIssuer}/console/callback`;
const users = {
  u1: { login: 'ada@example.com', groups: ['staff', 'face-owners'] },
  u2: { login: 'bob@example.com', groups: ['service-desk', 'face-auditors'] },
  u3: { login: 'eve@example.com', groups: ['staff'] },
  u4: { login: 'owner', groups: ['service-desk'] },
  u5: { login: '<b>x</b> owner\n', groups: ['service-desk'] },
};
const roles = { owner: ['face-owners'], auditor: ['face-auditors'], 'help-desk': ['service-desk'] };

let company: CompanyProviderServer;
let server: ApiServer;
let asked: string[];
/** The server, with that provider. */
const start = async () => {
  const { issuer, clientId, clientSecret } = company;
  asked = [];
  const given: Fetch = (url, init) => {
    asked.push(new URL(url).pathname);
    return fetch(url, init);
  };
  server = await startApiServer({
    console: consoleGuard.parse({ signIn: { issuer, clientId, clientSecret, roles } }),
    fetch: given,
  });
};
beforeAll(async () => {
  company = await startCompanyProvider(redirectUri, users);
});
beforeEach(() => start());

const ask = (path: string, cookie = '') =>
  fetch(`${server.origin}${path}`, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
const placeOf = (response: Response): string => response.headers.get('location') ?? '';

/** To the provider, and back with its answer. */
async function visit(to = '/console') {
  const begun = await ask(`/console/api/sign-in?to=${encodeURIComponent(to)}`);
  expect(begun.status).toBe(303);
  return { begun, cookie: cookiesOf(begun.headers), address: new URL(placeOf(begun)) };
}
const toPath = ({ pathname, search }: URL): string => pathname + search;

/** @param known - cookie of a browser that signed in before */
async function signIn(user: keyof typeof users, to?: string, known = '') {
  company.user = user;
  const { cookie, address } = await visit(to);
  const back = await company.follow(address.href);
  return ask(toPath(back), known === '' ? cookie : `${cookie}; ${known}`);
}

const sessionOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .filter((line) => line.startsWith('__Host-facestep-console=') && !line.includes('=;'))
    .map((line) => line.split(';')[0])
    .join('');
const knownOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .filter((line) => line.startsWith('__Host-facestep-console-known='))
    .map((line) => line.split(';')[0])
    .join('');
const isRefused = (response: Response, why: string): void => {
  expect(placeOf(response)).toBe(`${testIssuer}/console/sign-in?refused=${why}`);
  expect(sessionOf(response)).toBe('');
};

describe('sign-in with the company’s provider', () => {
  test('grants the highest role of the user’s groups and records actions under the user’s login', async () => {
    const response = await signIn('u1', '/console/administrators?x=1');
    expect(placeOf(response)).toBe(`${testIssuer}/console/administrators?x=1`);
    const [cookie = ''] = response.headers.getSetCookie().filter((line) => /^__Host-facestep-console=[\w-]/.test(line));
    expect(cookie).toMatch(/; Path=\/; .*HttpOnly; Secure; SameSite=Strict/);
    const headers = await toSessionHeaders(server, sessionOf(response));
    const by = `ada@example.com (${new URL(company.issuer).host})`;
    const { session } = await readSession(server, headers.cookie);
    expect(session).toMatchObject({ name: by, role: 'owner', byKey: false });
    const { status } = await server.postJson('/v1/administrators', { name: 'grace', role: 'auditor' }, headers);
    expect(status).toBe(201);
    const { issuer } = company;
    // A new login is recorded under the same id.
    const id = idOfSignIn(issuer, 'u1').slice(0, 12);
    const recorded = `ada@example.com (${new URL(issuer).host}, ${id})`;
    // By this name, the console finds a person's own entries in lists.
    expect(session).toMatchObject({ recordedName: recorded });
    expect(server.audit.events.map(({ action, detail }) => [action, detail])).toEqual([
      ['console_signed_in', { by: recorded, role: 'owner', issuer, subject: 'u1', emergency: false }],
      ['administrator_added', { name: 'grace', role: 'auditor', id: expect.any(String), by: recorded }],
    ]);
  });

  test('applies a change of groups at the next sign-in', async () => {
    const moving = { login: 'ada@example.com', groups: ['face-owners'] };
    const usual = company;
    company = await startCompanyProvider(redirectUri, { u1: moving });
    await start();
    const former = await toSessionHeaders(server, sessionOf(await signIn('u1')));
    moving.groups = ['face-auditors'];
    const next = await toSessionHeaders(server, sessionOf(await signIn('u1')));
    const wish = { name: 'grace', role: 'auditor' };
    expect((await server.postJson('/v1/administrators', wish, next)).body.code).toBe('role_missing');
    // A session that was begun before keeps its role until it ends.
    expect((await server.postJson('/v1/administrators', wish, former)).status).toBe(201);
    moving.groups = [];
    isRefused(await signIn('u1'), 'no-role');
    await company.stop();
    company = usual;
  });

  test('is refused for a user without a group, and recorded', async () => {
    isRefused(await signIn('u3'), 'no-role');
    const [event] = server.audit.events;
    expect(event).toMatchObject({
      action: 'console_sign_in_refused',
      detail: { subject: 'u3', issuer: company.issuer },
    });
  });

  test('qualifies a login that equals the first owner, and removes markup from logins', async () => {
    const host = new URL(company.issuer).host;
    expect(await readSession(server, sessionOf(await signIn('u4')))).toMatchObject({
      session: { name: `owner (${host})` },
    });
    const { session } = await readSession(server, sessionOf(await signIn('u5')));
    expect(session).toMatchObject({ name: `%3Cb%3Ex%3C%2Fb%3E%20owner%0A (${host})` });
  });

  test('uses PKCE, state and nonce; the cookie reveals none of them', async () => {
    const { address, cookie, begun } = await visit();
    const sent = Object.fromEntries(address.searchParams);
    expect(sent).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', redirect_uri: redirectUri });
    expect(new Set([sent.state, sent.nonce, sent.code_challenge]).size).toBe(3);
    for (const value of [sent.state, sent.nonce, sent.code_challenge]) {
      expect(value).toMatch(/^[\w-]{43}$/);
      expect(cookie).not.toContain(value);
    }
    expect(begun.headers.getSetCookie()[0]).toMatch(/^__Host-facestep-console-visit=.*HttpOnly; Secure; SameSite=Lax/);
  });

  test('refuses a reply with the cookie of another sign-in, without a cookie, or used before', async () => {
    company.user = 'u1';
    const mine = await visit();
    const other = await visit();
    const back = await company.follow(mine.address.href);
    isRefused(await ask(toPath(back), other.cookie), 'not-finished');
    isRefused(await ask(toPath(back)), 'not-finished');
    const right = await ask(toPath(back), mine.cookie);
    expect(sessionOf(right)).not.toBe('');
    isRefused(await ask(toPath(back), mine.cookie), 'not-finished');
  });

  test.each<[string, (back: URL, other: URL) => void]>([
    ['another state value', (back) => back.searchParams.set('state', 'x')],
    [
      'the code of another sign-in (PKCE)',
      (back, other) => back.searchParams.set('code', other.searchParams.get('code') ?? ''),
    ],
    ['another issuer', (back) => back.searchParams.set('iss', 'https://evil.example')],
  ])('refuses a reply with %s', async (_name, change) => {
    company.user = 'u1';
    const mine = await visit();
    const other = await visit();
    const back = await company.follow(mine.address.href);
    const theirs = await company.follow(other.address.href);
    change(back, theirs);
    isRefused(await ask(toPath(back), mine.cookie), 'not-finished');
    expect(server.audit.events).toEqual([]);
  });

  test('refuses an ID token with another nonce', async () => {
    company.user = 'u1';
    const { address, cookie } = await visit();
    address.searchParams.set('nonce', 'another');
    isRefused(await ask(toPath(await company.follow(address.href)), cookie), 'not-finished');
  });

  test.each(['//evil.example/console', '/\\evil.example', '/consoles', '/console/../face'])(
    'does not redirect to %s after the sign-in',
    async (to) => {
      expect(placeOf(await signIn('u1', to))).toBe(`${testIssuer}/console`);
    },
  );

  test('does not follow a redirect target in a forged cookie', async () => {
    company.user = 'u1';
    const { cookie, address } = await visit();
    const planted = cookie.replace(/\.[^.]*$/, `.${Buffer.from('//evil.example/console').toString('base64url')}`);
    const response = await ask(toPath(await company.follow(address.href)), planted);
    expect(placeOf(response)).toBe(`${testIssuer}/console`);
  });

  test('limits the rate of forged replies, and blocks their address for seconds only', async () => {
    const { cookie, address } = await visit();
    const made = `/console/callback?code=x&state=${address.searchParams.get('state')}&iss=${company.issuer}`;
    for (let tries = 0; tries < 50; tries += 1) isRefused(await ask(made, cookie), 'not-finished');
    const calls = asked.length;
    for (let tries = 0; tries < 150; tries += 1) isRefused(await ask(made, cookie), 'locked-out');
    expect(asked).toHaveLength(calls);
    server.clock.advanceSec(10);
    expect(sessionOf(await signIn('u1'))).not.toBe('');
  });

  test('forged replies do not block a browser that signed in before from the same address', async () => {
    const known = knownOf(await signIn('u1'));
    const { cookie, address } = await visit();
    const made = `/console/callback?code=x&state=${address.searchParams.get('state')}&iss=${company.issuer}`;
    for (let tries = 0; tries < 60; tries += 1) await ask(made, cookie);
    isRefused(await signIn('u1'), 'locked-out');
    isRefused(await signIn('u1', '/console', known.replace(/=./, '=#')), 'locked-out');
    expect(sessionOf(await signIn('u1', '/console', known))).not.toBe('');
  });

  test('replies without a sign-in cause no call to the provider and, like wrong keys, do not block sign-ins', async () => {
    const { cookie } = await visit();
    const calls = asked.length;
    const tryKey = () => server.postJson('/console/api/sign-in/key', { key: 'wrong' }, fromOwnPage);
    for (let tries = 0; tries <= 100; tries += 1) {
      isRefused(await ask('/console/callback?code=x&state=x', cookie), 'not-finished');
      await tryKey();
    }
    expect(asked).toHaveLength(calls);
    expect((await tryKey()).body.code).toBe('locked_out');
    expect(sessionOf(await signIn('u1'))).not.toBe('');
  });
});

test('the code of the first start signs in once, within an hour, and is counted when it is wrong', async () => {
  const { deps, clock } = server;
  const tryCode = (code: string) => server.postJson('/console/api/sign-in/code', { code }, fromOwnPage);
  const create = (digest = deps.adminKeyDigest) => createFirstCode(digest, deps);
  const [used, late, ofFormerKey] = await Promise.all([create(), create(), create(Buffer.alloc(32))]);
  const textOf = (code: Credential): string => code.use((text) => text);
  const answers = await Promise.all([tryCode(textOf(used)), tryCode(textOf(used))]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
  expect((await tryCode(textOf(ofFormerKey))).status).toBe(401);
  clock.advanceSec(3601);
  expect((await tryCode(textOf(late))).body.code).toBe('caller_untrusted');
  for (let tries = 0; tries < 100; tries += 1) await tryCode('wrong');
  expect((await tryCode('wrong')).body.code).toBe('locked_out');
});

describe('sign-in with an admin key', () => {
  test('raises an alert if a provider is configured', async () => {
    const headers = await signInByKey(server);
    expect(await readSession(server, headers.cookie)).toMatchObject({
      ways: { provider: true },
      session: { name: 'owner', role: 'owner', byKey: true },
    });
    expect(server.audit.events).toMatchObject([
      { action: 'console_signed_in', detail: { by: 'owner', issuer: null, emergency: true } },
    ]);
    expect(server.log.text()).toMatch(/admin key used to sign in to the console/);
    const { emergencySignIns } = server.deps.telemetry.metrics;
    expect((await emergencySignIns.get()).values[0]?.value).toBe(1);
  });

  test('refuses a wrong key, and locks out after too many', async () => {
    const tryKey = (key: string) => server.postJson('/console/api/sign-in/key', { key }, fromOwnPage);
    for (let tries = 0; tries < 100; tries += 1) expect((await tryKey('wrong')).body.code).toBe('caller_untrusted');
    expect((await tryKey('wrong')).body.code).toBe('locked_out');
    expect((await tryKey(adminKey)).status).toBe(200);
  });

  test.each<[string, Record<string, string>, string]>([
    ['another site', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, 'caller_untrusted'],
    ['another origin', { origin: 'https://evil.example', 'content-type': 'application/json' }, 'caller_untrusted'],
    ['a form', { ...fromOwnPage, 'content-type': 'text/plain' }, 'request_malformed'],
  ])('is refused for a request from %s', async (_name, headers, code) => {
    const answer = await server.postJson('/console/api/sign-in/key', { key: adminKey }, headers);
    expect(answer.body.code).toBe(code);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });
});
