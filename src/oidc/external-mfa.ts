import { z } from 'zod';
import type { ExternalMfaConfig } from '../config/external-mfa.js';
import type { Clock, Fetch, Log, State } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { AuthorizationRequest, OidcClient } from './client.js';
import { createVerifyEntraHint, type VerifyEntraHint } from './external-mfa-hint.js';
import { checkRequirements, faceAcrValues } from './external-mfa-requirements.js';
import { oidcErrors } from './library.js';

/** What such a client is made of. */
export interface ExternalMfaDeps {
  readonly connection: { readonly id: string };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly state: State;
  readonly log: Log;
}

/** Entra gives a sign-in up about five minutes after it has sent the person here; half a minute is for the way back. */
const lifeSec = 270;

/** What the protocol library gets to see under its own name; all else Entra may send is ignored. */
const passedOn = ['client_id', 'response_mode', 'scope', 'nonce', 'state', 'claims'];

/** What is taken off a request: the library refuses a hint that it did not issue. */
const takenOffGuard = z.object({ hints: z.array(z.string()), requestId: z.guid().nullable().catch(null) });

/**
 * Entra ID as a client of a connection's provider: implicit ID token by form post, about the person of the hint. The hint
 * is looked at last, when the library has found everything else in order: a request that fails for another reason does not
 * use it up.
 * @see https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-external-method-provider
 */
export function createExternalMfaClient(
  { id, appId, tenantIds, login, redirectUri }: ExternalMfaConfig,
  { connection, fetch, clock, state, log }: ExternalMfaDeps,
): OidcClient {
  const [homeTenantId] = tenantIds;
  const verifyHint = createVerifyEntraHint(
    { tenantIds, audiences: [id, appId], login },
    { name: `${connection.id}:${id}`, fetch, clock, state },
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
    claimNames: [],
    lifeSec,
    asksWho: false,
    admit: async (given) => ({
      params: toProtocol(given),
      admitted: { hints: given.getAll('id_token_hint'), requestId: given.get('client-request-id') },
    }),
    async findPerson({ params, admitted }) {
      const { hints, requestId } = takenOffGuard.parse(admitted);
      log.info('external MFA requested', { connection: connection.id, clientRequestId: requestId });
      checkRequest(params);
      const { sub, tid, oid } = await verify(hints, verifyHint);
      const subject = tid === homeTenantId ? oid : `${tid}/${oid}`;
      return { subject, isProven: true, isSentByProvider: true, claims: { sub } };
    },
    // Exactly one may be told: that a key or a PIN took part as well is left out.
    toAmr: () => ['face'],
  };
}

/** The request in the protocol's own spelling. What was sent twice still is, for the library to refuse. */
function toProtocol(given: URLSearchParams): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of passedOn) for (const value of given.getAll(name)) params.append(name, value);
  // Documented as `Id_token`.
  for (const value of given.getAll('response_type')) params.append('response_type', value.toLowerCase());
  // Documented as `redirect_url` in 2025.
  const redirectUris = given.getAll(given.has('redirect_uri') ? 'redirect_uri' : 'redirect_url');
  for (const value of redirectUris) params.append('redirect_uri', value);
  return params;
}

function checkRequest({ response_mode: responseMode, claims }: AuthorizationRequest['params']): void {
  if (responseMode !== 'form_post') throw new oidcErrors.InvalidRequest('response_mode must be form_post');
  checkRequirements(claims);
}

async function verify([hint, ...others]: readonly string[], verifyHint: VerifyEntraHint) {
  if (hint === undefined || others.length > 0) throw new oidcErrors.InvalidRequest('expected one id_token_hint');
  try {
    return await verifyHint(hint);
  } catch (error) {
    const isRefused = error instanceof FaceError && error.code === 'caller_untrusted';
    // What was wrong with it is in the cause, for the log; an answer says that it is refused.
    throw isRefused ? new oidcErrors.AccessDenied('id_token_hint is not accepted', { cause: error }) : error;
  }
}
