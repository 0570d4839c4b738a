import { beforeEach, describe, expect, test } from '@jest/globals';
import { testIssuer } from '../../support/fakes/keys.js';
import { type OktaBench, openOktaBench } from '../../test/contract/okta.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';
const issuer = `${testIssuer}/oidc/workforce`;

let bench: OktaBench;
let metadata: Record<string, string>;
beforeEach(async () => {
  bench = await openOktaBench();
  metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
  };
});

function provision({ orgUrls = [bench.okta.url], publicUrl = testIssuer, factor = {}, policy = {} } = {}) {
  const pages = { termsOfUse: 'https://example.com/terms', privacyPolicy: 'https://example.com/privacy' };
  return bench.provision({
    publicUrl,
    policy,
    oidc: {
      clients: [
        { kind: 'okta_factor', id: 'okta', secret, orgUrls, ...factor },
        { kind: 'okta_idv', id: 'idv', secret, orgUrls, ...pages },
      ],
    },
    fetch: async (url, init) => (url.startsWith(testIssuer) ? Response.json(metadata) : fetch(url, init)),
  });
}
const stepOf = (title: string, given = {}) => provision(given).steps.find((step) => step.title === title)!;
const runCheck = (title: string, given = {}) =>
  provision(given)
    .checks.find((check) => check.title === title)!
    .run();
const idpOf = (type: string) => [...bench.okta.org.identityProviders.values()].find((idp) => idp.type === type)!;

describe('the factor-only OIDC client', () => {
  test('requires an identity provider, then a manual step in the console, then an authenticator', async () => {
    const idp = stepOf('Identity provider: okta_factor');
    expect(await idp.inspect()).toMatchObject({ state: 'missing' });
    expect(await runCheck('okta_factor: identity provider')).toMatchObject({ verdict: 'fail' });
    await idp.apply();
    expect(await idp.inspect()).toEqual({ state: 'ready' });
    const found = idpOf('OIDC');
    expect(found).toMatchObject({
      trustClaims: false,
      requestAlgorithm: 'HS256',
      client: { issuer, authorizationEndpoint: `${issuer}/authorize`, clientId: 'okta', clientSecret: secret },
      definition: {
        policy: {
          provisioning: { action: 'DISABLED' },
          subject: { userNameTemplate: { template: 'idpuser.email' }, matchType: 'USERNAME' },
        },
      },
    });

    const usage = stepOf('IdP Usage: Factor only');
    const authenticator = stepOf('IdP authenticator');
    expect(await usage.inspect()).toMatchObject({ state: 'manual' });
    await expect(authenticator.apply()).rejects.toMatchObject({ code: 'provider_refused' });
    bench.okta.setIdpUsage(found.id, 'FACTOR_ONLY');
    await authenticator.apply();
    expect(await authenticator.inspect()).toEqual({ state: 'ready' });
    expect(await usage.inspect()).toEqual({ state: 'ready' });
    expect(await runCheck('okta_factor: identity provider')).toMatchObject({ verdict: 'pass' });
  });

  test('keeps other settings of the administrator when the settings of facestep are corrected', async () => {
    const step = stepOf('Identity provider: okta_factor');
    await step.apply();
    const { id, definition, ...rest } = idpOf('OIDC');
    const { protocol, policy, ...others } = JSON.parse(JSON.stringify(definition));
    const safeguarded = {
      ...others,
      issuerMode: 'CUSTOM_URL',
      protocol: {
        ...protocol,
        settings: { sendApplicationContext: true },
        credentials: { client: { ...protocol.credentials.client, pkce_required: true } },
      },
      policy: {
        ...policy,
        accountLink: { ...policy.accountLink, filter: { groups: { include: ['staff'] } } },
        subject: { ...policy.subject, filter: '.*@example\\.com' },
      },
    };
    bench.okta.org.identityProviders.set(id, { id, ...rest, definition: safeguarded });
    await stepOf('Identity provider: okta_factor', {
      factor: { trustClaims: true },
      policy: { userSecret: 'passkey' },
    }).apply();
    expect(idpOf('OIDC').definition).toEqual({ ...safeguarded, policy: { ...safeguarded.policy, trustClaims: true } });
  });

  test('is corrected if its endpoints were changed, and keeps its name and its use', async () => {
    await stepOf('Identity provider: okta_factor').apply();
    const { id, client, ...rest } = idpOf('OIDC');
    const protocol = {
      ...JSON.parse(JSON.stringify(rest.definition.protocol)),
      endpoints: { authorization: { url: 'https://evil.example/' }, token: { url: 'https://evil.example/' }, jwks: {} },
    };
    const definition = {
      ...rest.definition,
      name: 'Face ID',
      protocol: { ...protocol, endpoints: { ...protocol.endpoints, jwks: { url: 'https://evil.example/' } } },
    };
    bench.okta.org.identityProviders.set(id, {
      id,
      client,
      ...rest,
      name: 'Face ID',
      usage: 'FACTOR_ONLY',
      definition,
    });
    const step = stepOf('Identity provider: okta_factor');
    expect(await step.inspect()).toEqual({ state: 'different', changes: ['Set the endpoints of "Face ID"'] });
    await step.apply();
    expect(await step.inspect()).toEqual({ state: 'ready' });
    expect(idpOf('OIDC')).toMatchObject({ id, name: 'Face ID', usage: 'FACTOR_ONLY' });
  });
});

test('the identity verification is created with the API', async () => {
  const step = stepOf('Identity provider: okta_idv');
  expect(await step.inspect()).toMatchObject({ state: 'missing' });
  await step.apply();
  expect(await step.inspect()).toEqual({ state: 'ready' });
  expect(idpOf('IDV_STANDARD').definition.policy).toEqual({
    provisioning: { action: 'DISABLED' },
    accountLink: { action: 'AUTO' },
    subject: { userNameTemplate: { template: 'source.userName' }, matchType: 'USERNAME' },
    maxClockSkew: 0,
  });
  expect(idpOf('IDV_STANDARD').client).toMatchObject({ issuer, parEndpoint: `${issuer}/par`, clientId: 'idv' });
  expect(await runCheck('okta_idv: identity provider')).toMatchObject({ verdict: 'pass' });
  const changed = JSON.parse(JSON.stringify(idpOf('IDV_STANDARD')));
  changed.definition.protocol.endpoints.authorization.url = 'https://evil.example/';
  bench.okta.org.identityProviders.set(changed.id, changed);
  expect(await runCheck('okta_idv: identity provider')).toMatchObject({
    verdict: 'fail',
    found: expect.stringContaining('Set the endpoints'),
  });
});
