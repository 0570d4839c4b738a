import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { setGlobalConfig } from '@openid4vc/oauth2';
import { startCardSignIn } from '../../examples/card-sign-in/server.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { certifyVerifier } from '../../examples/demo/verifier-certificate.js';
import type { RelyingParty } from '../../examples/web/site.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import { revokeSubject } from '../../src/enrolment/revoke.js';
import { connectionAdditions } from '../../src/extensions/index.js';
import { clientSecret, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { type Browser, createBrowser } from '../../support/fakes/browser.js';
import { visitCredentials } from './credential-visits.js';
import { createPresenter } from './presenter.js';
import { createWallet } from './wallet.js';

/* A sign-in by a card and a face: a card of ours, a wallet that is not ours, the relying party of the examples. */

const vct = 'https://face.example.com/staff-card';
const purpose = { en: 'To call you by your name' };
const staffCard = { vct, name: 'Staff card', days: 1, claims: { given_name: { purpose }, family_name: { purpose } } };

let certificate: Awaited<ReturnType<typeof certifyVerifier>>;
let presenter: ReturnType<typeof createPresenter>;
let server: ReturnType<typeof createServer>;
let op: TestIssuer;
let signIn: RelyingParty;
let carry: (ticked?: readonly string[]) => Promise<Carried>;
/** Whether status lists can be had. */
let areListsThere: boolean;
/** What becomes of a request on its way to the provider. */
let alter: (body: string) => string;

interface Carried {
  readonly wallet: Awaited<ReturnType<typeof createWallet>>;
  readonly credential: string;
}

beforeAll(async () => {
  // All of it is on this machine, where no one speaks https.
  setGlobalConfig({ allowInsecureUrls: true });
  certificate = await certifyVerifier('Example Staff Portal');
  presenter = createPresenter(certificate.authority);
});
afterAll(async () => {
  setGlobalConfig({ allowInsecureUrls: false });
});

beforeEach(async () => {
  const port = await findFreePort();
  const publicUrl = `http://localhost:${port}`;
  areListsThere = true;
  alter = (body) => body;
  server = createServer(async (request, response) => {
    const address = `${publicUrl}${request.url}`;
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = request.method === 'POST' ? { body: alter(await text(request)) } : {};
    const isAway = !areListsThere && address.includes('/status/');
    const { host: _, connection: __, 'content-length': ___, ...kept } = Object.fromEntries(headers);
    const found = isAway
      ? new Response('', { status: 503 })
      : await op.open(address, { method: String(request.method), headers: kept, ...body, redirect: 'manual' });
    response.statusCode = found.status;
    for (const [name, value] of found.headers)
      if (!['content-encoding', 'content-length', 'transfer-encoding', 'connection'].includes(name))
        response.appendHeader(name, value);
    response.end(Buffer.from(await found.arrayBuffer()));
  }).listen(port, '127.0.0.1');
  signIn = await startCardSignIn({
    port: 0,
    issuer: `${publicUrl}/oidc/work`,
    clientId: 'portal',
    clientSecret,
    vct,
    certified: certificate.certified,
    now: () => op.server.clock.now(),
  });
  // A busy machine may pause for longer than Node's default of 5 s between two requests of a connection.
  server.keepAliveTimeout = 120_000;
  const portal = { kind: 'relying_party', id: 'portal', secret: clientSecret, redirectUris: [signIn.redirectUri] };
  const config = createOidcGuard(connectionAdditions).parse({
    clients: [portal],
    credentials: { staff_card: staffCard },
  });
  op = await startIssuer({ config, publicUrl });
  op.profile.details.set('anna', { given_name: 'Anna', family_name: 'Example' });
  await op.enrol('anna');
  const visits = visitCredentials(op);
  carry = async (ticked = ['given_name', 'family_name']) => {
    const wallet = await createWallet(op.open);
    const { link, code } = await visits.getOffer(ticked);
    return { wallet, credential: await wallet.take(link, code) };
  };
});
afterEach(async () => {
  await signIn.close();
  await op.stop();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const anna = () => ({ connection: op.connection, subject: 'anna' });
const nowSec = (): number => Math.floor(op.server.clock.now() / 1000);

/** A browser on the page that asks for a card, with what its QR code and its link say. */
async function begin() {
  const browser = createBrowser((url, init) => fetch(url, init));
  const headers = { origin: signIn.url };
  const page = await browser.follow(`${signIn.url}/begin`, { method: 'POST', headers });
  const [, elsewhere = ''] = /data-link="([^"]*)"/.exec(page.text) ?? [];
  const [, here = ''] = /href="(openid4vp:[^"]*)"/.exec(page.text) ?? [];
  const plain = (link: string): string => link.replaceAll('&#38;', '&');
  return { browser, page, elsewhere: plain(elsewhere), here: plain(here) };
}

const stateOf = async (browser: Browser): Promise<{ goOn: boolean }> =>
  JSON.parse((await browser.visit(`${signIn.url}/card/state`)).text);

/** Shows a card to anyone who asks by a link. */
async function show({ wallet, credential }: Carried, link: string, claims: readonly string[] = ['sub', 'given_name']) {
  const request = await presenter.read(link);
  const { audience, nonce } = request;
  return presenter.answer(request, await wallet.present(credential, claims, { audience, nonce, iat: nowSec() }));
}

/** On to the face check, from an address of the portal. */
async function toCamera(browser: Browser, path = '/face') {
  const left = await browser.follow(`${signIn.url}${path}`);
  return { left, camera: left.status === 303 ? await browser.follow(left.url) : left };
}

/** Somebody's face, and back to the portal. */
async function lookIn(browser: Browser, link: string, person: string) {
  const { returnUrl } = await op.show(browser, link, person);
  const back = await browser.follow(String(returnUrl));
  return { back, page: await browser.follow(back.url) };
}

test('a card from a wallet of another vendor and a face check sign in a user who types nothing', async () => {
  const carried = await carry();
  const { browser, page, elsewhere } = await begin();
  expect(page.headers.get('cache-control')).toBe('no-store');
  const request = await presenter.read(elsewhere);
  expect(request.audience).toMatch(/^x509_hash:[\w-]{43}$/);
  expect(request.resolved.version).toBe(100);
  expect(presenter.match(request, vct, { sub: 'anna', given_name: 'Anna', family_name: 'E' })).toEqual([
    ['sub', 'given_name'],
    ['sub'],
  ]);
  expect(presenter.match(request, 'urn:another:card', { sub: 'anna' })).toEqual([]);
  expect(await stateOf(browser)).toEqual({ goOn: false });

  expect(await show(carried, elsewhere)).toEqual({ status: 200, body: {} });
  expect(await stateOf(browser)).toEqual({ goOn: true });
  const { left, camera } = await toCamera(browser);
  // The browser, which may be anybody's, learns nothing of the card before the face.
  expect(left.url).toContain('request_uri=');
  expect(`${left.url} ${left.text} ${camera.text}`).not.toMatch(/anna/i);
  const { page: end } = await lookIn(browser, camera.url, 'anna');
  expect([end.status, end.text]).toEqual([200, expect.stringContaining('Welcome, Anna')]);
  // All of it is over with that.
  expect((await browser.visit(`${signIn.url}/face`)).status).toBe(400);
});

describe('the portal refuses', () => {
  const expectRefusal = async (
    browser: Browser,
    answer: { status: number; body: object },
    why = 'This card was not accepted.',
  ) => {
    expect(answer).toEqual({ status: 400, body: { error: 'invalid_request' } });
    expect(await stateOf(browser)).toEqual({ goOn: true });
    const page = await browser.follow(`${signIn.url}/face`);
    expect([page.status, page.text]).toEqual([403, expect.stringContaining(why)]);
    expect((await browser.follow(`${signIn.url}/face`)).status).toBe(400);
  };

  test('a card without a key binding, and text that is no card', async () => {
    for (const presentation of [(await carry()).credential, 'x', '~', `${'x'.repeat(70_000)}~x`]) {
      const { browser, elsewhere } = await begin();
      await expectRefusal(browser, await presenter.answer(await presenter.read(elsewhere), presentation));
    }
  });

  test.each<[string, string, () => unknown]>([
    ['of an ended enrolment', 'This card was revoked.', () => revokeSubject(anna(), op.server.deps)],
    [
      'whose status list cannot be read',
      'cannot be checked now',
      () => {
        areListsThere = false;
      },
    ],
    ['that has expired', 'This card has expired.', () => op.server.clock.advanceSec(86_400)],
  ])('a card %s', async (_, why, end) => {
    const carried = await carry();
    await end();
    const { browser, elsewhere } = await begin();
    await expectRefusal(browser, await show(carried, elsewhere), why);
  });

  test('a replayed answer, in the same session, in another one and in a new encryption', async () => {
    const { wallet, credential } = await carry();
    const first = await begin();
    const request = await presenter.read(first.elsewhere);
    const { audience, nonce } = request;
    const presentation = await wallet.present(credential, ['sub'], { audience, nonce, iat: nowSec() });
    const { jarm } = await presenter.seal(request, presentation);
    const post = (address: string) =>
      fetch(address, { method: 'POST', body: new URLSearchParams({ response: jarm?.responseJwt ?? '' }) });
    expect((await post(request.payload.response_uri)).status).toBe(200);
    expect((await post(request.payload.response_uri)).status).toBe(400);
    // Its other question is over with it, too.
    await expect(presenter.read(first.here)).rejects.toThrow('404');
    const second = await begin();
    const other = await presenter.read(second.elsewhere);
    expect((await post(other.payload.response_uri)).status).toBe(400);
    const third = await begin();
    await expectRefusal(third.browser, await presenter.answer(await presenter.read(third.elsewhere), presentation));
  });
});

describe('the session of the browser', () => {
  test('does not sign in a user whose card is followed by the face check of another person', async () => {
    // Someone sends the code of their own page to Anna, and she shows her card.
    const { browser, elsewhere } = await begin();
    expect((await show(await carry(), elsewhere)).status).toBe(200);
    const { camera } = await toCamera(browser);
    const { back, page } = await lookIn(browser, camera.url, 'berta');
    expect(back.url).toContain('error=access_denied');
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('it does not match this card')]);
    expect(page.text).not.toMatch(/anna/i);
  });

  test('a token for another user does not match the card', async () => {
    await op.enrol('berta');
    const anna = await begin();
    expect((await show(await carry(), anna.elsewhere)).status).toBe(200);
    // On its way to the provider the request is changed: the face is Berta's, and the token says so.
    alter = (body) => body.replace('login_hint=anna', 'login_hint=berta');
    const { camera } = await toCamera(anna.browser);
    const { back, page } = await lookIn(anna.browser, camera.url, 'berta');
    expect(back.url).toContain('code=');
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('it does not match this card')]);
  });

  test('another browser cannot use a card that was presented to this one', async () => {
    const anna = await begin();
    const other = await begin();
    const stranger = createBrowser((url, init) => fetch(url, init));
    expect((await show(await carry(), anna.elsewhere)).status).toBe(200);
    expect(await stateOf(other.browser)).toEqual({ goOn: false });
    for (const browser of [other.browser, stranger])
      expect((await browser.visit(`${signIn.url}/face`)).status).toBe(400);
    expect((await toCamera(anna.browser)).left.status).toBe(303);
  });

  test('a card presented on the same device returns its response code only to the browser that began', async () => {
    const anna = await begin();
    const other = await begin();
    const { status, body } = await show(await carry(), anna.here);
    expect(status).toBe(200);
    const { pathname, search } = new URL(String(body.redirect_uri));
    // Anyone who had the link sent to someone waits in vain.
    expect(await stateOf(anna.browser)).toEqual({ goOn: false });
    expect((await anna.browser.visit(`${signIn.url}/face`)).status).toBe(400);
    expect((await other.browser.visit(`${signIn.url}${pathname}${search}`)).status).toBe(400);
    expect((await anna.browser.visit(`${signIn.url}${pathname}?response_code=x`)).status).toBe(400);
    const { camera } = await toCamera(anna.browser, `${pathname}${search}`);
    const { page } = await lookIn(anna.browser, camera.url, 'anna');
    expect(page.text).toContain('Welcome, Anna');
  });
});
