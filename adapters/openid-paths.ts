/** Where everything is, under the issuer. */
export const paths = {
  authorize: '/authorize',
  token: '/token',
  userInfo: '/userinfo',
  keys: '/jwks',
  push: '/par',
  interaction: '/interaction',
  discovery: '/.well-known/openid-configuration',
  metadata: '/.well-known/oauth-authorization-server',
} as const;
