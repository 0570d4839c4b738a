import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createRsaCertificate, createSelfSigned } from '../../simulators/tls-server.js';
import { entraConnectionGuard } from './config.js';

const tenantId = '11111111-2222-3333-4444-555555555555';
const clientId = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
const other = 'ffffffff-0000-1111-2222-333333333333';
const minimal = {
  id: 'workforce',
  kind: 'entra',
  policy: { mode: 'shadow' },
  entra: { tenantId, clientId, auth: { kind: 'secret', secret: 'a-secret' } },
};
const withEntra = (changes: Record<string, unknown>) => ({ ...minimal, entra: { ...minimal.entra, ...changes } });
const parse = (settings: unknown) => entraConnectionGuard.parse(settings);

describe('the configuration of a connection', () => {
  test('needs no more than a tenant and an application with a credential', () => {
    const { entra, policy } = parse(minimal);
    expect(entra).toMatchObject({
      attribute: 'extension_aaaaaaaabbbbccccddddeeeeeeeeeeee_facestepToken',
      login: 'https://login.microsoftonline.com',
      graph: 'https://graph.microsoft.com',
      isExternal: false,
      hooks: { appId: clientId, tenants: [tenantId], clientApps: [] },
    });
    expect(policy).toMatchObject({ mode: 'shadow', whenUnverified: 'omit_claim', whenUnavailable: 'omit_claim' });
    expect(JSON.stringify(entra)).not.toContain('a-secret');
  });

  test('lets the administrator deny', () => {
    const { policy } = parse({
      ...minimal,
      policy: { mode: 'shadow', whenUnverified: 'deny', whenUnavailable: 'deny' },
    });
    expect(policy).toMatchObject({ whenUnverified: 'deny', whenUnavailable: 'deny', freshnessSec: 300 });
  });

  test.each([
    [{ cloud: 'usgov' }, 'https://login.microsoftonline.us', 'https://graph.microsoft.us'],
    [{ cloud: 'china' }, 'https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
    [{ externalDomain: 'contoso' }, 'https://contoso.ciamlogin.com', 'https://graph.microsoft.com'],
    [
      { endpoints: { login: 'https://127.0.0.1:8443/', graph: 'http://127.0.0.1:8080' } },
      'https://127.0.0.1:8443',
      'http://127.0.0.1:8080',
    ],
  ])('finds the hosts of %j', (changes, login, graph) => {
    expect(parse(withEntra(changes)).entra).toMatchObject({ login, graph });
  });

  test('takes a certificate with its key, ids in any case, tenants and a sign-up', () => {
    const { cert, key } = createRsaCertificate();
    const { entra } = parse(
      withEntra({
        tenantId: tenantId.toUpperCase(),
        auth: { kind: 'certificate', certificate: cert, privateKey: key },
        hooks: {
          appId: other,
          tenants: [tenantId, other],
          clientApps: [other],
          signUp: { receiptAttribute: `extension_${'0'.repeat(32)}_receipt` },
        },
      }),
    );
    expect(entra).toMatchObject({ tenantId, hooks: { appId: other, tenants: [tenantId, other] } });
    expect(JSON.stringify(entra)).not.toContain('PRIVATE KEY');
  });

  const rsa = createRsaCertificate();
  const ec = createSelfSigned();
  const strangeKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const certificate = (changes: Record<string, unknown>) =>
    withEntra({ auth: { kind: 'certificate', certificate: rsa.cert, privateKey: rsa.key, ...changes } });
  test.each([
    ['a tenant by name', withEntra({ tenantId: 'contoso.onmicrosoft.com' })],
    ['no credential', withEntra({ auth: undefined })],
    ['an empty secret', withEntra({ auth: { kind: 'secret', secret: '' } })],
    ['a key of another certificate', certificate({ privateKey: String(strangeKey) })],
    ['a key that is none', certificate({ privateKey: '-----BEGIN PRIVATE KEY-----' })],
    ['a certificate that is none', certificate({ certificate: 'x' })],
    ['a key of another kind', certificate({ certificate: ec.cert, privateKey: ec.key })],
    ['another cloud', withEntra({ cloud: 'germany' })],
    ['a domain with dots', withEntra({ externalDomain: 'contoso.ciamlogin.com' })],
    ['a domain that leads elsewhere', withEntra({ externalDomain: 'evil.example/' })],
    [
      'a login host in the clear',
      withEntra({ endpoints: { login: 'http://127.0.0.1:1', graph: 'http://127.0.0.1:1' } }),
    ],
    ['Graph in the clear', withEntra({ endpoints: { login: 'https://a.example', graph: 'http://a.example' } })],
    ['Graph with a path', withEntra({ endpoints: { login: 'https://a.example', graph: 'https://a.example/v1.0' } })],
    ['a built-in attribute', withEntra({ attribute: 'displayName' })],
    ['an attribute of a query', withEntra({ attribute: `extension_${'0'.repeat(32)}_x&$expand=manager` })],
    ['no tenants at all', withEntra({ hooks: { tenants: [] } })],
    ['an unknown field', withEntra({ timeout: 3 })],
    ['an unknown policy', { ...minimal, policy: { mode: 'shadow', whenever: 'deny' } }],
    ['another provider', { ...minimal, kind: 'okta' }],
  ])('is refused with %s', (_, settings) => {
    expect(entraConnectionGuard.safeParse(settings).success).toBe(false);
  });
});
