import type { Account, ClientMetadata, Configuration, Interaction, KoaContextWithOIDC } from 'oidc-provider';
import { type OidcClient, paths } from '../connections/openid-client.js';
import { actionType } from '../core/action.js';
import { claimsOfScope, isStandardClaim } from '../core/consented-data/claims.js';
import type { Clock } from '../core/ports.js';
import { contentSecurityPolicy } from '../http/content-security-policy.js';
import {
  kidUnder,
  type OidcAlgorithm,
  type OidcKeySet,
  type OidcSigningKey,
  type PublicKey,
  publishUnder,
} from '../storage/keys/oidc-keys.js';
import { paramsOf, parseRequestedAction } from './asked.js';
import type { OidcFeature } from './feature.js';
import { Check, ExternalSigningKey, type Check as LibraryCheck, oidcErrors, Prompt, Provider } from './library.js';
import { replayBody, routeBelowIssuer } from './middlewares.js';
import { createCheckAssertion, isFapi } from './relying-party.js';
import type { Middleware } from './request.js';
import { clockToleranceSec, type createStorage } from './storage.js';

/**
 * `form-action` allows all sites, because Chromium applies it to redirects too, and a provider may redirect to an
 * application.
 */
const formPolicy = contentSecurityPolicy({ 'script-src': '', 'form-action': 'https: http:' });

/** Seconds for which public keys may be cached. A new key is published days before its first use. */
const publicForSec = 300;

/** Endpoints that pages of public clients call, some of them with the fetch option `credentials: 'include'`. */
const pageEndpoints: ReadonlySet<string> = new Set([paths.token, paths.userInfo, paths.push]);

const originsOf = ({ redirect_uris: uris = [] }: ClientMetadata): readonly string[] =>
  uris.map((uri) => new URL(uri).origin);

const isPublic = (client: ClientMetadata): boolean => client.token_endpoint_auth_method === 'none';

/** Lets pages of public clients read responses to requests with `credentials: 'include'`, as keycloak-js sends them. */
function allowCredentials(context: KoaContextWithOIDC, origins: ReadonlySet<string>): void {
  if (!pageEndpoints.has(context.path)) return;
  // The library has removed this header if the client has another origin.
  const allowed = String(context.response.headers['access-control-allow-origin'] ?? '');
  const client = context.oidc?.client;
  const isOther = client !== undefined && client.tokenEndpointAuthMethod !== 'none';
  if (!isOther && origins.has(allowed)) context.set('Access-Control-Allow-Credentials', 'true');
}

const setFormPolicy: Middleware = (context, next) => {
  context.set('Content-Security-Policy', formPolicy);
  return next();
};

/** Removes the library's session cookie, because this server keeps no sessions. */
const removeSessionCookie =
  (name: string): Middleware =>
  async (context, next) => {
    await next();
    const cookies = [context.response.headers['set-cookie'] ?? []].flat();
    context.remove('Set-Cookie');
    context.append(
      'Set-Cookie',
      cookies.filter((cookie) => !cookie.startsWith(name)),
    );
  };

const allowCredentialsOf =
  (origins: ReadonlySet<string>): Middleware =>
  async (context, next) => {
    await next();
    allowCredentials(context, origins);
  };

/** Publishes all keys, in place of those that the library signs with, and lets clients cache them. */
const publishKeys =
  (keys: readonly PublicKey[]): Middleware =>
  async (context, next) => {
    await next();
    if (context.path === paths.keys && context.status === 200) context.body = { keys };
    const isPublic = context.path === paths.keys || context.path.startsWith('/.well-known/');
    if (isPublic) context.set('Cache-Control', `public, max-age=${publicForSec}`);
  };

/** Wraps a signing key for the library, which never gets the private key. */
function toLibraryKey({ kid, publicKey, sign }: OidcSigningKey, algorithm: OidcAlgorithm): ExternalSigningKey {
  return new (class extends ExternalSigningKey {
    override get kid() {
      return kidUnder(kid, algorithm);
    }
    override get alg() {
      return algorithm;
    }
    override keyObject() {
      return publicKey;
    }
    override sign(data: Uint8Array) {
      return sign(data, algorithm);
    }
  })();
}

/** Lifetimes in seconds. Signed items expire while the key that signed them is still published. */
export const lifeSec = { code: 60, idToken: 600, accessToken: 600, grant: 900 } as const;

export interface ProviderHooks {
  /** Determines the person of a request, without storing anything. Throws to refuse the request. */
  check(context: KoaContextWithOIDC): Promise<void>;
  /** Validates `claims` before it is stored. Throws to refuse. */
  checkClaims(context: KoaContextWithOIDC, claims: unknown): Promise<void>;
  begin(context: KoaContextWithOIDC, interaction: Interaction): Promise<string>;
  interactionLifeSec(context: KoaContextWithOIDC): number;
  findAccount(subject: string, grantId: string, client: string | undefined): Promise<Account | undefined>;
  renderError(context: KoaContextWithOIDC, told: { readonly error: string }, error: unknown): void;
}

/** Creates the library's provider for one issuer and set of keys. It has no state. */
export function createProvider(
  issuer: string,
  {
    clients,
    keySet,
    storage,
    features,
    middlewares,
    hooks,
    clock,
  }: {
    readonly clients: readonly OidcClient[];
    readonly keySet: OidcKeySet;
    readonly storage: ReturnType<typeof createStorage>;
    readonly features: readonly OidcFeature[];
    /** Steps before the library reads a request, in order. */
    readonly middlewares: readonly Middleware[];
    readonly hooks: ProviderHooks;
    readonly clock: Clock;
  },
): Provider {
  const isSecure = issuer.startsWith('https:');
  const metadata = clients.map((client) => client.metadata);
  const toldByClients = clients.flatMap((client) => client.claimNames);
  const fapiClients = new Set(metadata.filter(isFapi).map((client) => client.client_id));
  const algorithms = fapiClients.size === 0 ? (['RS256'] as const) : (['RS256', 'PS256'] as const);
  const emailScope = toldByClients.includes('email') ? ['email'] : [];
  const consented = clients.flatMap((client) => Object.keys(client.consented?.claims ?? {}));
  const added = features.map((each) => each.settings?.(keySet) ?? {});
  const addedScopes = added.flatMap(({ scopes = [] }) => scopes);
  const openid4vci = added.map((each) => each.openid4vci).find((each) => each !== undefined);
  const resourceScopes = added.flatMap((each) => each.resourceScopes ?? []);
  const libraryFeatures = {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    // The library requires a resource (RFC 8707) for `authorization_details`. Approvals are for the issuer itself.
    resourceIndicators: {
      enabled: true,
      defaultResource: ({ oidc }) => (oidc.params?.authorization_details === undefined ? undefined : issuer),
      getResourceServerInfo: (_context, resource) => {
        if (resource !== issuer) throw new oidcErrors.InvalidTarget();
        return { scope: resourceScopes.join(' ') };
      },
    },
    deviceFlow: { enabled: added.some(({ deviceFlow }) => deviceFlow === true) },
    dPoP: { enabled: fapiClients.size > 0 },
    fapi: {
      enabled: fapiClients.size > 0,
      profile: (_context, client) => (fapiClients.has(client?.clientId ?? '') ? '2.0' : undefined),
    },
    claimsParameter: { enabled: true, assertClaimsParameter: hooks.checkClaims },
    pushedAuthorizationRequests: { enabled: true },
    richAuthorizationRequests: {
      enabled: true,
      types: {
        [actionType]: {
          validate: ({ oidc }) => void parseRequestedAction(paramsOf(oidc.params).authorization_details),
        },
      },
      // An approved action is stored only in the grant of the face check that approved it.
      authorizationDetailsForGrantSource: ({ oidc }) => oidc.grant?.rar,
      authorizationDetailsForAccessToken: (_context, _token, source) => source?.rar,
    },
    requestObjects: { enabled: true },
    // This experimental feature must be acknowledged by version. It keeps private keys behind this server's key port.
    externalSigningSupport: { enabled: true, ack: 'experimental-01' },
  } satisfies Configuration['features'];
  const ExtendedProvider = features.reduce((Base, { extend }) => extend?.(Base) ?? Base, Provider);
  const provider = new ExtendedProvider(issuer, {
    adapter: storage,
    clients: [...metadata, ...added.flatMap((each) => each.clients ?? [])],
    jwks: { keys: algorithms.flatMap((algorithm) => keySet.signing.map((key) => toLibraryKey(key, algorithm))) },
    // Unregistered scopes must reach the hooks, which log them.
    scopes: [
      ...['openid', 'profile', ...emailScope, ...addedScopes],
      ...(consented.length === 0 ? [] : Object.keys(claimsOfScope)),
    ],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time', ...toldByClients],
      profile: [],
      // Scopes without claims of their own: the client decides which claims it returns for them.
      ...Object.fromEntries([...emailScope, ...addedScopes].map((scope) => [scope, []])),
      ...claimsByScope(consented),
      ...Object.fromEntries(consented.filter((name) => !isStandardClaim(name)).map((name) => [name, null])),
    },
    discovery: {
      ...Object.assign({}, ...added.map(({ discovery }) => discovery)),
      claim_types_supported: ['normal', ...(toldByClients.includes('_claim_status') ? ['aggregated'] : [])],
    },
    acrValues: clients.flatMap((client) => client.acrValues),
    responseTypes: ['code', ...responseTypesOf(metadata)],
    subjectTypes: ['public'],
    // OpenID Connect Core, section 3.1.2.1, requires `redirect_uri` in every request.
    allowOmittingSingleRegisteredRedirectUri: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientBasedCORS: (context, origin, client) =>
      (context.oidc.route === 'userinfo' || client.tokenEndpointAuthMethod === 'none') &&
      originsOf(client.metadata()).includes(origin),
    pkce: {
      required: ({ oidc }, client) => client.tokenEndpointAuthMethod === 'none' || oidc.isFapi('2.0') !== undefined,
    },
    enabledJWA: {
      idTokenSigningAlgValues: algorithms,
      userinfoSigningAlgValues: ['RS256'],
      authorizationSigningAlgValues: ['RS256'],
      introspectionSigningAlgValues: ['RS256'],
      // Newer libraries use Ed25519 for EdDSA (RFC 9864).
      requestObjectSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
      dPoPSigningAlgValues: ['PS256', 'ES256', 'Ed25519', 'EdDSA'],
    },
    assertJwtClientAuthClaimsAndHeader: createCheckAssertion(clock),
    clockTolerance: clockToleranceSec,
    cookies: {
      // The prefix makes browsers refuse cookies planted over HTTP (RFC 6265bis, section 4.1.3).
      names: namesOf(isSecure ? '__Secure-facestep' : 'facestep'),
      keys: keySet.cookieKeys.map((key) => key.use((text) => text)),
      short: { httpOnly: true, sameSite: 'lax', signed: true },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    features: openid4vci === undefined ? libraryFeatures : { ...libraryFeatures, openid4vci },
    routes: {
      authorization: paths.authorize,
      token: paths.token,
      userinfo: paths.userInfo,
      jwks: paths.keys,
      pushed_authorization_request: paths.push,
      ...Object.assign({}, ...added.map(({ routes }) => routes)),
    },
    ttl: {
      AuthorizationCode: lifeSec.code,
      IdToken: lifeSec.idToken,
      AccessToken: lifeSec.accessToken,
      Grant: lifeSec.grant,
      Session: lifeSec.grant,
      Interaction: (context) => hooks.interactionLifeSec(context),
      ...Object.assign({}, ...added.map(({ ttl }) => ttl)),
    },
    expiresWithSession: () => false,
    revokeGrantPolicy: () => true,
    interactions: { policy: [faceCheck(), satisfied('consent'), satisfied('select_account')], url: hooks.begin },
    // The library calls this for every request, after all other checks.
    extraParams: {
      login_hint: hooks.check,
      ...Object.fromEntries(added.flatMap(({ extraParams = [] }) => extraParams.map((name) => [name, null]))),
    },
    findAccount: (context, subject, token) => {
      const grantId = token?.grantId ?? context.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : hooks.findAccount(subject, grantId, context.oidc.client?.clientId);
    },
    loadExistingGrant: async (context) => {
      const grantId = context.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : context.oidc.provider.Grant.find(grantId);
    },
    renderError: (context, told, error) => hooks.renderError(context, told, error),
  } satisfies Configuration);
  pinAddresses(provider);
  const publicKeys = algorithms.flatMap((algorithm) => keySet.published.map((key) => publishUnder(key, algorithm)));
  const steps = [
    setFormPolicy,
    removeSessionCookie(provider.cookieName('session')),
    routeBelowIssuer,
    allowCredentialsOf(new Set(metadata.filter(isPublic).flatMap(originsOf))),
    publishKeys(publicKeys),
    ...middlewares,
    ...features.flatMap((each) => each.middlewares ?? []),
    replayBody,
  ];
  for (const step of steps) provider.use(step);
  return provider;
}

const claimsByScope = (names: readonly string[]): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(claimsOfScope).flatMap(([scope, claims]) => {
      const own = claims.filter((name) => names.includes(name));
      return own.length === 0 ? [] : [[scope, own]];
    }),
  );

const responseTypesOf = (metadata: readonly ClientMetadata[]) => metadata.flatMap((each) => each.response_types ?? []);

const namesOf = (prefix: string) => ({
  interaction: `${prefix}-interaction`,
  resume: `${prefix}-resume`,
  session: `${prefix}-session`,
});

function faceCheck(): Prompt {
  const check: LibraryCheck = new Check(
    'face_check',
    'a face check is needed',
    'login_required',
    (context) => context.oidc.result?.login === undefined,
  );
  return new Prompt({ name: 'login', requestable: true }, check);
}

const satisfied = (name: 'consent' | 'select_account'): Prompt => new Prompt({ name, requestable: true });

/** Makes the library derive URLs and cookie attributes from the issuer, and not from headers or the request line. */
function pinAddresses(provider: Provider): void {
  const { protocol, host } = new URL(provider.issuer);
  Object.defineProperties(provider.request, { protocol: { value: protocol.slice(0, -1) }, host: { value: host } });
  const Context = provider.OIDCContext;
  class PinnedContext extends Context {
    override urlFor(name: string, options?: Record<string, unknown>): string {
      return provider.urlFor(name, options);
    }
  }
  Object.defineProperty(provider, 'OIDCContext', { value: PinnedContext });
}
