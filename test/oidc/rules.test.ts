import { expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import * as client from 'openid-client';
import { createOidcGuard } from '../../src/config/oidc.js';
import type { SignInRule } from '../../src/core/rules/rule.js';
import { toEpochSec } from '../../src/core/units.js';
import {
  clientSecret,
  loginOf,
  prepareRequest,
  redirectUri,
  startIssuer,
  type TestIssuer,
} from '../../support/benches/issuer.js';
import { ruleOf as rule } from '../../support/data/sign-in-rule.js';

/* Rules at OpenID clients: decided before the camera, with the browser's own facts. */

let op: TestIssuer;

const clients = createOidcGuard([]).parse({
  clients: [
    { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: [redirectUri] },
    { kind: 'relying_party', id: 'trusted', secret: clientSecret, redirectUris: [redirectUri], mayEnrol: true },
  ],
});

async function startWith(...rules: readonly SignInRule[]) {
  op = await startIssuer({ config: clients, policy: { rules, networks: { loopback: ['127.0.0.0/8'] } } });
  await op.enrol('anna');
}

async function prepare(id = 'app') {
  const config = await op.discover(id);
  const { params, checks } = await prepareRequest();
  // A pushed request of a trusted client counts as a first factor.
  const url =
    id === 'app' ? client.buildAuthorizationUrl(config, params) : client.buildAuthorizationUrlWithPAR(config, params);
  return { config, checks, url: await url };
}

const recorded = (action: string) => op.server.audit.events.findLast((each) => each.action === action);

test('a rule that refuses answers the client before the camera, and the record names client and rule', async () => {
  await startWith(rule({ when: { applications: ['app'], networks: ['loopback'] }, outcome: 'deny' }));
  const { url } = await prepare();
  const answer = await op.newBrowser().follow(url.href);
  expect(Object.fromEntries(new URL(answer.url).searchParams)).toMatchObject({
    error: 'access_denied',
    error_description: 'the face check was not passed',
  });
  expect(recorded('hook_decided')).toMatchObject({
    subject: 'anna',
    detail: { hook: 'openid app', reason: 'denied_by_rule', fallback: 'deny', rule: 'pilot' },
  });
  expect(recorded('step_up_started')).toBeUndefined();
  expect(op.server.audit.events.filter(({ action }) => action === 'hook_decided')).toHaveLength(1);
  const other = await prepare('trusted');
  expect((await op.newBrowser().follow(other.url.href)).url).toContain('/face#');
});

test('a refused sign-in that is opened again is recorded once', async () => {
  await startWith(rule({ when: {}, outcome: 'deny' }));
  const { url } = await prepare();
  const browser = op.newBrowser();
  const interaction = await browser.authorize(url.href);
  const address = new URL(interaction.headers.get('location') ?? '', interaction.url).href;
  for (let n = 0; n < 5; n += 1) await browser.visit(address);
  expect(op.server.audit.events.filter(({ action }) => action === 'hook_decided')).toHaveLength(1);
});

test('a rule in shadow mode refuses nothing, and the start of the check is recorded with it', async () => {
  await startWith(rule({ outcome: 'deny', mode: 'shadow' }));
  const { url } = await prepare();
  expect((await op.authorize(url)).back.url).toContain('code=');
  expect(recorded('step_up_started')).toMatchObject({ detail: { watched: { rule: 'pilot', outcome: 'deny' } } });
});

test('the token of a relying party names the rule; a rule that asks for no check cannot skip it', async () => {
  await startWith(rule({ outcome: 'none' }));
  const { config, url, checks } = await prepare();
  const { back } = await op.authorize(url);
  const tokens = await client.authorizationCodeGrant(config, new URL(back.url), checks);
  expect(tokens.claims()).toMatchObject({ acr: 'face', face_verification_rule: 'pilot' });
});

test('a face without the passkey that a rule asks for gets the client no code', async () => {
  await startWith(rule({ outcome: 'face_and_passkey' }));
  const { url } = await prepare('trusted');
  expect((await op.authorize(url)).back.url).toContain('error=access_denied');
});

test('nothing is looked up about a person who only gave a user name, until the face has proven them', async () => {
  await startWith(rule({ when: { groups: ['pilot'] }, outcome: 'none', whenUnknown: 'deny' }));
  let reads = 0;
  const { readGroups } = op.profile;
  op.profile.readGroups = async (subject) => {
    reads += 1;
    return readGroups(subject);
  };
  const { url } = await prepare();
  const browser = op.newBrowser();
  const camera = await browser.follow(url.href);
  expect([camera.url.includes('/face#'), reads]).toEqual([true, 0]);
  const shown = await op.show(browser, camera.url, 'anna');
  op.profile.setDown(true);
  const back = await browser.follow(shown.returnUrl);
  expect(new URL(back.url).searchParams.get('error')).toBe('access_denied');
  expect(reads).toBe(1);
  expect(recorded('hook_decided')).toMatchObject({ detail: { reason: 'rule_unknown' } });
});

const pilots = [{ id: 'g-1', name: 'Pilot' }];

/** Each fact about a person is unknown to a request that leaves out the proof of a first factor. */
const withheld: readonly Partial<SignInRule>[] = [
  { when: { groups: ['pilot'] } },
  { when: { newNetwork: true } },
  { when: { newBrowser: true } },
  { when: { lastCheckHours: 1 } },
];

test.each(withheld)(
  'a plain request does not avoid a rule that refuses by facts about the person: %j',
  async (given) => {
    await startWith(rule({ outcome: 'deny', ...given }));
    op.profile.groups.set('anna', pilots);
    const { url } = await prepare();
    const { shown, answer } = await op.authorize(url);
    expect(shown.outcome).toBe('passed');
    expect(answer.searchParams.get('error')).toBe('access_denied');
    expect(op.server.audit.events.filter(({ action }) => action === 'hook_decided')).toMatchObject([
      { subject: 'anna', detail: { hook: 'openid app', reason: 'denied_by_rule', rule: 'pilot' } },
    ]);
  },
);

/** Addresses of one sign-in, in the order in which a person opens them who wants to avoid a rule. */
async function prepareWays(id: string, subject = 'anna') {
  const { params } = await prepareRequest({ login_hint: loginOf(subject) });
  const asked = { ...params, client_id: id, response_type: 'code' };
  const iat = toEpochSec(op.server.clock.now());
  const signed = await new SignJWT({ ...asked, iss: id, aud: op.issuer, iat, exp: iat + 300 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(clientSecret));
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const to = (given: Record<string, string>) => `${op.issuer}/authorize?${new URLSearchParams(given)}`;
  const toSigned = (request: string) => to({ client_id: id, request });
  return {
    plain: to(asked),
    signed: toSigned(signed),
    'signed, sent again': toSigned(signed),
    'without the signature': toSigned(`${none}.${signed.split('.')[1]}.`),
    'without the signature, with plain parameters': to({ ...asked, request: signed.replace(/[^.]*$/, '') }),
    pushed: (await client.buildAuthorizationUrlWithPAR(await op.discover(id), params)).href,
  };
}

const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148';

/** Shows the face as often as a camera opens, and opens the address again. */
async function issuesCode(url: string, subject: string): Promise<boolean> {
  const browser = op.newBrowser(undefined, { 'user-agent': phone });
  let isCode = false;
  for (let next: string | null = url, opened = 0; next !== null && opened < 3; opened += 1) {
    const seen = await browser.follow(next);
    isCode ||= seen.url.includes('code=');
    next = seen.url.includes('/face#') ? (await op.show(browser, seen.url, subject)).returnUrl : null;
  }
  return isCode || (await browser.follow(url)).url.includes('code=');
}

test.each<Partial<SignInRule>>([...withheld, { when: { groups: ['pilot'] }, outcome: 'face', liveness: 'light' }])(
  'no form of a request, on another device or opened again, avoids a rule that refuses by facts about the person: %j',
  async (given) => {
    await startWith(rule({ outcome: 'deny', ...given }));
    op.profile.groups.set('anna', pilots);
    const issued: string[] = [];
    for (const id of ['app', 'trusted'])
      for (const [way, url] of Object.entries(await prepareWays(id)))
        if (await issuesCode(url, 'anna')) issued.push(`${id}, ${way}`);
    expect(issued).toEqual([]);
    await op.enrol('berta');
    expect(await issuesCode((await prepareWays('app', 'berta')).signed, 'berta')).toBe(
      given.when?.groups !== undefined,
    );
  },
);

test('a rule for a group does not refuse the plain request of another person', async () => {
  await startWith(rule({ outcome: 'deny', when: { groups: ['pilot'] } }));
  const { url } = await prepare();
  expect((await op.authorize(url)).back.url).toContain('code=');
});

test('if a rule needs more liveness than the check of a plain request has shown, a second check follows', async () => {
  await startWith(rule({ when: { groups: ['pilot'] }, liveness: 'movement' }));
  op.profile.groups.set('anna', pilots);
  const { config, url, checks } = await prepare();
  const browser = op.newBrowser();
  const first = await op.show(browser, (await browser.follow(url.href)).url, 'anna');
  const camera = await browser.follow(first.returnUrl);
  expect(camera.url).toContain('/face#');
  const second = await op.show(browser, camera.url, 'anna');
  const back = await browser.follow(second.returnUrl);
  const tokens = await client.authorizationCodeGrant(config, new URL(back.url), checks);
  expect(tokens.claims()).toMatchObject({ face_verification_rule: 'pilot' });
});

test('a client that vouches for its users must push or sign its requests while rules are enforced', async () => {
  await startWith(rule({ when: { groups: ['pilot'] } }));
  const config = await op.discover('trusted');
  const { params } = await prepareRequest();
  const answer = await op.newBrowser().follow(client.buildAuthorizationUrl(config, params).href);
  expect(Object.fromEntries(new URL(answer.url).searchParams)).toMatchObject({ error: 'invalid_request' });
});

test('after a first factor, a browser is new until a check passed in it', async () => {
  await startWith(
    rule({ name: 'first', when: { lastCheckHours: 1 } }),
    rule({ name: 'new browser', when: { newBrowser: true }, outcome: 'deny' }),
    rule({ name: 'phones', when: { devices: ['phone'] }, outcome: 'deny' }),
  );
  const browser = op.newBrowser();
  const pass = async () => {
    const { url } = await prepare('trusted');
    const camera = await browser.follow(url.href);
    expect(camera.url).toContain('/face#');
    // The page sets the cookie of the browser.
    await browser.visit(camera.url.split('#')[0]!);
    const shown = await op.show(browser, camera.url, 'anna');
    expect((await browser.follow(shown.returnUrl)).url).toContain('code=');
  };
  await pass();
  expect(recorded('step_up_started')).toMatchObject({ detail: { rule: 'first' } });
  await pass();
  expect(recorded('step_up_started')?.detail).not.toHaveProperty('rule');
  const { url } = await prepare('trusted');
  const answer = await op.newBrowser().follow(url.href);
  expect(new URL(answer.url).searchParams.get('error')).toBe('access_denied');
  expect(recorded('hook_decided')).toMatchObject({ detail: { rule: 'new browser' } });
});
