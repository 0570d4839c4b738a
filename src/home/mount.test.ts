import { beforeEach, describe, expect, test } from '@jest/globals';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { cookiesOf } from '../../support/benches/console.js';
import { defaultPolicy } from '../../support/benches/core.js';
import { showFace } from '../../support/benches/recovery.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { createMemoryProfile, loginOf } from '../../support/fakes/simulated-profile.js';
import { forFile } from '../../support/run/for-file.js';
import { type ApiServer, startApiServer } from '../../support/servers/api-server.js';
import { startCompanyProvider } from '../../support/servers/company-provider.js';
import { homePageGuard } from '../config/home-page.js';
import type { Policy } from '../core/connection.js';
import type { HomePage } from './home-page.js';

/* The door of a person's own page: who gets in, by what, and as whom. */

const redirectUri = `${testIssuer}/me/acme/callback`;
let server: ApiServer;
let profile: ReturnType<typeof createMemoryProfile>;
const company = await forFile(
  startCompanyProvider(redirectUri, {
    anna: { login: loginOf('anna'), groups: [] },
    mallory: { login: loginOf('anna'), groups: [] },
  }),
);

async function start(policy: Partial<Policy> = {}, hasOtherDoor = false) {
  profile = createMemoryProfile(['anna', 'berta']);
  const { issuer, clientId, clientSecret } = company;
  const door = homePageGuard.parse({ signIn: { issuer, clientId, clientSecret } });
  const common = { kind: 'okta', profile };
  const homePage: HomePage = { door, services: [], clients: new Map() };
  server = await startApiServer({
    connections: new Map([
      ['acme', { ...common, id: 'acme', policy: { ...defaultPolicy, liveness: 'challenge', ...policy } }],
      ['other', { ...common, id: 'other', policy: defaultPolicy }],
    ]),
    homePages: new Map<string, HomePage>([
      ['acme', homePage],
      ['other', { ...homePage, door: hasOtherDoor ? door : null }],
    ]),
    fetch,
  });
}
beforeEach(() => start());

const ask = (path: string, cookie = '', init: RequestInit = {}) =>
  fetch(`${server.origin}${path}`, { redirect: 'manual', ...init, headers: { ...init.headers, cookie } });
const placeOf = (response: Response) => response.headers.get('location') ?? '';
const refusalOf = (response: Response) => new URL(placeOf(response)).searchParams.get('refused');
const begin = (username: string) =>
  ask('/me/acme/face-check', '', {
    method: 'POST',
    body: new URLSearchParams({ username }),
    headers: { 'sec-fetch-site': 'same-origin' },
  });

/** Opens the link in the browser that was sent there. */
async function follow(response: Response) {
  const cookie = cookiesOf(response.headers);
  const ticket = new URL(placeOf(response)).hash.slice(1);
  const { body } = await server.postJson('/face/open', { ticket }, { cookie });
  return { cookie, body, page: openPage(server, String(body.session)) };
}

async function enrol(subject: string, face: string) {
  const auth = { 'x-auth-token': (await server.issue()).token };
  const who = { connection: 'acme', subject, purpose: 'enrol' };
  const { body } = await server.postJson('/invitations', who, auth);
  const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
  await page.consent();
  expect(await showFace(page, face)).toBe('passed');
}

test('the start page shows no personal data, uses the requested language, and exists only if enabled', async () => {
  const response = await ask('/me/acme?lang=ar');
  const text = await response.text();
  expect([response.status, text.includes('dir="rtl"'), text.includes('name="username"')]).toEqual([200, true, true]);
  expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(placeOf(await ask('/me'))).toBe(`${testIssuer}/me/acme`);
  expect(await (await ask('/')).json()).toMatchObject({ ownPage: '/me' });
  for (const path of ['/me/other', '/me/unknown', '/me/other/sign-in', '/recover/acme']) {
    expect((await ask(path)).status).toBe(404);
    const page = await ask(path, '', { headers: { accept: 'text/html' } });
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  }
  expect(await (await ask('/me/acme?refused=%3Cb%3E')).text()).not.toContain('<p role="alert"');
});

describe('access by a face check', () => {
  test('enrolled, unenrolled and unknown users are redirected in the same way', async () => {
    await enrol('anna', 'ada');
    const views = [];
    for (const name of [loginOf('anna'), loginOf('berta'), 'nobody@example.com']) {
      const { body } = await follow(await begin(name));
      const { id: _, expiresAt: __, ...view } = body.view as Record<string, unknown>;
      views.push(view);
    }
    expect(views[0]).toMatchObject({ purpose: 'verify', consentNeeded: true });
    expect(views[1]).toEqual(views[0]);
    expect(views[2]).toEqual(views[0]);
  });

  test('a passed check opens the user’s own page once; a failed check returns to the start page', async () => {
    await start({}, true);
    await enrol('anna', 'ada');
    const { cookie, page } = await follow(await begin(loginOf('anna')));
    await page.consent();
    expect(await showFace(page, 'ada')).toBe('passed');
    expect(refusalOf(await ask('/me/other/face-check', cookie))).toBe('over');
    const own = await follow(await ask('/me/acme/face-check', cookie));
    expect(own.body.view).toMatchObject({ purpose: 'manage', returnUrl: `${testIssuer}/me/acme` });
    expect((await own.page.get('/face/enrolment')).body).toMatchObject({ mayRenew: true });
    expect(server.audit.events.at(-1)).toMatchObject({
      action: 'own_page_opened',
      subject: 'anna',
      detail: { how: 'face' },
    });
    expect(refusalOf(await ask('/me/acme/face-check', cookie))).toBe('over');

    const other = await follow(await begin(loginOf('anna')));
    await other.page.consent();
    for (const _ of [1, 2, 3]) expect(await showFace(other.page, 'eve')).not.toBe('passed');
    expect(refusalOf(await ask('/me/acme/face-check', other.cookie))).toBe('face');
  });

  test('the link opens only in the requesting browser, and other pages cannot request it', async () => {
    const started = await begin(loginOf('anna'));
    const ticket = new URL(placeOf(started)).hash.slice(1);
    expect((await server.postJson('/face/open', { ticket })).body.code).toBe('step_up_unknown');
    const foreign = await ask('/me/acme/face-check', '', {
      method: 'POST',
      body: new URLSearchParams({ username: loginOf('anna') }),
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(refusalOf(foreign)).toBe('sign-in');
  });

  test('a browser without a check, or with another browser’s check, gets no access', async () => {
    expect(refusalOf(await ask('/me/acme/face-check'))).toBe('over');
    expect(refusalOf(await ask('/me/acme/face-check', '__Host-facestep-me=x'))).toBe('over');
    const { cookie } = await follow(await begin(loginOf('anna')));
    // It is under way: back to the page that has it.
    expect(placeOf(await ask('/me/acme/face-check', cookie))).toBe(`${testIssuer}/face`);
    expect(server.audit.events.map(({ action }) => action)).not.toContain('own_page_opened');
  });
});

describe('access by a sign-in at the provider', () => {
  async function signIn(user: string) {
    company.user = user;
    const begun = await ask('/me/acme/sign-in');
    const back = await company.follow(placeOf(begun));
    return { cookie: cookiesOf(begun.headers), path: back.pathname + back.search };
  }

  test('opens the page of the subject that the provider names, only in this browser', async () => {
    const { cookie, path } = await signIn('anna');
    const response = await ask(path, cookie);
    const { body, page } = await follow(response);
    expect(body.view).toMatchObject({ purpose: 'manage', state: 'started' });
    const opened = server.audit.events.find(({ action }) => action === 'own_page_opened');
    expect(opened).toMatchObject({ connection: 'acme', subject: 'anna', detail: { how: 'sign_in' } });
    expect((await page.get('/face/enrolment')).body).toMatchObject({ enrolment: null, mayRenew: false });
    // Who has shown no face puts none in the place of theirs.
    expect((await page.post('/face/enrolment/renew')).body.code).toBe('not_found');
    expect((await page.get('/face/devices')).body.mayMakeCodes).toBe(false);
    expect((await page.post('/face/recovery-codes')).body.code).toBe('step_up_finished');
  });

  test('refuses a subject outside this connection, with any login', async () => {
    const { cookie, path } = await signIn('mallory');
    const response = await ask(path, cookie);
    expect(refusalOf(response)).toBe('unknown');
    expect(server.audit.events.map(({ action }) => action)).not.toContain('step_up_started');
  });

  test('accepts the provider’s response once, in the requesting browser', async () => {
    const { cookie, path } = await signIn('anna');
    const other = await ask('/me/acme/sign-in');
    expect(refusalOf(await ask(path))).toBe('sign-in');
    expect(refusalOf(await ask(path, cookiesOf(other.headers)))).toBe('sign-in');
    expect(refusalOf(await ask('/me/acme/callback?error=access_denied', cookie))).toBe('sign-in');
    expect(placeOf(await ask(path, cookie))).toContain('/face#');
    expect(refusalOf(await ask(path, cookie))).toBe('sign-in');
  });
});
