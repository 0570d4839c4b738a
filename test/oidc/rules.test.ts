import { afterEach, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { createOidcGuard } from '../../src/config/oidc.js';
import type { SignInRule } from '../../src/core/rules/rule.js';
import {
  clientSecret,
  prepareRequest,
  redirectUri,
  startIssuer,
  type TestIssuer,
} from '../../support/benches/issuer.js';

/* Rules at OpenID clients: decided before the camera, with the browser's own facts. */

let op: TestIssuer;
afterEach(() => op.stop());

const clients = createOidcGuard([]).parse({
  clients: [
    { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: [redirectUri] },
    { kind: 'relying_party', id: 'trusted', secret: clientSecret, redirectUris: [redirectUri], mayEnrol: true },
  ],
});

const rule = (given: Partial<SignInRule>): SignInRule => ({
  name: 'pilot',
  when: {},
  outcome: 'face',
  mode: 'enforce',
  whenUnknown: 'policy',
  ...given,
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
