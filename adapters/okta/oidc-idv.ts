import type { JsonObject } from '../../src/base/json.js';
import { toIso } from '../../src/core/units.js';
import { secretClientMetadata } from '../login-client.js';
import { type FinishedCheck, InvalidRequest, type OidcClient } from '../openid-client.js';
import type { OktaIdv } from './config-oidc.js';

/** Okta lets its user take up to ten minutes. */
const lifeSec = 600;

/**
 * Okta as a client of a custom identity verification. It pushes its request, so that the browser cannot change the user's
 * id in `login_hint`. It also asks before a password is recovered: that id is whom the face is compared with, and proves
 * nobody. Were failures that person's own, anybody could lock them out.
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
    // It is no sign-in, and none follows at once.
    feedsHooks: false,
    // Name, address and telephone number of its user, to be held against a document.
    dropsClaims: true,
  };
}

/**
 * The result as Okta evaluates it. A failed check is told in a token too: Okta then logs that the claims are not verified,
 * and not that something broke. Vendors must always include both names. `MATCHED` says that the person is the one Okta has
 * under them, and repeats no name; Okta asks for its `fuzzy` back with each.
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
