import type {
  Account,
  AdapterFactory,
  ClientMetadata,
  Configuration,
  Interaction,
  KoaContextWithOIDC,
  OpenID4VCIEnabledConfiguration,
} from 'oidc-provider';
import { type OidcClient, paths } from '../connections/openid-client.js';
import { actionType } from '../core/action.js';
import { claimsOfScope, isStandardClaim } from '../core/consented-data/claims.js';
import type { Clock } from '../core/ports.js';
import { kidUnder, type OidcAlgorithm, type OidcKeySet, type OidcSigningKey } from '../storage/keys/oidc-keys.js';
import { paramsOf, parseRequestedAction } from './asked.js';
import { Check, ExternalSigningKey, type Check as LibraryCheck, oidcErrors, Prompt } from './library.js';
import { createCheckAssertion, isFapi } from './relying-party.js';
import { clockToleranceSec } from './storage.js';

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

type Features = ReturnType<typeof createFeatures> & { readonly deviceFlow?: { readonly enabled: boolean } };

/** The library's configuration, with the parts that extensions add to. */
export interface LibraryConfiguration extends Configuration {
  readonly features: Features | (Features & { readonly openid4vci: OpenID4VCIEnabledConfiguration });
  readonly clients: readonly ClientMetadata[];
  readonly scopes: readonly string[];
  readonly extraParams: Readonly<Record<string, null | ((context: KoaContextWithOIDC) => Promise<void>)>>;
}

export const originsOf = ({ redirect_uris: uris = [] }: ClientMetadata): readonly string[] =>
  uris.map((uri) => new URL(uri).origin);

const fapiClientsOf = (clients: readonly OidcClient[]): ReadonlySet<string> =>
  new Set(clients.flatMap(({ metadata }) => (isFapi(metadata) ? [metadata.client_id] : [])));

/** Returns the algorithms of the issuer's signatures. */
export const algorithmsOf = (clients: readonly OidcClient[]): readonly OidcAlgorithm[] =>
  fapiClientsOf(clients).size === 0 ? ['RS256'] : ['RS256', 'PS256'];

export interface ProviderParts {
  readonly clients: readonly OidcClient[];
  readonly keySet: OidcKeySet;
  readonly storage: AdapterFactory;
  readonly hooks: ProviderHooks;
  readonly clock: Clock;
}

/** Creates the library's configuration, without extensions. */
export function createConfiguration(
  issuer: string,
  { clients, keySet, storage, hooks, clock }: ProviderParts,
): LibraryConfiguration {
  const metadata = clients.map((client) => client.metadata);
  return {
    ...createClaimSettings(clients),
    adapter: storage,
    clients: metadata,
    jwks: {
      keys: algorithmsOf(clients).flatMap((algorithm) => keySet.signing.map((key) => toLibraryKey(key, algorithm))),
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
    enabledJWA: toEnabledAlgorithms(algorithmsOf(clients)),
    assertJwtClientAuthClaimsAndHeader: createCheckAssertion(clock),
    clockTolerance: clockToleranceSec,
    cookies: {
      // The prefix makes browsers refuse cookies planted over HTTP (RFC 6265bis, section 4.1.3).
      names: namesOf(issuer.startsWith('https:') ? '__Secure-facestep' : 'facestep'),
      keys: keySet.cookieKeys.map((key) => key.use((text) => text)),
      short: { httpOnly: true, sameSite: 'lax', signed: true },
      long: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    features: createFeatures(issuer, fapiClientsOf(clients), hooks),
    routes: {
      authorization: paths.authorize,
      token: paths.token,
      userinfo: paths.userInfo,
      jwks: paths.keys,
      pushed_authorization_request: paths.push,
    },
    ttl: {
      AuthorizationCode: lifeSec.code,
      IdToken: lifeSec.idToken,
      AccessToken: lifeSec.accessToken,
      Grant: lifeSec.grant,
      Session: lifeSec.grant,
      Interaction: (context) => hooks.interactionLifeSec(context),
    },
    expiresWithSession: () => false,
    revokeGrantPolicy: () => true,
    interactions: { policy: [faceCheckPrompt(), satisfied('consent'), satisfied('select_account')], url: hooks.begin },
    // The library calls this for every request, after all other checks.
    extraParams: { login_hint: hooks.check },
    findAccount: (context, subject, token) => {
      const grantId = token?.grantId ?? context.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : hooks.findAccount(subject, grantId, context.oidc.client?.clientId);
    },
    loadExistingGrant: async (context) => {
      const grantId = context.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : context.oidc.provider.Grant.find(grantId);
    },
    renderError: (context, told, error) => hooks.renderError(context, told, error),
  };
}

function createClaimSettings(clients: readonly OidcClient[]) {
  const toldByClients = clients.flatMap((client) => client.claimNames);
  const consented = clients.flatMap((client) => Object.keys(client.consented?.claims ?? {}));
  const emailScope = toldByClients.includes('email') ? ['email'] : [];
  return {
    // Unregistered scopes must reach the hooks, which log them.
    scopes: ['openid', 'profile', ...emailScope, ...(consented.length === 0 ? [] : Object.keys(claimsOfScope))],
    claims: {
      openid: ['sub', 'acr', 'amr', 'auth_time', ...toldByClients],
      profile: [],
      // A scope without claims of its own: the client decides which claims it returns for it.
      ...Object.fromEntries(emailScope.map((scope) => [scope, []])),
      ...claimsByScope(consented),
      ...Object.fromEntries(consented.filter((name) => !isStandardClaim(name)).map((name) => [name, null])),
    },
    discovery: {
      claim_types_supported: ['normal', ...(toldByClients.includes('_claim_status') ? ['aggregated'] : [])],
    },
  };
}

const toEnabledAlgorithms = (algorithms: readonly OidcAlgorithm[]): Configuration['enabledJWA'] => ({
  idTokenSigningAlgValues: algorithms,
  userinfoSigningAlgValues: ['RS256'],
  authorizationSigningAlgValues: ['RS256'],
  introspectionSigningAlgValues: ['RS256'],
  // Newer libraries use Ed25519 for EdDSA (RFC 9864).
  requestObjectSigningAlgValues: ['HS256', 'RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
  clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'],
  dPoPSigningAlgValues: ['PS256', 'ES256', 'Ed25519', 'EdDSA'],
});

/** Creates the description of the only resource (RFC 8707), the issuer itself. */
export const describeResource =
  (issuer: string, scopes: readonly string[]) =>
  (_context: KoaContextWithOIDC, resource: string): { readonly scope: string } => {
    if (resource !== issuer) throw new oidcErrors.InvalidTarget();
    return { scope: scopes.join(' ') };
  };

const createFeatures = (issuer: string, fapiClients: ReadonlySet<string>, hooks: ProviderHooks) =>
  ({
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    // The library requires a resource (RFC 8707) for `authorization_details`. Approvals are for the issuer itself.
    resourceIndicators: {
      enabled: true,
      defaultResource: ({ oidc }) => (oidc.params?.authorization_details === undefined ? undefined : issuer),
      getResourceServerInfo: describeResource(issuer, []),
    },
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
  }) satisfies Configuration['features'];

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

/** Each request needs a new check, so `max_age` and `prompt=login` are always met. */
function faceCheckPrompt(): Prompt {
  const check: LibraryCheck = new Check(
    'face_check',
    'a face check is needed',
    'login_required',
    (context) => context.oidc.result?.login === undefined,
  );
  return new Prompt({ name: 'login', requestable: true }, check);
}

const satisfied = (name: 'consent' | 'select_account'): Prompt => new Prompt({ name, requestable: true });
