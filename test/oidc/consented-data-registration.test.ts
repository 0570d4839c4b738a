import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createOidcKeys } from '../../src/keys/oidc-keys.js';
import { createIssuers } from '../../src/oidc/issuers.js';
import { ask, askAndShow, purposes, redeem, registration, toConfig } from './consented-data-bench.js';
import { createKeysFolder, startIssuer, type TestIssuer } from './issuer.js';

/* What a client has to say before it may ask: which claims, and what for. */

let keys: Awaited<ReturnType<typeof createKeysFolder>>;
let op: TestIssuer;
beforeAll(async () => {
  keys = await createKeysFolder();
});
afterAll(() => keys.remove());
const start = async (config = toConfig()) => {
  op = await startIssuer({ keysFile: keys.file, config });
  await op.enrol('anna');
};
beforeEach(() => start());
afterEach(() => op.stop());

const paramsOf = (url: string) => Object.fromEntries(new URL(url).searchParams);

describe('what is not registered is refused, and the error says so', () => {
  const refusedBy = async (asked: Parameters<typeof ask>[1]) => paramsOf((await ask(op, asked)).camera.url);

  test('a claim by its name', async () => {
    for (const container of ['userinfo', 'id_token']) {
      expect(await refusedBy({ claims: { [container]: { birthdate: null } } })).toMatchObject({
        error: 'invalid_request',
        error_description: 'claim not registered: birthdate',
      });
    }
    expect(await refusedBy({ claims: { userinfo: { 'x" onload=': null } } })).toMatchObject({
      error_description: 'claim not registered: as sent',
    });
  });

  test('a scope of which no claim is registered', async () => {
    await op.stop();
    await start(toConfig({ ...registration, claims: { email: purposes.email } }));
    expect(await refusedBy({ scope: 'openid phone' })).toMatchObject({
      error: 'invalid_scope',
      error_description: 'scope phone: no claim of it is registered',
    });
  });

  test('anything by a client that registered nothing; scopes it may name as ever', async () => {
    await op.stop();
    const { claims: _, ...plain } = registration;
    await start(toConfig(plain));
    expect(await refusedBy({ claims: { userinfo: { email: null } } })).toMatchObject({ error: 'invalid_request' });
    const shown = await askAndShow(op, { scope: 'openid profile email' });
    const { userInfo } = await redeem(shown, shown.page.url);
    expect(await userInfo()).toEqual({ sub: 'anna', presence: 'simulated', preferred_username: 'anna@example.com' });
  });
});

describe('a configuration is refused', () => {
  const claims = (name: string, claim: object) => () => toConfig({ ...registration, claims: { [name]: claim } });

  test.each([
    ['without a purpose', claims('email', {})],
    ['with an empty one', claims('email', { purpose: { en: ' ' } })],
    ['without English', claims('email', { purpose: { de: 'Darum' } })],
    ['with two lines', claims('email', { purpose: { en: 'a\nb' } })],
    ['with a direction override', claims('email', { purpose: { en: 'a\u202eb' } })],
    ['in no language of ours', claims('email', { purpose: { en: 'x', tlh: 'x' } })],
    ['with a name of the protocol', claims('acr', { purpose: { en: 'x' } })],
    ['with a name that is none', claims('a b', { purpose: { en: 'x' } })],
    ['with one of its own that nobody would understand', claims('employee_number', { purpose: { en: 'x' } })],
    ['without an end', () => toConfig({ ...registration, dataConsentDays: 366 })],
  ])('%s', (_, parse) => {
    expect(parse).toThrow();
  });

  test('where no attribute is known for a claim', async () => {
    const claims = { shoe_size: { purpose: { en: 'Shoes' }, label: { en: 'Shoe size' } } };
    const config = toConfig({ ...registration, claims });
    const oidcKeys = await createOidcKeys({ ...op.server.deps, file: keys.file });
    const connection = { connection: op.connection, oidc: config, organisations: null, createOidcClients: () => [] };
    await expect(createIssuers([connection], { ...op.server.deps, oidcKeys })).rejects.toMatchObject({
      code: 'config_invalid',
      detail: { client: 'shop', claim: 'shoe_size' },
    });
  });
});

test('discovery names the scopes and claims that can be asked for', async () => {
  const { scopes_supported, claims_supported } = (await op.discover('shop')).serverMetadata();
  expect(scopes_supported).toEqual(expect.arrayContaining(['openid', 'profile', 'email', 'phone', 'address']));
  expect(claims_supported).toEqual(expect.arrayContaining(['name', 'email', 'phone_number', 'employee_number']));
});
