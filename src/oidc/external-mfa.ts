import { z } from 'zod';
import type { ExternalMfaConfig } from '../config/external-mfa.js';
import type { Clock, Fetch, Log, State } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { OidcClient } from './client.js';
import { createVerifyEntraHint, type VerifyEntraHint } from './external-mfa-hint.js';
import { faceAcrValues, readRequirements } from './external-mfa-requirements.js';
import { oidcErrors } from './library.js';

/** Entra gives a sign-in up about five minutes after it has sent the person here; half a minute is for the way back. */
const lifeSec = 270;

/** What the protocol library gets to see; everything else Entra sends is taken off. */
const passedOn = ['client_id', 'response_mode', 'scope', 'nonce', 'state'];

const admittedGuard = z.object({ subject: z.string(), sub: z.string(), hint: z.string() });

/**
 * Entra ID as a client of a connection's provider: implicit ID token by form post, about the person of the hint.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export function createExternalMfaClient(
  { id, appId, tenantIds, login, redirectUri }: ExternalMfaConfig,
  { connection, fetch, clock, state, log }: ExternalMfaDeps,
): OidcClient {
  const [homeTenantId] = tenantIds;
  const verifyHint = createVerifyEntraHint(
    { tenantIds, audiences: [id, appId], login },
    { name: `${connection}:${id}`, fetch, clock, state },
  );

  return {
    metadata: {
      client_id: id,
      redirect_uris: [redirectUri],
      response_types: ['id_token'],
      grant_types: ['implicit'],
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'RS256',
    },
    acrValues: faceAcrValues,
    lifeSec,
    asksWho: false,
    async admit(given) {
      const taken = toProtocol(given);
      // An answer goes only where Entra takes it: the library refuses any other address, and tells it nothing.
      if (taken.get('redirect_uri') !== redirectUri) return { params: taken, admitted: null };
      if (taken.get('response_mode') !== 'form_post')
        throw new oidcErrors.InvalidRequest('response_mode is not form_post');
      const acr = readRequirements(readOnce(given, 'claims'));
      if (acr !== null) taken.set('acr_values', acr);
      const { sub, tid, oid, digest } = await verify(readOnce(given, 'id_token_hint'), verifyHint);
      log.info('external MFA request', { connection, tenant: tid, clientRequestId: readRequestId(given) });
      const subject = tid === homeTenantId ? oid : `${tid}/${oid}`;
      return { params: taken, admitted: { subject, sub, hint: digest } };
    },
    async findPerson({ admitted }) {
      const { subject, sub } = admittedGuard.parse(admitted);
      return { subject, isProven: true, claims: { sub } };
    },
    // Exactly one: that a key or a PIN took part as well is not said.
    toAmr: () => ['face'],
  };
}

/** What such a client is made of. */
export interface ExternalMfaDeps {
  /** The connection's id. */
  readonly connection: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly state: State;
  readonly log: Log;
}

/** The request in the protocol's own spelling. What was sent twice still is, for the library to refuse. */
function toProtocol(given: URLSearchParams): URLSearchParams {
  const taken = new URLSearchParams();
  for (const name of passedOn) for (const value of given.getAll(name)) taken.append(name, value);
  // Documented as `Id_token`.
  for (const value of given.getAll('response_type')) taken.append('response_type', value.toLowerCase());
  // Documented as `redirect_url` in 2025.
  const redirectUris = given.has('redirect_uri') ? given.getAll('redirect_uri') : given.getAll('redirect_url');
  for (const value of redirectUris) taken.append('redirect_uri', value);
  return taken;
}

function readOnce(params: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = params.getAll(name);
  if (others.length > 0) throw new oidcErrors.InvalidRequest(`${name} was sent more than once`);
  return value;
}

async function verify(hint: string | null, verifyHint: VerifyEntraHint): ReturnType<VerifyEntraHint> {
  if (hint === null || hint === '') throw new oidcErrors.InvalidRequest('id_token_hint is missing');
  try {
    return await verifyHint(hint);
  } catch (error) {
    // Without their causes and details: an answer says that it is refused, and no more.
    if (!(error instanceof FaceError)) throw error;
    if (error.code === 'caller_untrusted') throw new oidcErrors.AccessDenied('id_token_hint is not accepted');
    throw new oidcErrors.TemporarilyUnavailable();
  }
}

const requestIdGuard = z.guid();

/** What Microsoft's support asks for; a text that is no GUID is not logged. */
const readRequestId = (params: URLSearchParams): string | null =>
  requestIdGuard.safeParse(params.get('client-request-id')).data ?? null;
