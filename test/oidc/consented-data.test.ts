import { beforeEach, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { readDataConsents } from '../../src/core/consented-data/consents.js';
import type { State } from '../../src/core/ports.js';
import { createIssuers } from '../../src/oidc/issuers.js';
import { createOidcKeys } from '../../src/storage/keys/oidc-keys.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { findKeysFile, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import {
  type Asked,
  agree,
  answer,
  ask,
  askAndShow,
  details,
  purposes,
  redeem,
  registration,
  toConfig,
} from './consented-data-bench.js';

let op: TestIssuer;
const start = async (config = toConfig(), kept?: State) => {
  op = await startIssuer({ config, ...(kept === undefined ? {} : { toState: () => kept }) });
  op.profile.details.set('anna', details);
  await op.enrol('anna');
};
beforeEach(() => start());

const anna = { connection: 'work', subject: 'anna' };
const consents = () => readDataConsents(anna, op.server.deps);
const paramsOf = (url: string) => Object.fromEntries(new URL(url).searchParams);

const checked = { sub: 'anna', presence: 'simulated', enrolment_proof: 'photos_of_client' };

test('the page escapes values and purposes, preselects nothing, and only selected claims are returned', async () => {
  const shown = await askAndShow(op, {
    scope: 'openid profile email phone',
    claims: { userinfo: { name: { essential: true }, employee_number: null } },
  });
  const { text, headers } = shown.page;
  expect(text).toContain('Corner Shop asks for details about you');
  expect(text).toContain('<bdi class="value">Anna &lt;b&gt;Example&lt;/b&gt;</bdi>');
  for (const { purpose } of [purposes.name, purposes.email, purposes.phone_number, purposes.employee_number])
    expect(text).toContain(`<bdi class="purpose">${purpose.en}</bdi>`);
  expect(text).not.toContain('checked');
  expect([...text.matchAll(/type="checkbox" name="claim" value="(\w+)"/g)].map(([, name]) => name)).toEqual([
    'email',
    'phone_number',
    'employee_number',
  ]);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('content-security-policy')).not.toContain('script');

  const { idToken, userInfo } = await redeem(shown, (await answer(shown, 'agree', ['employee_number'])).url);
  expect(await userInfo()).toEqual({
    sub: 'anna',
    presence: 'simulated',
    enrolment_proof: 'photos_of_client',
    name: details.name,
    employee_number: details.employee_number,
  });
  expect(idToken).not.toHaveProperty('name');
  expect(idToken).not.toHaveProperty('preferred_username');
});

test('UserInfo returns the current value of each claim and omits a removed one', async () => {
  const { userInfo } = await agree(op, { scope: 'openid phone profile' }, ['phone_number', 'name']);
  op.profile.details.set('anna', { phone_number: '+65 6999 0000' });
  expect(await userInfo()).toEqual({ ...checked, phone_number: '+65 6999 0000' });
});

test('a refusal returns access_denied to the client and records no consent', async () => {
  const shown = await askAndShow(op, { scope: 'openid email' });
  const back = await answer(shown, 'refuse');
  expect(paramsOf(back.url)).toMatchObject({ error: 'access_denied', state: 's-1' });
  expect(await consents()).toEqual([]);
});

test('the consent form cannot omit an essential claim or add one that was not requested', async () => {
  const claims = { userinfo: { email: { essential: true } } };
  const { userInfo } = await agree(op, { claims }, ['name', 'sub']);
  expect(await userInfo()).toEqual({ ...checked, email: 'anna@example.com' });
});

describe('a consent to claims', () => {
  test('is recorded with claim names and expiry, and applies to the next sign-in', async () => {
    await agree(op, { scope: 'openid email phone' }, ['email']);
    const [consent] = await consents();
    expect(consent).toMatchObject({ client: 'shop', claims: ['email'] });
    expect(consent!.expiresAt - consent!.givenAt).toBe(90 * 86_400_000);
    const given = op.server.audit.events.filter(({ action }) => action === 'data_consent_given');
    expect(given).toHaveLength(1);
    expect(given[0]).toMatchObject({ ...anna, detail: { client: 'shop', claims: ['email'] } });
    expect(JSON.stringify([consent, op.server.audit.events])).not.toContain(details.phone_number);

    const again = await askAndShow(op, { scope: 'openid email phone' });
    expect(again.page.url).toContain('code=');
    expect(await (await redeem(again, again.page.url)).userInfo()).toMatchObject({ email: 'anna@example.com' });
  });

  test.each<[string, Asked]>([
    ['the client requests more claims', { scope: 'openid email phone' }],
    ['the client requests a claim as essential', { claims: { userinfo: { email: { essential: true } } } }],
    ['the client sends prompt=consent', { scope: 'openid email', prompt: 'consent' }],
  ])('is requested again if %s', async (_, asked) => {
    await agree(op, { scope: 'openid email' }, ['email']);
    expect((await askAndShow(op, asked)).page.text).toContain('name="shown"');
  });

  test('is requested again after the registered purpose has changed, and its tokens are revoked', async () => {
    const { clock } = op.server;
    const state = createSqliteState({ file: ':memory:', clock });
    const kept = { ...state, close: async () => {} };
    await op.stop();
    await start(toConfig(), kept);
    const { tokens, userInfo } = await agree(op, { scope: 'openid email' }, ['email']);
    expect(await userInfo()).toMatchObject({ email: 'anna@example.com' });
    await op.stop();
    const claims = { ...purposes, email: { purpose: { en: 'To send you offers' } } };
    await start(toConfig({ ...registration, claims }), kept);
    const told = client.fetchUserInfo(await op.discover('shop'), tokens.access_token, 'anna');
    await expect(told).rejects.toMatchObject({ status: 401 });
    expect((await askAndShow(op, { scope: 'openid email' })).page.text).toContain('To send you offers');
    await state.close();
  });

  test('expires, and the tokens issued under the consent expire with it', async () => {
    await start(toConfig({ ...registration, dataConsentDays: 1 }));
    await agree(op, { scope: 'openid email' }, ['email']);
    op.server.clock.advanceSec(86_400 - 300);
    const early = await askAndShow(op, { scope: 'openid email' });
    const { userInfo } = await redeem(early, early.page.url);
    expect(await userInfo()).toMatchObject({ email: 'anna@example.com' });
    op.server.clock.advanceSec(300);
    await expect(userInfo()).rejects.toMatchObject({ status: 401 });
    expect((await askAndShow(op, { scope: 'openid email' })).page.text).toContain('name="shown"');
  });

  test('is not valid for another client, and a posted answer to the consent page is not either', async () => {
    await start(toConfig(registration, { ...registration, id: 'other' }));
    const shop = await agree(op, { scope: 'openid email' }, ['email']);
    const other = await askAndShow(op, { id: 'other', scope: 'openid email' });
    expect(other.page.text).toContain('name="shown"');
    // The answer to the one page is none to the other.
    const shownToShop = await askAndShow(op, { scope: 'openid email', prompt: 'consent' });
    const replayed = await answer({ ...other, page: shownToShop.page }, 'agree', ['email']);
    expect(replayed.text).toContain('name="shown"');
    expect((await consents()).map(({ client }) => client)).toEqual(['shop']);
    expect(await shop.userInfo()).toMatchObject({ email: 'anna@example.com' });
  });
});

describe('a provider that cannot be read', () => {
  test('shows an error page, causes no lockout, and the same face check continues after recovery', async () => {
    const begun = await ask(op, { scope: 'openid email' });
    const { returnUrl } = await op.show(begun.browser, begun.camera.url, 'anna');
    op.profile.setDown(true);
    for (let tries = 0; tries < 6; tries += 1) {
      const page = await begun.browser.follow(String(returnUrl));
      expect([page.status, page.text]).toEqual([503, expect.stringContaining('can’t be read right now')]);
    }
    expect(op.server.log.text()).toMatch(/"claims could not be read","connection":"work",.*"detail":/);
    op.profile.setDown(false);
    const page = await begun.browser.follow(String(returnUrl));
    const shown = { ...begun, page, interactionUrl: String(returnUrl) };
    const { userInfo } = await redeem(shown, (await answer(shown, 'agree', ['email'])).url);
    expect(await userInfo()).toMatchObject({ email: 'anna@example.com' });
  });

  test('makes UserInfo return temporarily_unavailable, and the token remains valid', async () => {
    const { userInfo } = await agree(op, { scope: 'openid email' }, ['email']);
    op.profile.setDown(true);
    await expect(userInfo()).rejects.toMatchObject({
      status: 400,
      cause: [{ parameters: { error: 'temporarily_unavailable' } }],
    });
    op.profile.setDown(false);
    expect(await userInfo()).toMatchObject({ email: 'anna@example.com' });
  });

  test('leaves no claim values in the log', async () => {
    await agree(op, { scope: 'openid email phone profile' }, ['email', 'phone_number', 'name']);
    op.profile.setDown(true);
    await askAndShow(op, { scope: 'openid email' }).catch(() => null);
    for (const value of ['+65 6123 4567', 'Example</b>']) expect(op.server.log.text()).not.toContain(value);
  });
});

test('another browser cannot see or answer the consent page', async () => {
  const shown = await askAndShow(op, { scope: 'openid email' });
  const stranger = op.newBrowser();
  const seen = await stranger.follow(shown.interactionUrl);
  expect(seen.text).not.toContain('anna@example.com');
  const answered = await answer({ ...shown, browser: stranger }, 'agree', ['email']);
  expect(answered.url).not.toContain('code=');
  expect(await consents()).toEqual([]);
});

test('an unregistered claim is left out and named in the log', async () => {
  const userinfo = { birthdate: { essential: true }, 'x" onload=': null };
  const shown = await askAndShow(op, { claims: { userinfo, id_token: { birthdate: null, email: null } } });
  expect(shown.page.text).not.toMatch(/birthdate|onload/i);
  const { idToken, userInfo } = await redeem(shown, (await answer(shown, 'agree', ['email'])).url);
  expect(idToken).toMatchObject({ sub: 'anna', email: 'anna@example.com' });
  expect({ ...idToken, ...(await userInfo()) }).not.toHaveProperty('birthdate');
  expect(op.server.log.text()).toContain('"unregistered":["birthdate","a name that cannot be logged"]');
});

describe('a configuration is refused', () => {
  const claims = (name: string, claim: object) => () => toConfig({ ...registration, claims: { [name]: claim } });

  test.each([
    ['without a purpose', claims('email', {})],
    ['without a purpose in English', claims('email', { purpose: { de: 'Darum' } })],
    ['with a direction override', claims('email', { purpose: { en: 'a\u202eb' } })],
    ['with a protocol claim as the name', claims('acr', { purpose: { en: 'x' } })],
    ['with a consent of more than 365 days', () => toConfig({ ...registration, dataConsentDays: 366 })],
  ])('%s', (_, parse) => {
    expect(parse).toThrow();
  });

  test('with a claim that has no attribute', async () => {
    const claims = { shoe_size: { purpose: { en: 'Shoes' }, label: { en: 'Shoe size' } } };
    const config = toConfig({ ...registration, claims });
    const oidcKeys = await createOidcKeys({ ...op.server.deps, file: findKeysFile() });
    const connection = { connection: op.connection, oidc: config, sections: {}, createOidcClients: () => [] };
    await expect(createIssuers([connection], [], { ...op.server.deps, oidcKeys })).rejects.toMatchObject({
      code: 'config_invalid',
      detail: { client: 'shop', claim: 'shoe_size' },
    });
  });
});
