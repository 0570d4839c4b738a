import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import type { Policy } from '../../src/core/connection.js';
import type { State } from '../../src/core/ports.js';
import { type Browser, callPage, ticketOf } from './browser.js';
import { loginOf, redirectUri, startIssuer, type TestIssuer } from './issuer.js';

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
afterEach(() => op.stop());

const asked = (change: Record<string, string> = {}) => {
  const params = {
    client_id: 'app',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 's-1',
    login_hint: loginOf('anna'),
    ...change,
  };
  return `${op.issuer}/authorize?${new URLSearchParams(params)}`;
};

const told = (url: string) => Object.fromEntries(new URL(url).searchParams);

/** A browser before the camera, with the address of its interaction. */
async function leadToCamera(change: Record<string, string> = {}, browser = op.newBrowser()) {
  const first = await browser.authorize(asked(change));
  const interaction = first.headers.get('location')!;
  const camera = await browser.follow(interaction);
  return { browser, interaction, link: camera.url };
}

/** Somebody who is enrolled, and has shown their face, but is not back yet. */
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

describe('who is checked', () => {
  test('another face, no enrolment and an unknown user end alike', async () => {
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

  test('a directory that is down is told as such', async () => {
    op.profile.setDown(true);
    const seen = await op.newBrowser().follow(asked());
    expect(told(seen.url)).toMatchObject({ error: 'temporarily_unavailable', state: 's-1' });
  });
});

test('a phone is told which application asked; none of the numbers ends the sign-in of the first browser', async () => {
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

describe('how it ends', () => {
  test('a passed check is consumed once; the return page works any number of times before', async () => {
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

  test('of many visits at once one gets an answer for the client', async () => {
    const { browser, interaction } = await passAtCamera();
    const { headers } = await browser.visit(interaction);
    const all = await Promise.all(Array.from({ length: 8 }, () => browser.visit(headers.get('location')!)));
    const codes = all.filter((seen) => seen.headers.get('location')?.includes('code=') === true);
    expect(codes).toHaveLength(1);
  });

  test('expired: told to the client while its interaction lives, and on a page after that', async () => {
    const { browser, interaction } = await leadToCamera();
    op.server.clock.advanceSec(605);
    expect(told((await browser.follow(interaction)).url)).toMatchObject(refusal);
    const later = await leadToCamera();
    op.server.clock.advanceSec(3600);
    const page = await later.browser.follow(later.interaction);
    expect(page.status).toBe(400);
    expect(page.text).toContain('The sign-in expired or was started in another browser');
  });

  test('a visit before the end leads to the camera with a fresh link, a few times', async () => {
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

describe('whose browser it is', () => {
  test('the link opens in the browser that was redirected, and in no other', async () => {
    await op.enrol('anna');
    const { browser, link } = await leadToCamera();
    const stranger = op.newBrowser();
    expect((await op.show(stranger, link, 'anna')).code).toBe('step_up_unknown');
    expect((await op.show(browser, link, 'anna')).outcome).toBe('passed');
  });

  test('another browser cannot end what this one began', async () => {
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

  test('fixation: with the cookies of an attacker planted, the attacker gets nothing', async () => {
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

  test('fixation: an interaction that an attacker led to the camera cannot be gone on with by Anna', async () => {
    await op.enrol('anna');
    const { browser: attacker, interaction, link } = await leadToCamera();
    const anna = op.newBrowser();
    copyCookies(attacker, anna, /^__Secure-/);
    expect((await anna.follow(interaction)).status).toBe(400);
    expect((await op.show(anna, link, 'anna')).code).toBe('step_up_unknown');
  });

  test('cookies that were made up, or signed for another interaction, open nothing', async () => {
    const one = await leadToCamera();
    const two = await leadToCamera();
    const mixed = op.newBrowser();
    for (const [key, cookie] of one.browser.jar) {
      const other = [...two.browser.jar.values()].find(({ name }) => name === cookie.name);
      mixed.jar.set(key, { ...cookie, value: cookie.name.endsWith('.sig') ? (other?.value ?? 'x') : cookie.value });
    }
    expect((await mixed.follow(one.interaction)).status).toBe(400);
  });

  test('two sign-ins in one browser at once do not disturb each other', async () => {
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

  test('no session is kept: the next authorization needs a face again', async () => {
    await op.enrol('anna');
    const { browser, link } = await leadToCamera();
    const shown = await op.show(browser, link, 'anna');
    await browser.follow(shown.returnUrl!);
    expect([...browser.jar.values()].map(({ name }) => name).join()).not.toContain('session');
    expect((await browser.follow(asked())).url).toMatch(/\/face#/);
    expect(told((await browser.follow(asked({ prompt: 'none' }))).url)).toMatchObject({ error: 'login_required' });
  });

  test('its cookies are for https, for the server alone, and not sent along from other sites', async () => {
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

describe('somebody without an enrolment', () => {
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
  beforeEach(async () => {
    await op.stop();
    await start({ whenNotEnrolled: 'enrol' });
  });

  test('enrols where a trusted client pushed who it is', async () => {
    const { view, back } = await purposeOf((await push('portal')).href);
    expect(view.purpose).toBe('enrol');
    expect(back).toMatchObject({ code: expect.any(String) });
    expect(op.profile.attributes.get('unenrolled')).not.toBeNull();
    expect((await purposeOf((await push('portal')).href)).view.purpose).toBe('verify');
  });

  test.each([
    ['a browser says it', async () => asked({ client_id: 'portal', login_hint: loginOf('unenrolled') })],
    ['a client pushed it that is not trusted with it', async () => (await push('app')).href],
  ])('does not where %s', async (_name, request) => {
    const { view, back } = await purposeOf(await request());
    expect(view.purpose).toBe('verify');
    expect(back).toMatchObject(refusal);
    expect(op.profile.attributes.get('unenrolled')).toBeNull();
  });
});

test('a PIN that took part is told, and without it the same face does not pass', async () => {
  await op.stop();
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
