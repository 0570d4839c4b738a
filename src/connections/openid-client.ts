import type { ClientMetadata } from 'oidc-provider';
import type { Json, JsonObject } from '../base/json.js';
import type { RegisteredClaims } from '../config/claims.js';
import type { DirectoryFor } from '../core/limits/directories.js';
import type { OrganisationRules } from '../core/organisations/organisations.js';
import type { AuthenticationMethod, State } from '../core/ports.js';
import type { EpochMs } from '../core/units.js';

export {
  AccessDenied,
  InvalidRequest,
  UnmetAuthenticationRequirements,
} from 'oidc-provider/lib/helpers/errors.js';
export type { Directory, DirectoryFor } from '../core/limits/directories.js';

export interface Demand {
  readonly values: readonly string[];
  /** True if an answer without any of them must be refused. */
  readonly isEssential: boolean;
}

/** ID token requests of the `claims` parameter (OpenID Connect Core, section 5.5). */
export interface RequestedClaims {
  readonly acr: Demand;
  readonly amr: Demand;
  readonly sub: string | undefined;
}

/** A request validated by the protocol: client, redirect URI, response type, PKCE, nonce. */
export interface AuthorizationRequest {
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly requested: RequestedClaims;
  /** True if an authenticated client pushed the request (RFC 9126). */
  readonly isPushed: boolean;
  /** True if the client itself made this request: pushed, or signed (RFC 9101). */
  readonly isUnaltered: boolean;
  readonly source: string;
  readonly admitted: Json;
}

/** A provider's single-use proof of the user. During its sign-in the browser may repeat the same request. */
export type Proof = {
  readonly id: string;
  readonly expiresAt: EpochMs;
};

export type Person = {
  /** Immutable id at the identity provider. For an unknown user, a text without an enrolment. */
  readonly subject: string;
  /** True if the identity provider states who the user is. Required to enrol a face. */
  readonly isProven: boolean;
  /** After a first factor failures count as the user's, otherwise as an anonymous caller's. */
  readonly isSentByProvider: boolean;
  /** User claims of ID token and UserInfo; claims of the check are added. */
  readonly claims: JsonObject & { readonly sub: string };
  readonly proof?: Proof;
};

export interface OidcClientDeps {
  readonly directoryFor: DirectoryFor;
  readonly state: State;
}

interface ClientConfig {
  readonly kind: string;
}

interface GeneralClient {
  readonly kind: 'relying_party' | 'counter';
}

/** Creates the provider-specific clients. */
export function createOwnClients<Client extends ClientConfig>(
  oidc: { readonly clients: readonly Client[] } | null,
  create: (client: Exclude<Client, GeneralClient>) => OidcClient,
): readonly OidcClient[] {
  const isOwn = (client: Client): client is Exclude<Client, GeneralClient> =>
    client.kind !== 'relying_party' && client.kind !== 'counter';
  return (oidc?.clients ?? []).filter(isOwn).map(create);
}

export interface Admitted {
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
  /** Validity of a consent, in seconds. */
  readonly lifeSec: number;
  /** Digest of everything else the user consents to. A change requires new consent. */
  readonly registration: string;
}

export interface OidcClient {
  readonly metadata: ClientMetadata;
  /** Supported `acr` values; the first is the default. */
  readonly acrValues: readonly [string, ...string[]];
  /** Claims in discovery in addition to `sub`, `acr`, `amr` and `auth_time`; others are never sent. */
  readonly claimNames: readonly string[];
  /** If absent, the kind itself determines the claims, without consent. */
  readonly consented?: ConsentedClaims;
  /** Rules for organization claims; if absent, they are not allowed. */
  readonly organisations?: OrganisationRules;
  /** Limit from request to answer, in whole seconds; `null`: the policy's. */
  readonly lifeSec: number | null;
  /** True if the user types a user name when the request has none. */
  readonly asksWho: boolean;
  /**
   * Checks a request before the protocol library; `null`: none. Errors: `InvalidRequest`, `AccessDenied`,
   * `UnmetAuthenticationRequirements`.
   */
  readonly admit: ((params: URLSearchParams) => Promise<Admitted>) | null;
  /**
   * Finds the user of a request; `null` if unnamed. Known and unknown users look alike from outside.
   * @throws FaceError `profile_unavailable`; `locked_out`: too many look-ups for anonymous callers
   */
  findPerson(request: AuthorizationRequest): Promise<Person | null>;
  toAmr(methods: readonly AuthenticationMethod[]): readonly string[];
  /**
   * Returns additional ID token claims, also for a failed check. If absent, a failed check is the error
   * `access_denied`.
   */
  readonly toCheckClaims?: (check: FinishedCheck) => JsonObject;
  /** With `acr` `another_way`; if absent, a face is required. */
  readonly takesAnotherWay?: true;
  /** Credential offered at the end instead of an answer. */
  readonly offers?: string;
  /** True if the connection's hook later uses a recorded pass in the same sign-in. */
  readonly feedsHooks: boolean;
  /** True if the implicit flow may omit the nonce, contrary to the protocol. */
  readonly needsNoNonce?: true;
  /** True if the `claims` parameter is dropped because its user data is not needed. */
  readonly dropsClaims?: true;
  /** A staffed counter: it starts checks by the device authorization grant (RFC 8628) only. */
  readonly counter?: { readonly name: string };
}
