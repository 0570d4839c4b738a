import type { ClientMetadata } from 'oidc-provider';
import type { RegisteredClaims } from '../config/claims.js';
import type { JsonObject } from '../core/base/json.js';
import type { Assurance } from '../core/connection.js';
import type { SupportedLanguage } from '../core/language.js';
import type { DirectoryFor } from '../core/limits/directories.js';
import type { AuthenticationMethod, State } from '../core/ports.js';
import type { EpochMs } from '../core/units.js';
import type { Json } from '../errors.js';

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

export {
  AccessDenied,
  InvalidRequest,
  UnmetAuthenticationRequirements,
} from 'oidc-provider/lib/helpers/errors.js';
export type { Directory, DirectoryFor } from '../core/limits/directories.js';

export interface ClaimDemand {
  readonly values: readonly string[];
  /** True if an answer with none of these values must be refused. */
  readonly isEssential: boolean;
}

/** Requests for ID token claims in the `claims` parameter (OpenID Connect Core, section 5.5). */
export interface RequestedClaims {
  readonly acr: ClaimDemand;
  readonly amr: ClaimDemand;
  readonly sub: string | undefined;
}

/** A request whose client, redirect URI, response type, PKCE and nonce the OpenID library has validated. */
export interface AuthorizationRequest {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly requested: RequestedClaims;
  /** True if an authenticated client pushed the request (RFC 9126). */
  readonly isPushed: boolean;
  /** True if the browser cannot have altered the request: the client pushed or signed it (RFC 9101). */
  readonly isUnaltered: boolean;
  readonly source: string;
  readonly admitted: Json;
}

/**
 * Single-use statement of a provider that names the user. During the sign-in, the browser may send the same statement
 * again.
 */
export type Proof = {
  readonly id: string;
  readonly expiresAt: EpochMs;
};

export type Person = {
  /** Immutable id at the identity provider. For an unknown user it is an invented id that has no enrolment. */
  readonly subject: string;
  readonly assurance: Assurance['kind'];
  readonly claims: JsonObject & { readonly sub: string };
  readonly proof?: Proof;
};

/** @param source - address of the caller */
export const toAssurance = ({ assurance: kind }: Pick<Person, 'assurance'>, source: string): Assurance =>
  kind === 'anonymous' ? { kind, source } : { kind };

export interface OidcClientDeps {
  readonly directoryFor: DirectoryFor;
  readonly state: State;
}

/** Creates the clients of a provider's own kinds. */
export function createOwnClients<Client extends { readonly kind: string }, const Kind extends Client['kind']>(
  oidc: { readonly clients: readonly Client[] } | null,
  kinds: readonly Kind[],
  create: (client: Extract<Client, { readonly kind: Kind }>) => OidcClient,
): readonly OidcClient[] {
  const isOwn = (client: Client): client is Extract<Client, { readonly kind: Kind }> =>
    kinds.some((kind) => kind === client.kind);
  return (oidc?.clients ?? []).filter(isOwn).map(create);
}

export interface AdmittedRequest {
  readonly params: URLSearchParams;
  readonly admitted: Json;
}

export interface FinishedCheck {
  readonly passed: boolean;
  readonly at: EpochMs;
  readonly stepUpId: string;
}

export interface ConsentedClaims {
  readonly name: string;
  readonly claims: RegisteredClaims;
  readonly lifeSec: number;
  /** Digest of all that the user consents to, except the claim names. If it changes, the user must consent again. */
  readonly registration: string;
}

export interface ConsentWords {
  readonly title?: string;
  readonly optionalText?: string;
  /** Where the data goes. */
  readonly goesTo: string;
}

export interface OidcClient {
  readonly metadata: ClientMetadata;
  /** Supported `acr` values. The first is the default. */
  readonly acrValues: readonly [string, ...string[]];
  /**
   * Claims that the discovery document lists in addition to `sub`, `acr`, `amr` and `auth_time`. Claims that are not
   * listed are never sent.
   */
  readonly claimNames: readonly string[];
  /** Claims that need the user's consent. If absent, the client gets the claims of its kind without consent. */
  readonly consented?: ConsentedClaims;
  /** Returns which claims, of those that need consent, the parameter `claims` requests as verified. */
  readonly verifiedIn?: (claims: string | undefined) => readonly string[];
  /** Time limit from request to answer, in seconds; `null` for the policy's limit. */
  readonly lifeSec: number | null;
  /** True if the sign-in page asks for a user name when the request contains none. */
  readonly asksWho: boolean;
  /** True if the application, and not the provider, vouches for the person. */
  readonly vouches?: boolean;
  /**
   * Checks a request before the OpenID library does. Throws `InvalidRequest`, `AccessDenied` or
   * `UnmetAuthenticationRequirements`.
   */
  readonly admit: ((params: URLSearchParams) => Promise<AdmittedRequest>) | null;
  /**
   * Finds the user of a request; `null` if the request names none. The results for known and unknown users must look
   * alike.
   * @throws FaceError `profile_unavailable`; `locked_out` after too many anonymous look-ups
   */
  findPerson(request: AuthorizationRequest): Promise<Person | null>;
  toAmr(methods: readonly AuthenticationMethod[]): readonly string[];
  /**
   * Returns additional claims of the ID token, which is then also issued after a failed check. If this function is
   * absent, a failed check ends in the error `access_denied`.
   */
  readonly toCheckClaims?: (check: FinishedCheck) => JsonObject;
  /** True if the client accepts a fallback method, with `acr` `another_way`. */
  readonly takesAnotherWay?: true;
  readonly offers?: string;
  /** True if the result is recorded for the connection's hook, which is called later in the same sign-in. */
  readonly feedsHooks: boolean;
  /** True if the client proves its requests: it pushes or signs them. While rules are enforced, others are refused. */
  readonly provesRequests?: boolean;
  /** True if the implicit flow may omit the nonce, which the standard requires. */
  readonly needsNoNonce?: true;
  /** True if the `claims` parameter is dropped, because it contains user data that is not needed. */
  readonly dropsClaims?: true;
  /** Words of the consent page for a client that is no site. */
  readonly consentWords?: (language: SupportedLanguage) => ConsentWords;
  /** True if each check needs its own consent. */
  readonly asksEachTime?: true;
}
