/** Paths below the issuer. */
export const paths = {
  authorize: '/authorize',
  token: '/token',
  userInfo: '/userinfo',
  keys: '/jwks',
  push: '/par',
  interaction: '/interaction',
  deviceAuthorization: '/device-authorization',
  counter: '/counter',
  discovery: '/.well-known/openid-configuration',
  metadata: '/.well-known/oauth-authorization-server',
  credential: '/credential',
  nonce: '/nonce',
  credentialIssuer: '/.well-known/openid-credential-issuer',
} as const;
