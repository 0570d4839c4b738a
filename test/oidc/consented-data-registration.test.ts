import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createOidcKeys } from '../../src/keys/oidc-keys.js';
import { createIssuers } from '../../src/oidc/issuers.js';
import { answer, askAndShow, redeem, registration, toConfig } from './consented-data-bench.js';
import { findKeysFile, startIssuer, type TestIssuer } from './issuer.js';

/* What a client has to say before it may ask: which claims, and what for. */

let op: TestIssuer;
const start = async (config = toConfig()) => {
  op = await startIssuer({ config });
  await op.enrol('anna');
};
beforeEach(() => start());
afterEach(() => op.stop());

/** What the log says was asked for in vain. */
const loggedAsUnregistered = (): unknown[] =>
  [...op.server.log.text().matchAll(/exceeds the client’s registration.*"unregistered":(\[.*?\])/g)].map(([, names]) =>
    JSON.parse(names ?? ''),
  );

describe('what is not registered is left out, and the log says so', () => {
  test('a claim by its name, also an essential one', async () => {
    const userinfo = { birthdate: { essential: true }, 'x" onload=': null };
    const shown = await askAndShow(op, { claims: { userinfo, id_token: { birthdate: null, email: null } } });
    expect(shown.page.text).not.toMatch(/birthdate|onload/i);
    const { idToken, userInfo } = await redeem(shown, (await answer(shown, 'agree', ['email'])).url);
    expect(idToken).toMatchObject({ sub: 'anna', email: 'anna@example.com' });
    expect({ ...idToken, ...(await userInfo()) }).not.toHaveProperty('birthdate');
    expect(loggedAsUnregistered()).toEqual([['birthdate', 'a name that cannot be logged']]);
  });
});

describe('a configuration is refused', () => {
  const claims = (name: string, claim: object) => () => toConfig({ ...registration, claims: { [name]: claim } });

  test.each([
    ['without a purpose', claims('email', {})],
    ['without English', claims('email', { purpose: { de: 'Darum' } })],
    ['with a direction override', claims('email', { purpose: { en: 'a\u202eb' } })],
    ['with a name of the protocol', claims('acr', { purpose: { en: 'x' } })],
    ['without an end', () => toConfig({ ...registration, dataConsentDays: 366 })],
  ])('%s', (_, parse) => {
    expect(parse).toThrow();
  });

  test('where no attribute is known for a claim', async () => {
    const claims = { shoe_size: { purpose: { en: 'Shoes' }, label: { en: 'Shoe size' } } };
    const config = toConfig({ ...registration, claims });
    const oidcKeys = await createOidcKeys({ ...op.server.deps, file: findKeysFile() });
    const connection = { connection: op.connection, oidc: config, organisations: null, createOidcClients: () => [] };
    await expect(createIssuers([connection], { ...op.server.deps, oidcKeys })).rejects.toMatchObject({
      code: 'config_invalid',
      detail: { client: 'shop', claim: 'shoe_size' },
    });
  });
});
