import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createSelfSigned } from '../../simulators/tls-server.js';
import { createEntraConnectionGuard } from './config.js';

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
const parse = (settings: unknown) => createEntraConnectionGuard([]).parse(settings);

const rsa = await createSelfSigned('rsa');

describe('the configuration of a connection', () => {
  test('requires only a tenant and an application with a credential', () => {
    const { entra, policy } = parse(minimal);
    expect(entra).toMatchObject({
      attribute: 'extension_aaaaaaaabbbbccccddddeeeeeeeeeeee_facestepToken',
      login: 'https://login.microsoftonline.com',
      graph: 'https://graph.microsoft.com',
      customerDomain: null,
      hooks: { appId: clientId, tenants: [tenantId], clientApps: [] },
    });
    expect(policy).toMatchObject({ mode: 'shadow', whenUnverified: 'omit_claim', whenUnavailable: 'omit_claim' });
    expect(JSON.stringify(entra)).not.toContain('a-secret');
  });

  test.each([
    [{ cloud: 'china' }, 'https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
    [{ externalDomain: 'contoso' }, 'https://contoso.ciamlogin.com', 'https://graph.microsoft.com'],
    [
      { endpoints: { login: 'https://127.0.0.1:8443/', graph: 'http://127.0.0.1:8080' } },
      'https://127.0.0.1:8443',
      'http://127.0.0.1:8080',
    ],
  ])('determines the hosts for %j', (changes, login, graph) => {
    expect(parse(withEntra(changes)).entra).toMatchObject({ login, graph });
  });

  test('accepts a certificate with its key, ids in any case, additional tenants and a sign-up', async () => {
    const { cert, key } = await createSelfSigned('rsa');
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

  const strangeKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const certificate = (changes: Record<string, unknown>) =>
    withEntra({ auth: { kind: 'certificate', certificate: rsa.cert, privateKey: rsa.key, ...changes } });
  test.each([
    ['a tenant name in place of an id', withEntra({ tenantId: 'contoso.onmicrosoft.com' })],
    ['a key of another certificate', certificate({ privateKey: String(strangeKey) })],
    ['a domain with a path', withEntra({ externalDomain: 'evil.example/' })],
    ['an http login host', withEntra({ endpoints: { login: 'http://127.0.0.1:1', graph: 'http://127.0.0.1:1' } })],
    ['a built-in attribute', withEntra({ attribute: 'displayName' })],
    [
      'an attribute name with query parameters',
      withEntra({ attribute: `extension_${'0'.repeat(32)}_x&$expand=manager` }),
    ],
    ['an unknown field', withEntra({ timeout: 3 })],
  ])('is refused with %s', (_, settings) => {
    expect(createEntraConnectionGuard([]).safeParse(settings).success).toBe(false);
  });
});
