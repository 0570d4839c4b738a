import { z } from 'zod';
import {
  AccessDenied,
  createOwnClients,
  InvalidRequest,
  type OidcClient,
  type RequestedClaims,
  UnmetAuthenticationRequirements,
} from '../../src/connections/openid-client.js';
import type { Ports } from '../../src/core/deps.js';
import { FaceError } from '../../src/errors.js';
import type { EntraConnection, ExternalMfaConfig } from './config.js';
import { createVerifyEntraHint, type VerifyEntraHint } from './oidc-hint.js';

const faceAcrValues = [
  'possessionorinherence',
  'knowledgeorinherence',
  'knowledgeorpossessionorinherence',
  'inherence',
] as const;

/**
 * Checks that a face check satisfies the requested `acr` and `amr`.
 * @throws UnmetAuthenticationRequirements
 */
function checkRequirements({ acr, amr }: RequestedClaims): void {
  const isMet = (values: readonly string[], possible: readonly string[]): boolean =>
    values.length === 0 || values.some((value) => possible.includes(value));
  if (!isMet(acr.values, faceAcrValues) || !isMet(amr.values, ['face'])) {
    throw new UnmetAuthenticationRequirements('the request does not ask for a face check');
  }
}

export interface ExternalMfaDeps extends Ports<'state' | 'clock' | 'log' | 'fetch'> {
  readonly connection: string;
}

/** Lifetime of a step-up. Entra abandons a sign-in after five minutes; 30 seconds remain for the way back. */
const lifeSec = 270;

const passedOn = ['client_id', 'response_mode', 'scope', 'nonce', 'state', 'claims'];

/**
 * Values removed from the request before the OpenID library sees it, because the library rejects hints that it did not
 * issue.
 */
const takenOffGuard = z.object({ hints: z.array(z.string()), requestId: z.guid().nullable().catch(null) });

export const createEntraClients = (oidc: EntraConnection['oidc'], deps: ExternalMfaDeps): readonly OidcClient[] =>
  createOwnClients(oidc, ['entra_external_mfa'], (client) => createExternalMfaClient(client, deps));

/**
 * Creates the External MFA client, which receives an ID token by form post. The hint is verified after everything else
 * and is valid once.
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
    claimNames: [],
    lifeSec,
    asksWho: false,
    admit: async (query) => ({
      params: toProtocol(query),
      admitted: { hints: query.getAll('id_token_hint'), requestId: query.get('client-request-id') },
    }),
    async findPerson({ params, requested, admitted }) {
      const { hints, requestId } = takenOffGuard.parse(admitted);
      log.info('external MFA requested', { connection, clientRequestId: requestId });
      if (params.response_mode !== 'form_post') throw new InvalidRequest('response_mode must be form_post');
      checkRequirements(requested);
      const { sub, tid, oid, proof } = await verify(hints, verifyHint);
      const subject = tid === homeTenantId ? oid : `${tid}/${oid}`;
      return { subject, assurance: 'vouched', claims: { sub }, proof };
    },
    // Entra's contract makes the nonce optional; `state` and the hint bind the answer to the request.
    needsNoNonce: true,
    // Entra accepts exactly one method in `amr`, so a passkey or PIN that was also used is omitted.
    toAmr: () => ['face'],
    // Entra issues tokens later in the same sign-in and then calls the token issuance hook, which needs the result.
    feedsHooks: true,
  };
}

function toProtocol(query: URLSearchParams): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of passedOn) for (const value of query.getAll(name)) params.append(name, value);
  // The value is converted to lower case, because Microsoft's documentation writes `Id_token`.
  for (const value of query.getAll('response_type')) params.append('response_type', value.toLowerCase());
  // Both names are accepted, because Microsoft's documentation of 2025 writes `redirect_url`.
  const redirectUris = query.getAll(query.has('redirect_uri') ? 'redirect_uri' : 'redirect_url');
  for (const value of redirectUris) params.append('redirect_uri', value);
  return params;
}

async function verify([hint, ...others]: readonly string[], verifyHint: VerifyEntraHint) {
  if (hint === undefined || others.length > 0) throw new InvalidRequest('expected one id_token_hint');
  try {
    return await verifyHint(hint);
  } catch (error) {
    const isRefused = error instanceof FaceError && error.code === 'caller_untrusted';
    throw isRefused ? new AccessDenied('id_token_hint is not accepted', { cause: error }) : error;
  }
}
