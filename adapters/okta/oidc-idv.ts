import type { JsonObject } from '../../src/base/json.js';
import { secretClientMetadata } from '../../src/connections/login-client.js';
import { type FinishedCheck, InvalidRequest, type OidcClient } from '../../src/connections/openid-client.js';
import { toIso } from '../../src/core/units.js';
import type { OktaIdv } from './config-oidc.js';

/** Okta allows up to ten minutes. */
const lifeSec = 600;

/**
 * Creates the client of a custom identity verification. Okta pushes its request, so the browser cannot change
 * `login_hint`. It also asks before password recovery: failures must not count as the unproven user's, or anyone could
 * lock them out.
 * @see https://developer.okta.com/docs/guides/idv-integration/main/
 */
export function createIdvClient(config: OktaIdv): OidcClient {
  return {
    metadata: { ...secretClientMetadata(config), require_pushed_authorization_requests: true },
    acrValues: ['face'],
    claimNames: ['verified_claims'],
    lifeSec,
    asksWho: false,
    admit: null,
    async findPerson({ params: { login_hint: subject = '', code_challenge: challenge } }) {
      if (challenge === undefined) throw new InvalidRequest('code_challenge is missing');
      return subject === '' ? null : { subject, isProven: false, isSentByProvider: false, claims: { sub: subject } };
    },
    toAmr: (methods) => methods,
    toCheckClaims: toVerifiedClaims,
    // No sign-in follows at once.
    feedsHooks: false,
    // Name, address and phone number, meant for comparison with a document.
    dropsClaims: true,
  };
}

/**
 * A failed check is a token too, so that Okta logs unverified claims and not an outage. `MATCHED` confirms Okta's user
 * without repeating names; Okta requires its `fuzzy` back.
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
