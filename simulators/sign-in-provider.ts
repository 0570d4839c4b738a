import { randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider/lib/provider.js';

/** Who may ask a simulated sign-in, and hears of everybody. */
export interface SignInClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/**
 * The sign-in of a company's identity provider: a real OpenID provider, for one client. Where somebody has yet to sign in, it
 * leads to `/interaction/{uid}`.
 * @param claimsOf - what it tells of somebody beside their id
 * @param groupsIn - where groups are told: in the ID token, or by the user info endpoint alone
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
      // Browsers tell hosts apart and not ports: the server's own are others.
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
