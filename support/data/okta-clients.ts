/** Settings of a connection to an org that no test asks. */
export const unreachedOkta = {
  orgUrl: 'https://acme.okta.example',
  auth: { kind: 'api_token', token: 't' },
  hooks: { secret: { value: '0123456789abcdef' } },
};

/** Returns the OpenID clients of an Okta org: the factor, and identity verification. */
export const oktaClients = (orgUrl: string, secret: string) => [
  { kind: 'okta_factor', id: 'okta', secret, orgUrls: [orgUrl] },
  {
    kind: 'okta_idv',
    id: 'okta-idv',
    secret,
    orgUrls: [orgUrl],
    termsOfUse: 'https://example.com/terms',
    privacyPolicy: 'https://example.com/privacy',
  },
];
