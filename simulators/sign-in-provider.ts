import { randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider/lib/provider.js';

export interface SignInClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/**
 * Creates a real OpenID provider for one client, as a company's sign-in. Users without a session go to
 * `/interaction/{uid}`.
 */
export function createSignInProvider(
  issuer: string,
  { clientId, clientSecret, redirectUri }: SignInClient,
  {
    claimsOf = () => ({}),
    groupsIn = 'id-token',
  }: {
    readonly claimsOf?: (id: string) => Readonly<Record<string, string | string[]>>;
    readonly groupsIn?: 'id-token' | 'user-info';
  } = {},
): Provider {
  return new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    conformIdTokenClaims: groupsIn === 'user-info',
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
    cookies: {
      keys: [randomBytes(16).toString('hex')],
      // Browsers share cookies between ports, so these names differ from the server's own.
      names: { session: 'provider_session', interaction: 'provider_interaction', resume: 'provider_resume' },
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) }),
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
}
