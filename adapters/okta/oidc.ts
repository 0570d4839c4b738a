import { createLoginClient, secretClientMetadata } from '../../src/connections/login-client.js';
import {
  createOwnClients,
  type DirectoryFor,
  type FinishedCheck,
  InvalidRequest,
  type OidcClient,
  type OidcClientDeps,
} from '../../src/connections/openid-client.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { toIso } from '../../src/core/units.js';
import type { OktaConnection, OktaFactor, OktaIdv } from './config.js';

export const createOktaClients = (
  oidc: OktaConnection['oidc'],
  { directoryFor }: Pick<OidcClientDeps, 'directoryFor'>,
): readonly OidcClient[] =>
  createOwnClients(oidc, ['okta_factor', 'okta_idv'], (client) =>
    client.kind === 'okta_idv' ? createIdvClient(client) : createFactorClient(client, directoryFor),
  );

const createFactorClient = (client: OktaFactor, directoryFor: DirectoryFor): OidcClient =>
  createLoginClient(client, directoryFor, {
    loginClaims: ['preferred_username'],
    // Okta finds its user by the `email` claim. It contains the login, because only the login is unique.
    toEmail: ({ login }) => login,
    isAfterFactor: true,
    provesRequests: true,
    // Okta calls the token hook later in the same sign-in, which needs the result.
    feedsHooks: true,
  });

const lifeSec = 600;

/**
 * Creates the client for custom identity verification. Okta pushes its request (PAR), so the browser cannot change
 * `login_hint`. Okta also requests this verification before password recovery, which anyone can start for any user.
 * Failures therefore do not count against the user.
 * @see https://developer.okta.com/docs/guides/idv-integration/main/
 */
function createIdvClient(config: OktaIdv): OidcClient {
  return {
    metadata: { ...secretClientMetadata(config), require_pushed_authorization_requests: true },
    acrValues: ['face'],
    claimNames: ['verified_claims'],
    lifeSec,
    asksWho: false,
    admit: null,
    async findPerson({ params: { login_hint: subject = '', code_challenge: challenge } }) {
      if (challenge === undefined) throw new InvalidRequest('code_challenge is missing');
      return subject === '' ? null : { subject, assurance: 'anonymous', claims: { sub: subject } };
    },
    toAmr: (methods) => methods,
    toCheckClaims: toVerifiedClaims,
    feedsHooks: false,
    // Okta sends name, address and phone number for comparison with an identity document; these are dropped.
    dropsClaims: true,
  };
}

/**
 * A failed check also returns a token, so that Okta logs a failed verification instead of an outage. `MATCHED` confirms
 * the user without repeating names.
 */
function toVerifiedClaims({ passed, at, stepUpId }: FinishedCheck): JsonObject {
  const name = { value: passed ? 'MATCHED' : null, fuzzy: true };
  return {
    verified_claims: [
      {
        verification: {
          trust_framework: 'IDV-DELEGATED',
          assurance_level: passed ? 'VERIFIED' : 'FAILED',
          time: toIso(at),
          verification_process: stepUpId,
        },
        claims: { given_name: name, family_name: name },
      },
    ],
  };
}
