const toUrls = (origin: string, bindings: Readonly<Record<string, 'HTTP-POST' | 'HTTP-REDIRECT'>>) =>
  Object.fromEntries(Object.entries(bindings).map(([name, binding]) => [name, { url: `${origin}/${name}`, binding }]));

const toOidc = (
  name: string,
  given: { readonly type?: string; readonly client?: object; readonly issuer?: object },
) => ({
  ...{ id: `0oa${name.padEnd(17, '0')}`, type: given.type ?? 'OIDC', name },
  protocol: {
    type: 'OIDC',
    endpoints: toUrls(`https://${name}.example.com`, { authorization: 'HTTP-REDIRECT', token: 'HTTP-POST' }),
    scopes: ['openid'],
    ...(given.client === undefined ? {} : { credentials: { client: given.client } }),
    ...(given.issuer === undefined ? {} : { issuer: given.issuer }),
  },
});

/** Identity providers that this project did not register, in the forms of Okta's documentation. */
export const foreignIdps = [
  {
    ...{ id: '0oa1saml000000000001', type: 'SAML2', name: 'Example SAML IdP' },
    protocol: {
      type: 'SAML2',
      endpoints: {
        sso: { url: 'https://idp.example.com', binding: 'HTTP-POST', destination: 'https://idp.example.com' },
        acs: { binding: 'HTTP-POST', type: 'INSTANCE' },
      },
      algorithms: { request: { signature: { algorithm: 'SHA-256', scope: 'REQUEST' } } },
      credentials: { trust: { issuer: 'https://idp.example.com', audience: 'http://www.okta.com/123', kid: 'a-key' } },
    },
  },
  toOidc('google', { type: 'GOOGLE', client: { client_id: 'your-client-id', client_secret: 'your-client-secret' } }),
  {
    ...{ id: '0oa3x509000000000001', type: 'X509', name: 'Smart Card IdP' },
    protocol: {
      type: 'MTLS',
      endpoints: { sso: { url: 'https://example.okta.com/login/cert' } },
      credentials: { trust: { revocation: 'CRL', revocationCacheLifetime: 2880, issuer: 'CN=Test', kid: 'a-key' } },
    },
  },
  // Okta authenticates at this provider with a signing key. The issuer is missing here, because only the provider's
  // metadata contains it.
  toOidc('partners', { client: { client_id: 'partners', token_endpoint_auth_method: 'private_key_jwt' } }),
  ...['east', 'west'].map((name) => toOidc(name, { issuer: { url: `https://${name}.example.com` } })),
  {
    ...{ id: '0oa6idv0000000000001', type: 'IDV_STANDARD', name: 'Another vendor' },
    protocol: {
      type: 'ID_PROOFING',
      endpoints: toUrls('https://idv.example.com', {
        ...{ par: 'HTTP-POST', authorization: 'HTTP-REDIRECT', token: 'HTTP-POST', jwks: 'HTTP-REDIRECT' },
      }),
      credentials: { bearer: { apiKey: 'your-api-key' } },
    },
  },
].map((idp) => ({ ...idp, status: 'ACTIVE' }));
