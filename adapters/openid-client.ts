import type { ClientMetadata } from 'oidc-provider';
import type { Json, JsonObject } from '../src/base/json.js';
import type { RegisteredClaims } from '../src/config/claims.js';
import type { DirectoryFor } from '../src/core/limits/directories.js';
import type { OrganisationRules } from '../src/core/organisations/organisations.js';
import type { AuthenticationMethod, State } from '../src/core/ports.js';
import type { EpochMs } from '../src/core/units.js';

/** What a client's kind refuses a request with. */
export {
  AccessDenied,
  InvalidRequest,
  UnmetAuthenticationRequirements,
} from 'oidc-provider/lib/helpers/errors.js';
export type { Directory, DirectoryFor } from '../src/core/limits/directories.js';

/** Values one claim must have. */
export interface Demand {
  readonly values: readonly string[];
  /** Whether an answer without any of them is to be refused. */
  readonly isEssential: boolean;
}

/** What the `claims` parameter asks of the ID token (OpenID Connect Core, section 5.5). */
export interface RequestedClaims {
  readonly acr: Demand;
  readonly amr: Demand;
  /** The one subject it may be about. */
  readonly sub: string | undefined;
}

/** An authorization request. The protocol's own rules hold for it: client, redirect URI, response type, PKCE, nonce. */
export interface AuthorizationRequest {
  /** The parameters of OpenID Connect that were sent, by name, each once. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** What its `claims` ask. */
  readonly requested: RequestedClaims;
  /** Whether an authenticated client pushed it (RFC 9126): then no browser has had it in hands, and no stranger made it. */
  readonly isPushed: boolean;
  /** Whether the client is known to send this very request now: it pushed it, or signed it (RFC 9101). */
  readonly isUnaltered: boolean;
  /** Where it comes from, as the limits count. */
  readonly source: string;
  /** What `admit` proved; `null` where the client has none. */
  readonly admitted: Json;
}

/**
 * What a provider proves with who a request is about, good for one sign-in. While that is under way its browser may bring
 * it again, with the same request: by going back, or by sending a form twice.
 */
export type Proof = {
  /** Its name, apart from all others. */
  readonly id: string;
  /** From then on it proves nothing anyway. */
  readonly expiresAt: EpochMs;
};

/** Whom a face check is about. */
export type Person = {
  /** The immutable id at the identity provider. Of somebody unknown: a text that no enrolment is for. */
  readonly subject: string;
  /** Whether the identity provider's word says who this is. Only then may a face be enrolled. */
  readonly isProven: boolean;
  /**
   * Whether the identity provider itself sends this person here, after a first factor: failures then are theirs. Otherwise
   * whoever knows a name may have sent them, and they count as an outsider.
   */
  readonly isSentByProvider: boolean;
  /** The claims of ID token and UserInfo about the person; those of the check come on top. */
  readonly claims: JsonObject & { readonly sub: string };
  /** Absent: the request may be made as often as one likes. */
  readonly proof?: Proof;
};

/** What the clients of a connection are made of, beside their configuration. */
export interface OidcClientDeps {
  readonly directoryFor: DirectoryFor;
  readonly state: State;
}

/** The configuration of one client: of an application, or of a kind that its provider has. */
interface ClientConfig {
  readonly kind: string;
}

/** Clients that are registered with every provider alike. */
interface GeneralClient {
  readonly kind: 'relying_party' | 'counter';
}

/** Makes the clients that are of a provider's own kinds. */
export function createOwnClients<Client extends ClientConfig>(
  oidc: { readonly clients: readonly Client[] } | null,
  create: (client: Exclude<Client, GeneralClient>) => OidcClient,
): readonly OidcClient[] {
  const isOwn = (client: Client): client is Exclude<Client, GeneralClient> =>
    client.kind !== 'relying_party' && client.kind !== 'counter';
  return (oidc?.clients ?? []).filter(isOwn).map(create);
}

/** A request as it may go on, and what the client's kind has proved from it. */
export interface Admitted {
  readonly params: URLSearchParams;
  readonly admitted: Json;
}

/** A face check that has ended with a decision. */
export interface FinishedCheck {
  readonly passed: boolean;
  readonly at: EpochMs;
  readonly stepUpId: string;
}

/** What a client may be told of a person who agrees to it. */
export interface ConsentedClaims {
  /** Who asks, as people know it. */
  readonly name: string;
  /** By claim; empty: it may ask for none. */
  readonly claims: RegisteredClaims;
  /** How long a consent holds, in seconds. */
  readonly lifeSec: number;
  /** Digest of all that a person agrees to beside the choice of claims. Another one is asked for anew. */
  readonly registration: string;
}

/** One client that is registered with a connection's provider, as its kind has it. */
export interface OidcClient {
  /** For the protocol library: id, secret, redirect URIs, response types. */
  readonly metadata: ClientMetadata;
  /** Values of `acr` it may be told, the first where it asks for none. */
  readonly acrValues: readonly [string, ...string[]];
  /** Claims about a person or a check beside `sub`, `acr`, `amr` and `auth_time`, for discovery: what is not named is not told. */
  readonly claimNames: readonly string[];
  /** Absent: its kind tells what it tells by itself, and no person is asked. */
  readonly consented?: ConsentedClaims;
  /** How it is told for whom people act; absent: it must not ask. */
  readonly organisations?: OrganisationRules;
  /** How long everything may take, from the request to the answer, in whole seconds; `null`: what the policy gives. */
  readonly lifeSec: number | null;
  /** Whether the person is asked for a user name where the request names nobody. */
  readonly asksWho: boolean;
  /**
   * Looks at a request before the protocol library does, and may take parameters off it. `null`: nothing to do. What it
   * throws is answered as `error`: `InvalidRequest`, `AccessDenied`, `UnmetAuthenticationRequirements`.
   */
  readonly admit: ((params: URLSearchParams) => Promise<Admitted>) | null;
  /**
   * Whom a request is about; `null` where it names nobody. Unknown and known people look alike from outside.
   * @throws FaceError `profile_unavailable`; `locked_out`: too many look-ups for strangers
   */
  findPerson(request: AuthorizationRequest): Promise<Person | null>;
  /** The methods of a passed step-up as `amr` tells them (RFC 8176). */
  toAmr(methods: readonly AuthenticationMethod[]): readonly string[];
  /**
   * What the ID token says of a check beside `acr`, `amr` and `auth_time`, also of one that failed, which then is no error.
   * Absent: there is no more to say, and a failed check is the error `access_denied`.
   */
  readonly toCheckClaims?: (check: FinishedCheck) => JsonObject;
  /** Whether it may be told of a code in place of a face, as `acr` `another_way`; where absent, it asks for a face and no less. */
  readonly takesAnotherWay?: true;
  /** The credential that the person is offered at the end, in place of an answer to anybody; where absent, none. */
  readonly offers?: string;
  /** Whether the connection's hook is called later in the same sign-in, so that a pass is noted for it too. */
  readonly feedsHooks: boolean;
  /** Whether it may ask for an ID token without a nonce, though the protocol wants one with the implicit flow. */
  readonly needsNoNonce?: true;
  /** Whether the `claims` parameter is not kept: what it tells of the person is of no use here. */
  readonly dropsClaims?: true;
  /**
   * Of a counter, whose staff see the person: it starts checks by the device authorization grant (RFC 8628), and no other
   * way. Its name is what people read on their phone.
   */
  readonly counter?: { readonly name: string };
}
