import type { CounterConfig } from '../../config/oidc-client.js';
import type { DirectoryFor, OidcClient } from '../../connections/openid-client.js';
import { digestOf } from '../../core/digest.js';
import { FaceError } from '../../errors.js';
import { findNamed, toClaims } from '../../oidc/relying-party.js';
import { checkLifeSec } from './check.js';
import { deviceGrant } from './device-grant.js';

/** Lifetime of its tokens, in seconds. */
export const counterLifeSec = 60;

/** Creates the client of a counter. Each check needs consent, and requests cannot name a person. */
export function createCounter(config: CounterConfig, directoryFor: DirectoryFor): OidcClient {
  const { id, name, secret, publicKeys, claims } = config;
  const registration = digestOf(JSON.stringify({ name, claims: Object.entries(claims).toSorted() }));
  return {
    metadata: {
      client_id: id,
      response_types: [],
      redirect_uris: [],
      grant_types: [deviceGrant],
      ...(secret === null ? {} : { client_secret: secret.use((text) => text) }),
      ...(publicKeys === null ? {} : { jwks: { keys: publicKeys } }),
      token_endpoint_auth_method: publicKeys === null ? 'client_secret_basic' : 'private_key_jwt',
      authorization_details_types: [],
    },
    acrValues: ['face'],
    claimNames: ['presence'],
    consented: {
      name,
      claims,
      registration: registration.toString('base64url'),
      lifeSec: checkLifeSec + counterLifeSec,
    },
    lifeSec: null,
    asksWho: true,
    admit: null,
    async findPerson(request) {
      const typed = request.params.login_hint;
      if (typed === undefined) throw new FaceError('internal', 'a counter that names somebody');
      const { subject } = await findNamed(typed, directoryFor({ kind: 'anonymous', source: request.source }));
      return { subject, assurance: 'anonymous', claims: toClaims(subject, null) };
    },
    toAmr: (methods) => methods,
    feedsHooks: false,
    counter: { name },
  };
}
