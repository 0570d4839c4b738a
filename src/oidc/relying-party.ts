import type { ClientMetadata, KoaContextWithOIDC } from 'oidc-provider';
import type { RelyingPartyConfig } from '../config/oidc.js';
import {
  type AuthorizationRequest,
  type Directory,
  type DirectoryFor,
  type OidcClient,
  type Person,
  toAssurance,
} from '../connections/openid-client.js';
import { actionType } from '../core/action.js';
import type { Clock } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { secondsPerDay, toEpochSec } from '../core/units.js';
import { nullIfUnknown } from '../errors.js';
import { hintedSubject } from './asked.js';
import { oidcErrors } from './library.js';

/*
 * Clients under the FAPI 2.0 Security Profile. Their access tokens are bound by DPoP, not by certificates, because a
 * proxy terminates TLS.
 * https://openid.net/specs/fapi-security-profile-2_0-final.html
 */

/** Client metadata that the FAPI profile requires, besides the client's keys and pushed authorization requests. */
const fapiMetadata = {
  dpop_bound_access_tokens: true,
  id_token_signed_response_alg: 'PS256',
} as const;

export const isFapi = (metadata: ClientMetadata): boolean => metadata.dpop_bound_access_tokens === true;

const mostAheadSec = 60;

/**
 * Creates the check of client assertions under the profile: the issuer is the only audience, the assertion is recent
 * (section 5.3.2.1), and not signed with RS256 (section 5.4.1). Other clients follow RFC 7523.
 */
export const createCheckAssertion =
  (clock: Clock) =>
  async (
    context: KoaContextWithOIDC,
    { aud, iat }: { readonly aud?: unknown; readonly iat?: unknown },
    { alg }: { readonly alg?: unknown },
  ): Promise<void> => {
    if (!context.oidc.isFapi('2.0')) return;
    if (aud !== context.oidc.issuer) throw new oidcErrors.InvalidClientAuth('aud is not the issuer');
    const isAhead = typeof iat === 'number' && iat > toEpochSec(clock.now()) + mostAheadSec;
    if (isAhead) throw new oidcErrors.InvalidClientAuth('iat is too far in the future');
    if (alg === 'RS256') throw new oidcErrors.InvalidClientAuth('RS256 is not allowed');
  };

/** Longer than the usernames and ids of every provider. */
const maxHintCharacters = 256;

/** Creates the client of an application or another identity provider. */
export function createRelyingParty(config: RelyingPartyConfig, directoryFor: DirectoryFor): OidcClient {
  const { id, secret, publicKeys, redirectUris, mayEnrol, requirePushed, actions, fapi2 } = config;
  const asksConsent = Object.keys(config.claims).length > 0;
  const asksElsewhere = Object.values(config.claims).some(({ from }) => from !== undefined);
  const metadata: ClientMetadata = {
    client_id: id,
    redirect_uris: redirectUris,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: authMethodOf(config),
    require_pushed_authorization_requests: requirePushed || fapi2,
    authorization_details_types: actions ? [actionType] : [],
  };
  if (secret !== null) metadata.client_secret = secret.use((text) => text);
  if (publicKeys !== null) metadata.jwks = { keys: publicKeys };
  return {
    metadata: fapi2 ? { ...metadata, ...fapiMetadata } : metadata,
    acrValues: ['face'],
    claimNames: [
      'presence',
      'enrolment_proof',
      'enrolment_document',
      'face_verification_rule',
      ...(asksConsent ? [] : ['preferred_username']),
      ...(actions ? ['action', 'action_digest'] : []),
      ...(asksElsewhere ? ['_claim_status'] : []),
    ],
    consented: toConsented(config),
    lifeSec: null,
    asksWho: true,
    vouches: mayEnrol,
    admit: null,
    async findPerson(request) {
      const name = nameIn(request);
      if (name === null) return null;
      const assurance = request.isPushed && mayEnrol ? 'vouched' : request.isUnaltered ? 'first_factor' : 'anonymous';
      const { subject, login } = await findNamed(name, directoryFor(toAssurance({ assurance }, request.source)));
      // Before consent the client gets no data, not even the login.
      return { subject, assurance, claims: toClaims(subject, asksConsent ? null : login) };
    },
    toAmr: (methods) => methods,
    takesAnotherWay: true,
    provesRequests: mayEnrol,
    // Only this application gets the result; the connection's hooks do not.
    feedsHooks: false,
  };
}

function toConsented({ id, name, claims, redirectUris, dataConsentDays: days }: RelyingPartyConfig) {
  const said = { name, claims: Object.entries(claims).toSorted(), redirectUris, days };
  return {
    name: name ?? id,
    claims,
    lifeSec: days * secondsPerDay,
    registration: digestOf(JSON.stringify(said)).toString('base64url'),
  };
}

function authMethodOf({ secret, publicKeys }: RelyingPartyConfig) {
  if (publicKeys !== null) return 'private_key_jwt';
  return secret === null ? 'none' : 'client_secret_basic';
}

/**
 * Finds the user of a login or immutable id. An unknown name is used as the id of a user who is not enrolled, so that
 * callers cannot find out who exists.
 * @throws `locked_out`; oidcErrors.InvalidRequest if too long
 */
export async function findNamed(
  name: string,
  directory: Directory,
): Promise<{ subject: string; login: string | null }> {
  if (name.length > maxHintCharacters) throw new oidcErrors.InvalidRequest('login_hint is too long');
  // Login and id are always both queried, so that timing does not reveal who exists.
  const [named, identified] = await Promise.all([
    directory.findAccount(name),
    directory.readAccount(name).catch(nullIfUnknown),
  ]);
  // An id wins, because another user may have chosen it as username.
  const { subject, login } = identified ?? named ?? { subject: name, login: null };
  return { subject, login };
}

/** Returns a person's claims. `preferred_username` is the login, if known. */
export const toClaims = (subject: string, login: string | null): Person['claims'] =>
  login === null ? { sub: subject } : { sub: subject, preferred_username: login };

/** Returns the person that a request names, in the order of OpenID Connect Core, sections 3.1.2.1 and 5.5.1. */
function nameIn({ params, requested }: AuthorizationRequest): string | null {
  const name = params.login_hint ?? requested.sub ?? hintedSubject(params);
  return name === undefined || name === '' ? null : name;
}
