const shared = { status: 'ACTIVE', created: '2016-03-24T23:14:54.000Z', lastUpdated: '2016-03-24T23:14:54.000Z' };
const toSubject = (template: string) => ({ userNameTemplate: { template }, matchType: 'USERNAME' });
const provisioning = { action: 'AUTO', profileMaster: true, groups: { action: 'NONE' } };

export const foreignIdps = [
  {
    ...{ id: '0oa1saml000000000001', type: 'SAML2', name: 'Example SAML IdP', ...shared },
    protocol: {
      type: 'SAML2',
      endpoints: {
        sso: { url: 'https://idp.example.com', binding: 'HTTP-POST', destination: 'https://idp.example.com' },
        acs: { binding: 'HTTP-POST', type: 'INSTANCE' },
      },
      algorithms: { request: { signature: { algorithm: 'SHA-256', scope: 'REQUEST' } } },
      credentials: { trust: { issuer: 'https://idp.example.com', audience: 'http://www.okta.com/123', kid: 'a-key' } },
    },
    policy: { provisioning, subject: toSubject('saml.subjectNameId'), maxClockSkew: 0 },
  },
  {
    ...{ id: '0oa2google0000000001', type: 'GOOGLE', name: 'Google', ...shared },
    protocol: {
      type: 'OIDC',
      endpoints: {
        authorization: { url: 'https://accounts.google.com/o/oauth2/auth', binding: 'HTTP-REDIRECT' },
        token: { url: 'https://www.googleapis.com/oauth2/v3/token', binding: 'HTTP-POST' },
      },
      scopes: ['profile', 'email', 'openid'],
      credentials: { client: { client_id: 'your-client-id', client_secret: 'your-client-secret' } },
    },
    policy: { provisioning, subject: toSubject('idpuser.email'), maxClockSkew: 0 },
  },
  {
    ...{ id: '0oa3x509000000000001', type: 'X509', name: 'Smart Card IdP', ...shared },
    protocol: {
      type: 'MTLS',
      endpoints: { sso: { url: 'https://example.okta.com/login/cert' } },
      credentials: { trust: { revocation: 'CRL', revocationCacheLifetime: 2880, issuer: 'CN=Test', kid: 'a-key' } },
    },
    policy: {
      provisioning: { action: 'DISABLED' },
      subject: toSubject('idpuser.subjectAltNameEmail'),
      maxClockSkew: 0,
    },
    properties: { additionalAmr: ['sc', 'hwk', 'mfa'] },
  },
  {
    // Okta authenticates at this provider with a signing key. The issuer is missing here, because only the provider's
    // metadata contains it.
    ...{ id: '0oa4oidc000000000001', type: 'OIDC', name: 'Partners', ...shared },
    protocol: {
      type: 'OIDC',
      endpoints: {
        authorization: { url: 'https://partners.example.com/authorize', binding: 'HTTP-REDIRECT' },
        token: { url: 'https://partners.example.com/token', binding: 'HTTP-POST' },
      },
      scopes: ['openid'],
      credentials: { client: { client_id: 'partners', token_endpoint_auth_method: 'private_key_jwt' } },
    },
    policy: { provisioning, subject: toSubject('idpuser.email'), maxClockSkew: 0 },
  },
  ...['East', 'West'].map((name, index) => ({
    ...{ id: `0oa5oidc00000000000${index}`, type: 'OIDC', name, ...shared },
    protocol: {
      type: 'OIDC',
      endpoints: { authorization: { url: `https://${name}.example.com/authorize`, binding: 'HTTP-REDIRECT' } },
      issuer: { url: `https://${name}.example.com` },
    },
  })),
  {
    ...{ id: '0oa6idv0000000000001', type: 'IDV_STANDARD', name: 'Another vendor', ...shared },
    protocol: {
      type: 'ID_PROOFING',
      endpoints: Object.fromEntries(
        [
          ['par', 'HTTP-POST'],
          ['authorization', 'HTTP-REDIRECT'],
          ['token', 'HTTP-POST'],
          ['jwks', 'HTTP-REDIRECT'],
        ].map(([name, binding]) => [name, { url: `https://idv.example.com/${name}`, binding }]),
      ),
      credentials: { bearer: { apiKey: 'your-api-key' } },
    },
  },
] as const;
