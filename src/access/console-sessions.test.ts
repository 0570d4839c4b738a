import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  cookiesOf,
  expectAtEveryEndpoint,
  fromOwnPage,
  readSession,
  type SessionHeaders,
  signInByKey,
  toSessionHeaders,
} from '../../support/benches/console.js';
import { createTestConnection } from '../../support/benches/core.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { type ApiServer, adminKey, startApiServer, toForm } from '../../support/servers/api-server.js';
import { createEndpoints } from '../app/endpoints.js';
import { consoleGuard } from '../config/console.js';
import type { Policy } from '../core/connection.js';
import { addAdministrator } from './administrators.js';
import { beginSession, findConsoleSession, longestSessionSec } from './console-sessions.js';
import type { Role } from './rights.js';

const issuer = 'https://login.example.com';
const signInConfig = { issuer, clientId: 'console', clientSecret: 's', roles: {} };
let server: ApiServer;
async function start(policy: Partial<Policy> = {}): Promise<void> {
  const profile = createMemoryProfile(['ada']);
  const acme = createTestConnection({ id: 'acme', kind: 'okta', profile, policy: { liveness: 'passive', ...policy } });
  server = await startApiServer({
    connections: new Map([['acme', acme]]),
    console: consoleGuard.parse({ signIn: signInConfig, stepUp: { connection: 'acme' } }),
  });
}
beforeEach(() => start());

const owner = { name: 'owner', role: 'owner' } as const;
const list = (headers: Record<string, string>) => server.send('GET', '/v1/administrators', { headers });
const codeOf = async (headers: Record<string, string>) => (await list(headers)).body.code ?? 'done';

/** A session as the sign-in at the provider begins it. */
async function beginByProvider(role: Role, login = 'ada@example.com'): Promise<SessionHeaders> {
  const secret = await beginSession(
    { name: login, role, by: { kind: 'provider', issuer, subject: 'sub-1', login } },
    server.deps,
  );
  return toSessionHeaders(server, `__Host-facestep-console=${secret.use((text) => text)}`);
}

test('a console session grants each role exactly its rights at every endpoint', () =>
  expectAtEveryEndpoint(server, beginByProvider, (may, isSensitive) =>
    may ? (isSensitive ? 'face_not_verified' : null) : 'role_missing',
  ));

const words = (text: string): string[] => text.trim().split(/\s+/).toSorted();

/** What allows a pass, ends or resets something, changes who may, or sends to many people or changes what they get: a session does it only after a fresh face check. */
const sensitive = words(`
  /administrators /administrators/:name /generateToken /revokeToken
  /applications/:id/keys /applications/:id/keys/revoke /applications/:id
  /applications/:id/owners/:developer /applications/:id/owners/add /application-requests/:id/approve
  /connections/:id/mode /connections/:id/apply /keys/rotate /keys/retire
  /subjects/invite /subjects/revoke /subjects/unlock /subjects/erase
  /subjects/withdraw-data-consents /subjects/end-links
  /help-desk/bypass-codes /help-desk/bypass-codes/:id/approve /help-desk/enrolments
  /recoveries /recoveries/:id/approve /recoveries/:id/refuse
  /campaigns/start /campaigns/resume /campaigns/remind /campaigns/words /brand/apply
  /configuration/draft/apply /configuration/draft/connect /configuration/draft/save /configuration/restart
  /configuration/versions/restore`);

/** What does none of that. A new endpoint has to be put into one of the two lists. */
const others = words(`
  /acceptance-reports /application-requests/:id/ask-back /application-requests/:id/refuse
  /application-terms /applications
  /audit/verify /brand/check /campaigns /campaigns/bounces
  /campaigns/preview /campaigns/stop
  /events/undelivered/retry /configuration/draft/check /configuration/draft/discard
  /configuration/reload /connections/:id/refused
  /connections/:id/rules/test /doctor /doctor/accepted /help-desk/caller-pins
  /help-desk/requests/:id/settle /help-desk/requests/:id/take
  /help-desk/vouchings /help-desk/vouchings/:id /log/checks /log/export /log/follow /log/list
  /people/checks /people/find /people/list /people/locked /people/log /people/names /people/one /proof
  /subjects/export`);

test('each changing administrator endpoint is classified as sensitive or not, as the two lists in this file state', () => {
  const changing = createEndpoints(server.deps).flatMap(({ auth, method, path }) =>
    auth.kind === 'admin' && method !== 'GET' ? [{ path, isSensitive: auth.isSensitive }] : [],
  );
  const pathsOf = (isSensitive: boolean) =>
    [...new Set(changing.flatMap((each) => (each.isSensitive === isSensitive ? [each.path] : [])))].toSorted();
  expect(pathsOf(true)).toEqual(sensitive);
  expect(pathsOf(false)).toEqual(others);
});

describe('a console session', () => {
  test('is identified by an HttpOnly cookie and stored under the digest of its secret', async () => {
    const { headers } = await server.postJson('/console/api/sign-in/key', { key: adminKey }, fromOwnPage);
    expect(headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^__Host-facestep-console=[\w-]{43}; Max-Age=28800; Path=\/; .*HttpOnly; Secure; SameSite=Strict$/,
      ),
    ]);
    const secret = cookiesOf(headers).split('=')[1] ?? '';
    expect(await server.deps.state.read(`console-session:${secret}`)).toBeNull();
    expect(server.log.text() + JSON.stringify(server.audit.events)).not.toContain(secret);
  });

  test.each<[string, (headers: SessionHeaders) => Record<string, string>]>([
    ['no cookie', ({ cookie: _, ...rest }) => rest],
    ['an invented cookie', (headers) => ({ ...headers, cookie: `__Host-facestep-console=${'A'.repeat(43)}` })],
    ['a cookie of another name', (headers) => ({ ...headers, cookie: headers.cookie.replace('__Host-', '') })],
    ['no anti-forgery token', ({ 'x-console-token': _, ...rest }) => rest],
    ['a wrong anti-forgery token', (headers) => ({ ...headers, 'x-console-token': 'A'.repeat(43) })],
    ['a request from another site', (headers) => ({ ...headers, 'sec-fetch-site': 'cross-site' })],
    ['a request from a sibling host', (headers) => ({ ...headers, 'sec-fetch-site': 'same-site' })],
    ['a direct navigation of the browser', (headers) => ({ ...headers, 'sec-fetch-site': 'none' })],
    [
      'another origin and no Sec-Fetch-Site header',
      ({ 'sec-fetch-site': _, ...rest }) => ({ ...rest, origin: 'https://evil.example' }),
    ],
    ['an admin key in the same request', (headers) => ({ ...headers, 'x-admin-key': adminKey })],
  ])('is not found with %s', async (_name, change) => {
    const headers = await signInByKey(server);
    expect(await codeOf(headers)).toBe('done');
    expect(await codeOf(change(headers))).toBe('caller_untrusted');
  });

  test('a GET with fields cannot be read by another site or from a cache', async () => {
    const headers = await signInByKey(server);
    const read = (sent: Record<string, string>) => server.send('GET', '/v1/usage?days=1', { headers: sent });
    const { status, headers: answered } = await read(headers);
    expect([status, answered.get('cache-control'), answered.get('cross-origin-resource-policy')]).toEqual([
      200,
      'no-store',
      'same-origin',
    ]);
    expect(answered.get('access-control-allow-origin')).toBeNull();
    // Images, scripts and links of another site send no header of its choice.
    expect((await read({ cookie: headers.cookie })).body.code).toBe('caller_untrusted');
    expect((await read({ ...headers, 'sec-fetch-site': 'cross-site' })).body.code).toBe('caller_untrusted');
  });

  test('refuses the anti-forgery token of another session', async () => {
    const mine = await signInByKey(server);
    const other = await signInByKey(server);
    expect(await codeOf({ ...mine, 'x-console-token': other['x-console-token'] })).toBe('caller_untrusted');
  });

  test('expires after 30 minutes of inactivity, and after eight hours in any case', async () => {
    const headers = await signInByKey(server);
    server.clock.advanceSec(29 * 60);
    expect(await codeOf(headers)).toBe('done');
    server.clock.advanceSec(29 * 60);
    expect(await codeOf(headers)).toBe('done');
    server.clock.advanceSec(31 * 60);
    expect(await codeOf(headers)).toBe('caller_untrusted');
    const busy = await signInByKey(server);
    for (let spent = 0; spent + 20 * 60 < longestSessionSec; spent += 20 * 60) {
      server.clock.advanceSec(20 * 60);
      expect(await codeOf(busy)).toBe(spent + 20 * 60 < longestSessionSec ? 'done' : 'caller_untrusted');
    }
    server.clock.advanceSec(20 * 60);
    expect(await codeOf(busy)).toBe('caller_untrusted');
  });

  test('is not extended by the automatic polling of a page', async () => {
    const headers = await signInByKey(server);
    for (const minutes of [15, 14]) {
      server.clock.advanceSec(minutes * 60);
      expect(await codeOf({ ...headers, 'x-console-poll': '1' })).toBe('done');
    }
    server.clock.advanceSec(2 * 60);
    expect(await codeOf({ ...headers, 'x-console-poll': '1' })).toBe('caller_untrusted');
  });

  test('expires if it was inactive for longer than the current, shortened session lifetime', async () => {
    const by = { kind: 'provider', issuer, subject: 'sub-1', login: 'ada@example.com' } as const;
    const secret = await beginSession({ name: by.login, role: 'owner', by }, server.deps);
    const shortened = { ...server.deps, console: { ...server.deps.console, sessionMinutes: 20 } };
    server.clock.advanceSec(21 * 60);
    for (let tries = 0; tries < 2; tries += 1)
      await expect(findConsoleSession(secret, true, shortened)).rejects.toMatchObject({ code: 'caller_untrusted' });
    expect(await findConsoleSession(secret, true, server.deps)).toMatchObject({ seenAt: server.clock.now() });
    expect(await findConsoleSession(secret, true, shortened)).toMatchObject({ role: 'owner' });
  });

  test('ends at sign-out, which is recorded and which another site cannot trigger', async () => {
    const headers = await signInByKey(server);
    await server.postJson('/console/api/sign-out', {}, { ...headers, 'sec-fetch-site': 'cross-site' });
    expect(await codeOf(headers)).toBe('done');
    const { headers: answered } = await server.postJson('/console/api/sign-out', {}, headers);
    expect(answered.getSetCookie()[0]).toMatch(/^__Host-facestep-console=;/);
    expect(await codeOf(headers)).toBe('caller_untrusted');
    expect(server.audit.events.at(-1)).toMatchObject({ action: 'console_signed_out', detail: { by: 'owner' } });
  });

  test('ends when the admin key that started it is removed, expires, or is replaced in the configuration', async () => {
    const add = async (name: string) => {
      const { credential } = await addAdministrator({ name, role: 'owner', lifeSec: 600 }, owner, server.deps);
      return signInByKey(
        server,
        credential.use((text) => text),
      );
    };
    const grace = await add('grace');
    const edsger = await add('edsger');
    expect(await codeOf(grace)).toBe('done');
    const first = await signInByKey(server);
    await server.send('DELETE', '/v1/administrators/grace', { headers: first });
    expect(await codeOf(grace)).toBe('caller_untrusted');
    expect(await codeOf(edsger)).toBe('done');
    server.clock.advanceSec(601);
    expect(await codeOf(edsger)).toBe('caller_untrusted');
    expect(await codeOf(first)).toBe('done');
    server.deps.adminKeyDigest.fill(1);
    expect(await codeOf(first)).toBe('caller_untrusted');
  });

  test('returns no session details to a request from another site', async () => {
    const { cookie } = await signInByKey(server);
    const { body } = await server.send('GET', '/console/api/session', {
      headers: { cookie, 'sec-fetch-site': 'cross-site' },
    });
    expect(body).toMatchObject({ ok: false, code: 'caller_untrusted' });
    expect(await readSession(server, '')).toMatchObject({ session: null });
  });
});

describe('the face check before a sensitive action', () => {
  const add = (headers: Record<string, string>) =>
    server.postJson('/v1/administrators', { name: `n${Math.random()}`, role: 'auditor' }, headers);
  const begin = (headers: Record<string, string>) =>
    server.postJson('/console/api/face-check', { to: '/console/administrators' }, headers);
  const finish = (headers: Record<string, string>) => server.postJson('/console/api/face-check/done', {}, headers);

  async function enrol(): Promise<void> {
    const { token } = await server.issue();
    const photo = [1, 2, 3].map((shot) => drawPicture('ada', shot));
    const consent = { consentStatement: 'v1', consentGivenAt: new Date(server.clock.now() - 60_000).toISOString() };
    const form = toForm({ connection: 'acme', subject: 'ada', ...consent, photo });
    expect((await server.postForm('/enrolments', form, { 'x-auth-token': token })).status).toBe(201);
  }

  /** Shows a face to the step-up that a link leads to. */
  async function show(url: unknown, person: string): Promise<void> {
    const [, id = '', challenge = ''] = /#([^.]+)\.(.+)$/.exec(String(url)) ?? [];
    const form = toForm({ challenge, photo: drawPicture(person, 4) });
    expect((await server.postForm(`/step-ups/${id}/photos`, form)).status).toBe(200);
  }

  test('allows sensitive actions for ten minutes; a repeated completion does not extend them', async () => {
    await enrol();
    const headers = await beginByProvider('owner');
    expect((await add(headers)).body.code).toBe('face_not_verified');
    const { body, headers: answered } = await begin(headers);
    expect(answered.getSetCookie()[0]).toMatch(/^__Host-facestep-/);
    expect((await finish(headers)).body.ok).toBe(false);
    await show(body.url, 'ada');
    expect((await finish(headers)).body).toEqual({ ok: true });
    // Anyone who lost that answer, or goes back, is told the same, and has no longer for it.
    server.clock.advanceSec(300);
    expect((await finish(headers)).body).toEqual({ ok: true });
    expect((await add(headers)).status).toBe(201);
    server.clock.advanceSec(300);
    expect((await finish(headers)).body.code).toBe('face_not_verified');
    expect((await add(headers)).body.code).toBe('face_not_verified');
  });

  test('does not pass with another person’s face or in another session', async () => {
    await enrol();
    const headers = await beginByProvider('owner');
    const other = await beginByProvider('owner');
    await show((await begin(headers)).body.url, 'eve');
    expect((await finish(headers)).body.ok).toBe(false);
    await show((await begin(headers)).body.url, 'ada');
    expect((await finish(other)).body.code).toBe('face_not_verified');
    await finish(headers);
    expect((await add(other)).body.code).toBe('face_not_verified');
    expect((await add(headers)).status).toBe(201);
  });

  test('does not pass by enrolling a first face', async () => {
    await start({ whenNotEnrolled: 'enrol' });
    const headers = await beginByProvider('owner');
    await show((await begin(headers)).body.url, 'eve');
    expect((await finish(headers)).body.ok).toBe(false);
    expect((await add(headers)).body.code).toBe('face_not_verified');
  });

  test('is not required in a session that was started with an admin key', async () => {
    const headers = await signInByKey(server);
    expect((await add(headers)).status).toBe(201);
    expect((await begin(headers)).body.code).toBe('not_found');
  });
});
