import { describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import type { State } from '../../src/core/ports.js';
import { clientSecret, loginOf, paramsOf, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { type CountedState, countState, noteLookUps } from '../../support/fakes/counted.js';

/* What outsiders can make the OpenID provider do, by authorization requests that no one vouches for. */

let op: TestIssuer;
let counted: CountedState;
let asked: string[];

/** Behind one proxy, with everything counted from now on. */
const start = async (more: Partial<Parameters<typeof startIssuer>[0]> = {}) => {
  const toState = (state: State) => {
    counted = countState(state);
    return counted.state;
  };
  op = await startIssuer({ toState, proxyHops: 1, ...more });
  asked = noteLookUps(op.profile);
  Object.assign(counted.counts, { writes: 0, counters: 0, waits: 0 });
};
const done = () => ({ lookUps: asked.length, ...counted.counts });
const nothing = { lookUps: 0, writes: 0, counters: 0, waits: 0 };

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const request = (change: Record<string, string> = {}) =>
  `${op.issuer}/authorize?${new URLSearchParams(paramsOf(change))}`;
const told = (url: string) => Object.fromEntries(new URL(url).searchParams);
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const form = (params: Record<string, string>, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body: new URLSearchParams(params).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
});
const later = { error: 'temporarily_unavailable', error_description: 'try again later', state: 's-1' };

/** Many requests, by browsers that come back or not. @returns where each of them came to */
const sendMany = async (count: number, one: (n: number) => Promise<string>) => {
  const ends: Record<string, number> = {};
  for (let sent = 0; sent < count; sent += 50) {
    const batch = Array.from({ length: Math.min(50, count - sent) }, (_, at) => one(sent + at));
    for (const end of await Promise.all(batch)) ends[end] = (ends[end] ?? 0) + 1;
  }
  return ends;
};
/** @param url - where a browser came to */
const endOf = (url: string): string => told(url).error ?? new URL(url).pathname;

describe('the cookie redirect', () => {
  test('causes no look-up, no record and no count if the browser does not follow it, even after 2,000 requests', async () => {
    await start();
    const ends = await sendMany(2_000, async (n) => {
      const url = request({ login_hint: `unknown-${n}@example.com` });
      const { status, headers } = await op.open(url, { ...from('192.0.2.7'), redirect: 'manual' });
      return `${status} ${headers.get('location')?.split('?')[0]}`;
    });
    expect(ends).toEqual({ [`303 ${op.issuer}/authorize`]: 2_000 });
    expect(done()).toEqual(nothing);
  });

  test('keeps all parameters of a GET or POST and adds only facestep_return', async () => {
    await start();
    const sentBack = async (url: string, init: RequestInit = {}) => {
      const { headers } = await op.open(url, { ...init, redirect: 'manual' });
      const to = new URL(headers.get('location')!);
      expect(to.origin + to.pathname).toBe(`${op.issuer}/authorize`);
      const { facestep_return: time, ...params } = told(to.href);
      expect(Number(time)).toBe(Math.floor(op.server.clock.now() / 1000));
      return params;
    };
    const odd = { state: 'ü&=?#/%20 \u2028', facestep: '[]' };
    expect(await sentBack(request(odd))).toEqual(paramsOf(odd));
    expect(await sentBack(`${op.issuer}/authorize`, form(paramsOf(odd)))).toEqual(paramsOf(odd));
    expect(done()).toEqual(nothing);
  });
});

describe('a browser that follows the cookie redirect', () => {
  test('continues; the cookie is valid for the same request only and for two minutes', async () => {
    await start();
    const browser = op.newBrowser();
    await browser.visit(request());
    const onward = async (change: Record<string, string> = {}) =>
      (await browser.visit(request(change))).headers.get('location')?.includes('/interaction/');
    expect(await onward()).toBe(true);
    expect(await onward()).toBe(true);
    expect(await onward({ login_hint: loginOf('berta') })).toBe(false);
    expect(await onward({ state: 's-2' })).toBe(false);
    op.server.clock.advanceSec(119);
    expect(await onward()).toBe(true);
    op.server.clock.advanceSec(1);
    expect(await onward()).toBe(false);
    expect(new Set(asked)).toEqual(new Set([loginOf('anna')]));
    expect(asked).toHaveLength(6);
  });

  test('is redirected again if the cookie is forged or changed', async () => {
    await start();
    const { headers } = await op.open(request(), { redirect: 'manual' });
    const [pair = ''] = headers.getSetCookie()[0]!.split(';');
    const [name, value = ''] = pair.split('=');
    const [time = '', proof = ''] = value.split('.');
    const later = String(Number(time) + 60);
    for (const forged of [`${later}.${proof}`, `${time}.${proof.slice(0, -1)}`, `${time}.`, '.', '', 'x', `${time}0`]) {
      const reply = await op.open(request(), { headers: { cookie: `${name}=${forged}` }, redirect: 'manual' });
      expect(reply.headers.get('location')).toContain('facestep_return=');
    }
    expect(done()).toEqual(nothing);
    const reply = await op.open(request(), { headers: { cookie: pair }, redirect: 'manual' });
    expect(reply.headers.get('location')).toContain('/interaction/');
  });

  test('gets an error page instead of another redirect if it blocks cookies', async () => {
    await start();
    const first = await op.open(request(), { redirect: 'manual' });
    const again = first.headers.get('location')!;
    const page = await op.open(again, { redirect: 'manual', headers: { 'accept-language': 'de' } });
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('blockiert Cookies für diese Seite');
    expect(done()).toEqual(nothing);
    // Who comes by that address an hour later gets a chance.
    op.server.clock.advanceSec(3600);
    expect((await op.newBrowser().follow(again)).url).toMatch(/\/face#/);
  });
});

describe('anonymous callers with cookies', () => {
  const limits = { outsiderStarts: 30, outsiderLookUps: 40, outsiderLookUpsOfConnection: 1000 };

  test('are limited by address and by connection', async () => {
    await start({ limits: { outsiderStarts: 30, outsiderStartsOfConnection: 120 } });
    const startFrom = (address: string) =>
      sendMany(50, async () => endOf((await op.newBrowser(address).follow(request())).url));
    const ends = { '/face': 30, temporarily_unavailable: 20 };
    expect(await startFrom('192.0.2.7')).toEqual(ends);
    for (const address of ['192.0.2.8', '192.0.2.9'])
      expect(await startFrom(address)).toEqual({ '/face': 1, temporarily_unavailable: 49 });
    // Each look-up asks for login and id, also for the same name.
    expect(asked).toHaveLength(2 * 32);
    op.server.clock.advanceSec(60);
    expect(await startFrom('192.0.2.7')).toEqual(ends);
  });

  test('cannot exceed the limits of look-ups and records with 2,000 names', async () => {
    await start({ limits });
    const ends = await sendMany(2_000, async (n) => {
      const url = request({ login_hint: `unknown-${n}@example.com` });
      return endOf((await op.newBrowser('192.0.2.7').follow(url)).url);
    });
    expect(ends).toEqual({ '/face': 20, temporarily_unavailable: 1_980 });
    // Two questions a name.
    expect(asked).toHaveLength(40);
    // The interaction, how far it is (twice) and the step-up: none of them waits for the disk.
    expect(counted.counts).toMatchObject({ writes: 20 * 4, waits: 0 });
  });

  test('exhaust the anonymous budget without blocking a request pushed by an authenticated client', async () => {
    await start({ limits: { ...limits, outsiderLookUpsOfConnection: 10 }, policy: { whenNotEnrolled: 'enrol' } });
    await op.enrol('anna');
    const config = await op.discover('portal');
    for (const address of ['192.0.2.7', '192.0.2.8', '192.0.2.9']) {
      await sendMany(50, async (n) =>
        endOf((await op.newBrowser(address).follow(request({ login_hint: `${address}-${n}` }))).url),
      );
    }
    expect(asked).toHaveLength(5);
    const { url } = await op.newBrowser('192.0.2.10').follow(request());
    expect(told(url)).toMatchObject(later);
    // Someone whom an authenticated client names, from an address that has had its part.
    const browser = op.newBrowser('192.0.2.7');
    const pushed = await client.buildAuthorizationUrlWithPAR(config, paramsOf({ client_id: 'portal' }));
    const camera = await browser.follow(pushed.href);
    const { returnUrl } = await op.show(browser, camera.url, 'anna');
    expect(told((await browser.follow(returnUrl!)).url)).toMatchObject({ code: expect.any(String) });
  });

  test.each([
    ['one start', { outsiderStarts: 3 }],
    ['two look-ups', { outsiderLookUps: 4 }],
  ])('consume the anonymous budget for each typed name: %s', async (_, limits) => {
    await start({ limits });
    const browser = op.newBrowser('192.0.2.7');
    const page = await browser.follow(request({ login_hint: '' }));
    expect(page.status).toBe(200);
    expect(asked).toEqual([]);
    op.profile.setDown(true);
    const ends: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const { url } = await browser.visit(page.url, form({ username: `n-${n}@example.com` }));
      ends.push(url);
    }
    expect(ends).toHaveLength(6);
    expect(new Set(asked).size).toBe(2);
    op.profile.setDown(false);
    const other = op.newBrowser('192.0.2.8');
    const otherPage = await other.follow(request({ login_hint: '' }));
    const camera = await other.follow(otherPage.url, form({ username: loginOf('anna') }));
    expect(camera.url).toMatch(/\/face#/);
  });

  test('can push only a limited number of requests for a client without a secret, and no more are stored', async () => {
    await start({ limits: { outsiderStarts: 10, outsiderStartsOfConnection: 40 } });
    const params = { ...paramsOf({ client_id: 'spa' }), code_challenge: challenge, code_challenge_method: 'S256' };
    const pushFrom = (address: string) =>
      sendMany(50, async () => {
        const reply = await op.open(`${op.issuer}/par`, form(params, from(address).headers));
        const { error = 'pushed' } = Object(await reply.json());
        return `${reply.status} ${error}`;
      });
    expect(await pushFrom('192.0.2.7')).toEqual({ '201 pushed': 10, '400 temporarily_unavailable': 40 });
    for (const address of ['192.0.2.8', '192.0.2.9'])
      expect(await pushFrom(address)).toEqual({ '201 pushed': 1, '400 temporarily_unavailable': 49 });
    expect(counted.counts.writes).toBe(12);
    expect(asked).toEqual([]);
  });
});

test('a client without a secret cannot push a request longer than a URL, and such a request is not stored', async () => {
  await start();
  const params = { ...paramsOf({ client_id: 'spa' }), code_challenge: challenge, code_challenge_method: 'S256' };
  const push = async (state: string) => {
    const reply = await op.open(`${op.issuer}/par`, form({ ...params, state }, from('192.0.2.7').headers));
    return [reply.status, Object(await reply.json()).error ?? 'pushed'];
  };
  expect(await push('x'.repeat(8_000))).toEqual([400, 'invalid_request']);
  expect(counted.counts.writes).toBe(0);
  expect(await push('x'.repeat(5_000))).toEqual([201, 'pushed']);
});

describe('a request pushed by an authenticated client', () => {
  test('needs no cookie redirect and starts at most five sign-ins a minute', async () => {
    await start({ limits: { outsiderStarts: 1, outsiderLookUps: 1 } });
    const config = await op.discover('app', client.ClientSecretBasic(clientSecret));
    const { href } = await client.buildAuthorizationUrlWithPAR(config, paramsOf());
    const { headers } = await op.open(href, { redirect: 'manual' });
    expect(headers.get('location')).toContain('/interaction/');
    const ends = await sendMany(30, async () => endOf((await op.newBrowser().follow(href)).url));
    expect(ends).toEqual({ '/face': 4, temporarily_unavailable: 26 });
    expect(asked).toHaveLength(5 * 2);
    const next = await client.buildAuthorizationUrlWithPAR(config, paramsOf());
    expect((await op.newBrowser().follow(next.href)).url).toMatch(/\/face#/);
  });
});
