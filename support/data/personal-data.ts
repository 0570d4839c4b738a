import type { State } from '../../src/core/ports.js';
import { personalData } from '../../src/extensions/index.js';
import { remainingData } from '../../src/privacy/registry.js';

/**
 * Keys of state store records that are not registered as personal data, with reasons: the records contain none, or
 * expire within days.
 */
const unregistered: readonly { readonly why: string; readonly keys: readonly string[] }[] = [
  {
    why: 'Applications, developers and administrators: accounts of those who operate, not of users.',
    keys: [
      'administrators',
      'console-session:*',
      'console-known:*',
      'first-sign-in:*',
      'contact-verified:*',
      'developer:*',
      'application:*',
      'applications',
      'application-request:*',
      'application-requests',
      'application-terms',
      'client-token:*',
      'client-token-used:*',
      'refusals:*',
      'usage:*',
      'ssf-access-token:*',
    ],
  },
  {
    why: 'Settings and jobs of the service: they name connections and servers.',
    keys: [
      'audit-head:*',
      'brand',
      // Digests of the last two refused people, for 15 minutes.
      'recovery-refused:*',
      'brand-kept:*',
      'brand-draft:*',
      'letter-shown:*',
      'passkey-decoy-key',
      'provider-decisions-reader',
      // Digests of decisions of the last minutes, keyed with a secret.
      'provider-decisions:*',
      'step-up-expiry:*',
      'campaigns',
      'campaign-sender',
      'connection-apply:*',
      'connection-modes',
      'connection-modes-since',
      'connection-secret:*',
      'doctor-progress',
      'examination:*',
      'accepted-findings:*',
      'health-checks',
      'trail-verification',
      'kiosk:*',
      'ready',
      'replicas',
    ],
  },
  {
    why: 'Security events with user IDs, until delivery or for 2 to 90 days: receivers need them after an erasure too.',
    keys: [
      'security-event-streams',
      'security-events-queue:*',
      'security-events-handover:*',
      'security-events-handover-page:*',
      'security-events-handover-lease:*',
      'security-event-verification:*',
    ],
  },
  {
    why: 'Counters of rate limits and quotas: they end after a day at most.',
    keys: ['limit:*', 'notices:*', 'quota:*'],
  },
  {
    why: 'Digests of ids of received security events, for two days: they name no person.',
    keys: ['signal:*'],
  },
  {
    why: 'Networks from which a check passed: they name no person, and end after thirty days.',
    keys: ['network-passed:*'],
  },
  {
    why: 'Failures at one token, hook sign-in or source of administrators, and unlocks: they end after three days at most.',
    keys: [
      ...['hook', 'token', 'admin-key'].flatMap((kind) => [`failures:*:${kind}:*`, `lockout:${kind}:*`]),
      'unlocked:*',
    ],
  },
  {
    why: 'That something single-use was used, by its digest or id: it ends with what it is about.',
    keys: [
      'credential-offer:*',
      'credential-proof:*',
      'entra-hint:*',
      'frame:*',
      'receipt:*',
      'step-up-expired:*',
      'signed-request:*',
      'step-up-request:*',
    ],
  },
  {
    why: 'Answers to hook events, for retries of the same event: they end after minutes.',
    keys: ['event:*', 'ended:*'],
  },
  {
    why: 'A sign-in, a face check or a call of the help desk under way, by a random id: it ends after minutes.',
    keys: [
      'document:*',
      'kiosk-next:*',
      'kiosk-visit:*',
      'one-time-codes:*',
      'own-page-check:*',
      'passkey-challenge:*',
      'vouching:*',
      'oidc:*',
      'oidc-acting:*',
      'oidc-assured:*',
      'oidc-claims:*',
      'oidc-counter:*',
      'oidc-counter-shown:*',
      'oidc-flow:*',
      'oidc-share:*',
    ],
  },
];

const patterns = [...personalData, ...remainingData, ...unregistered].flatMap(({ keys }) => keys);
const accounted = new RegExp(`^(${patterns.map((key) => key.replaceAll('*', '[^]*')).join('|')})$`);

/** Throws if the key of a state store record is neither registered as personal data nor in `unregistered`. */
export function requireAccountedKeys(state: State): State {
  const check = (key: string): void => {
    if (!accounted.test(key))
      throw new Error(`neither registered as personal data nor listed as something else: ${key}`);
  };
  return {
    ...state,
    write(key, value, options) {
      check(key);
      return state.write(key, value, options);
    },
    add(key, amount, expiresAt) {
      check(key);
      return state.add(key, amount, expiresAt);
    },
  };
}
