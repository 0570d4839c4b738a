import { beforeEach, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import type { Policy } from '../../src/core/connection.js';
import type { State } from '../../src/core/ports.js';
import { loginOf, paramsOf, redirectUri, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { type Browser, callPage, ticketOf } from '../../support/fakes/browser.js';

let op: TestIssuer;
/** Keys of all records that were written. */
let written: string[] = [];
const toState = (state: State): State => ({
  ...state,
  async write(key, value, options) {
    written.push(key);
    return state.write(key, value, options);
  },
});
const start = async (policy: Partial<Policy> = {}) => {
  written = [];
  op = await startIssuer({ policy, toState });
};
beforeEach(() => start());

const asked = (change: Record<string, string> = {}) =>
  `${op.issuer}/authorize?${new URLSearchParams(paramsOf(change))}`;

const told = (url: string) => Object.fromEntries(new URL(url).searchParams);

/** A browser before the camera, with the address of its interaction. */
async function leadToCamera(change: Record<string, string> = {}, browser = op.newBrowser()) {
  const first = await browser.authorize(asked(change));
  const interaction = first.headers.get('location')!;
  const camera = await browser.follow(interaction);
  return { browser, interaction, link: camera.url };
}

/** Someone who is enrolled, and has shown their face, but is not back yet. */
async function passAtCamera() {
  await op.enrol('anna');
  const led = await leadToCamera();
  await op.show(led.browser, led.link, 'anna');
  return led;
}

const call = async (browser: Browser, path: string, body: object, session = '') =>
  (await callPage(browser, new URL(path, op.issuer).href, body, session)).body;

const copyCookies = (from: Browser, to: Browser, only: RegExp): void => {
  for (const [key, cookie] of from.jar) if (only.test(cookie.name)) to.jar.set(key, cookie);
};

const refusal = { error: 'access_denied', error_description: 'the face check was not passed', state: 's-1' };

describe('the response to the client', () => {
  test('is the same for another face, an unenrolled user and an unknown user', async () => {
    await op.enrol('anna');
    const end = async (subject: string, person: string) => {
      const { browser, link } = await leadToCamera({ login_hint: loginOf(subject) });
      const shown = await op.show(browser, link, person);
      const back = await browser.follow(shown.returnUrl!);
      return { outcomes: shown.outcomes, names: Object.keys(shown), back: told(back.url) };
    };
    const wrong = await end('anna', 'eve');
    expect(wrong.outcomes.at(-1)).toBe('failed');
    expect(wrong.back).toMatchObject(refusal);
    expect(await end('unenrolled', 'eve')).toEqual(wrong);
    expect(await end('nobody', 'eve')).toEqual(wrong);
  });

  test('is temporarily_unavailable if the directory is down', async () => {
    op.profile.setDown(true);
    const seen = await op.newBrowser().follow(asked());
    expect(told(seen.url)).toMatchObject({ error: 'temporarily_unavailable', state: 's-1' });
  });
});

test('the phone page names the application, and “none of these numbers” on the phone ends the sign-in', async () => {
  await op.enrol('anna');
  const { browser, interaction, link } = await leadToCamera();
  const { session } = await call(browser, '/face/open', { ticket: ticketOf(link) });
  const { url } = await call(browser, '/face/hand-off', {}, session);
  const phone = op.newBrowser();
  const opened = await call(phone, '/face/open', { ticket: ticketOf(url) });
  expect(opened.view).toMatchObject({ role: 'unpaired', pairing: { application: new URL(redirectUri).host } });
  await call(phone, '/face/hand-off/choice', { number: null }, opened.session);
  expect(told((await browser.follow(interaction)).url)).toMatchObject(refusal);
});

describe('the end of an interaction', () => {
  test('a passed check is consumed once; until then the return page may be opened repeatedly', async () => {
    const { browser, interaction } = await passAtCamera();
    const first = await browser.visit(interaction);
    const second = await browser.visit(interaction);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    const back = await browser.visit(first.headers.get('location')!);
    expect(told(back.headers.get('location')!)).toMatchObject({ code: expect.any(String) });
    expect((await browser.visit(interaction)).status).toBe(400);
    expect((await browser.visit(first.headers.get('location')!)).status).toBe(400);
  });

  test('a check for an application leaves no pass for the connection’s hooks', async () => {
    await passAtCamera();
    expect(written.filter((key) => key.startsWith('step-up:')).length).toBeGreaterThan(0);
    expect(written.filter((key) => key.startsWith('passed:'))).toEqual([]);
  });

  test('one of eight concurrent visits gets a code', async () => {
    const { browser, interaction } = await passAtCamera();
    const { headers } = await browser.visit(interaction);
    const all = await Promise.all(Array.from({ length: 8 }, () => browser.visit(headers.get('location')!)));
    const codes = all.filter((seen) => seen.headers.get('location')?.includes('code=') === true);
    expect(codes).toHaveLength(1);
  });

  test('an expired check returns access_denied to the client, and an expired interaction an error page', async () => {
    const { browser, interaction } = await leadToCamera();
    op.server.clock.advanceSec(605);
    expect(told((await browser.follow(interaction)).url)).toMatchObject(refusal);
    const later = await leadToCamera();
    op.server.clock.advanceSec(3600);
    const page = await later.browser.follow(later.interaction);
    expect(page.status).toBe(400);
    expect(page.text).toContain('The sign-in expired or was started in another browser');
  });

  test('a visit before the check leads to the camera with a new link, at most five times', async () => {
    await op.enrol('anna');
    const { browser, interaction, link } = await leadToCamera();
    const links = new Set([link]);
    for (let visit = 0; visit < 4; visit += 1) links.add((await browser.follow(interaction)).url);
    expect(links.size).toBe(5);
    expect((await browser.follow(interaction)).url).toBe('https://face.example.com/face');
    const shown = await op.show(browser, [...links].at(-1)!, 'anna');
    expect(told((await browser.follow(shown.returnUrl!)).url)).toMatchObject({ code: expect.any(String) });
  });
});

describe('the browser binding', () => {
  test('the link opens only in the browser that was redirected', async () => {
    await op.enrol('anna');
    const { browser, link } = await leadToCamera();
    const stranger = op.newBrowser();
    expect((await op.show(stranger, link, 'anna')).code).toBe('step_up_unknown');
    expect((await op.show(browser, link, 'anna')).outcome).toBe('passed');
  });

  test('another browser cannot complete an interaction', async () => {
    const { browser, interaction } = await passAtCamera();
    const stranger = op.newBrowser();
    const page = await stranger.follow(interaction);
    expect(page).toMatchObject({ status: 400 });
    expect(page.headers.get('location')).toBeNull();
    const resume = await stranger.follow(interaction.replace('/interaction/', '/authorize/'));
    expect(resume.status).toBe(400);
    const { url } = await browser.follow(interaction);
    expect(told(url)).toMatchObject({ code: expect.any(String) });
  });

  test('session fixation: an attacker whose cookies were planted in another browser gets no code', async () => {
    await op.enrol('anna');
    // The attacker begins, plants the library's cookies in the browser of Anna, and sends her there.
    const attacker = op.newBrowser();
    const first = await attacker.authorize(asked());
    const interaction = first.headers.get('location')!;
    const anna = op.newBrowser();
    copyCookies(attacker, anna, /./);
    const camera = await anna.follow(interaction);
    const shown = await op.show(anna, camera.url, 'anna');
    expect(shown.outcome).toBe('passed');
    const page = await attacker.follow(interaction);
    expect(page.status).toBe(400);
    expect(page.headers.get('location')).toBeNull();
  });

  test('session fixation: another browser cannot continue an interaction that reached the camera', async () => {
    await op.enrol('anna');
    const { browser: attacker, interaction, link } = await leadToCamera();
    const anna = op.newBrowser();
    copyCookies(attacker, anna, /^__Secure-/);
    expect((await anna.follow(interaction)).status).toBe(400);
    expect((await op.show(anna, link, 'anna')).code).toBe('step_up_unknown');
  });

  test('cookies with a signature of another interaction are refused', async () => {
    const one = await leadToCamera();
    const two = await leadToCamera();
    const mixed = op.newBrowser();
    for (const [key, cookie] of one.browser.jar) {
      const other = [...two.browser.jar.values()].find(({ name }) => name === cookie.name);
      mixed.jar.set(key, { ...cookie, value: cookie.name.endsWith('.sig') ? (other?.value ?? 'x') : cookie.value });
    }
    expect((await mixed.follow(one.interaction)).status).toBe(400);
  });

  test('two sign-ins in one browser at once both complete', async () => {
    await op.enrol('anna');
    await op.enrol('berta');
    const browser = op.newBrowser();
    const one = await leadToCamera({ state: 'one' }, browser);
    const two = await leadToCamera({ state: 'two', login_hint: loginOf('berta') }, browser);
    const first = await op.show(browser, one.link, 'anna');
    const second = await op.show(browser, two.link, 'berta');
    for (const [state, { returnUrl }] of Object.entries({ two: second, one: first }))
      expect(told((await browser.follow(returnUrl!)).url)).toMatchObject({ state, code: expect.any(String) });
  });

  test('no session remains: the next authorization requires another face check', async () => {
    await op.enrol('anna');
    const { browser, link } = await leadToCamera();
    const shown = await op.show(browser, link, 'anna');
    await browser.follow(shown.returnUrl!);
    expect([...browser.jar.values()].map(({ name }) => name).join()).not.toContain('session');
    expect((await browser.follow(asked())).url).toMatch(/\/face#/);
    expect(told((await browser.follow(asked({ prompt: 'none' }))).url)).toMatchObject({ error: 'login_required' });
  });

  test('cookies are Secure, HttpOnly, SameSite=Lax and host-only', async () => {
    const { browser } = await leadToCamera();
    const cookies = [...browser.jar.values()];
    expect(cookies.length).toBeGreaterThan(2);
    for (const { name, attributes, path } of cookies) {
      expect(attributes).toMatch(/httponly/i);
      expect(attributes).toMatch(/secure/i);
      expect(attributes).toMatch(/samesite=lax/i);
      expect(attributes).not.toMatch(/domain=/i);
      expect(name.startsWith('__Host-') ? path === '/' : name.startsWith('__Secure-')).toBe(true);
    }
  });
});

describe('an unenrolled user', () => {
  const push = async (id: string) => {
    const config = await op.discover(id);
    const params = { redirect_uri: redirectUri, scope: 'openid', state: 's-1', login_hint: loginOf('unenrolled') };
    return client.buildAuthorizationUrlWithPAR(config, params);
  };
  const purposeOf = async (url: string) => {
    const browser = op.newBrowser();
    const shown = await op.show(browser, (await browser.follow(url)).url, 'new');
    return { ...shown, back: told((await browser.follow(shown.returnUrl!)).url) };
  };
  beforeEach(() => start({ whenNotEnrolled: 'enrol' }));

  test('can enrol if a trusted client pushed a request with their login', async () => {
    const { view, back } = await purposeOf((await push('portal')).href);
    expect(view.purpose).toBe('enrol');
    expect(back).toMatchObject({ code: expect.any(String) });
    expect(op.profile.attributes.get('unenrolled')).not.toBeNull();
    expect((await purposeOf((await push('portal')).href)).view.purpose).toBe('verify');
  });

  test.each([
    ['a browser names the user', async () => asked({ client_id: 'portal', login_hint: loginOf('unenrolled') })],
    ['a client without enrolment permission pushes the request', async () => (await push('app')).href],
  ])('cannot enrol if %s', async (_name, request) => {
    const { view, back } = await purposeOf(await request());
    expect(view.purpose).toBe('verify');
    expect(back).toMatchObject(refusal);
    expect(op.profile.attributes.get('unenrolled')).toBeNull();
  });
});

test('the amr of a check with a PIN contains pin, and a wrong PIN refuses the same face', async () => {
  await start({ whenNotEnrolled: 'enrol', userSecret: 'pin' });
  const config = await op.discover('portal');
  const end = async (pin: string) => {
    const params = { redirect_uri: redirectUri, scope: 'openid', login_hint: loginOf('anna') };
    const browser = op.newBrowser();
    const camera = await browser.follow((await client.buildAuthorizationUrlWithPAR(config, params)).href);
    const shown = await op.show(browser, camera.url, 'anna', { pin });
    const { url } = await browser.follow(shown.returnUrl!);
    if (url.includes('error=')) return told(url).error;
    return (await client.authorizationCodeGrant(config, new URL(url))).claims()?.amr;
  };
  expect(await end('739154')).toEqual(['face', 'pin']);
  expect(await end('739154')).toEqual(['face', 'pin']);
  expect(await end('451937')).toBe('access_denied');
});
