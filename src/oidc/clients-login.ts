import type { JsonObject } from '../base/json.js';
import type { LoginClientConfig } from '../config/oidc-providers.js';
import { subjectOfIdentifier } from '../core/connection.js';
import type { Account } from '../core/ports.js';
import type { OidcClient } from './client.js';
import type { DirectoryFor } from './directories.js';
import { oidcErrors } from './library.js';

/** Longer than any name of the providers. */
const maxLoginCharacters = 256;

/** What each provider finds its user by, and shows of them. */
const namesOf: Readonly<Record<LoginClientConfig['kind'], (account: Account) => JsonObject>> = {
  okta_factor: ({ login }) => ({ preferred_username: login }),
  onelogin_factor: ({ login }) => ({ preferred_username: login, username: login }),
  cognito: ({ login }) => ({ preferred_username: login }),
};

/**
 * An identity provider that sends its users here for a face check: the code flow, about the user of its own directory that
 * `login_hint` or the person names. Nobody is believed to be that user before the face says so.
 */
export function createLoginClient(config: LoginClientConfig, directoryFor: DirectoryFor): OidcClient {
  const { kind, id, secret, redirectUris } = config;
  return {
    metadata: {
      client_id: id,
      client_secret: secret.use((text) => text),
      redirect_uris: redirectUris,
      response_types: ['code'],
      grant_types: ['authorization_code'],
      // The library takes the secret in the form and in the header alike.
      token_endpoint_auth_method: 'client_secret_post',
    },
    acrValues: ['face'],
    claimNames: ['email', 'username'],
    lifeSec: null,
    asksWho: true,
    admit: null,
    async findPerson({ params: { login_hint: login = '', scope = '' }, isUnaltered, source }) {
      if (login === '') return null;
      if (login.length > maxLoginCharacters) throw new oidcErrors.InvalidRequest('login_hint is too long');
      // Cognito hands on whatever name a browser came with, before any factor: whatever it signs proves nobody.
      const isSentByProvider = isUnaltered && kind !== 'cognito';
      const account = await directoryFor({ isUnaltered: isSentByProvider, source }).findAccount(login);
      if (account === null) {
        const subject = subjectOfIdentifier(login);
        return { subject, isProven: false, isSentByProvider, claims: { sub: subject } };
      }
      const { subject, email } = account;
      const isEmailAsked = email !== null && scope.split(' ').includes('email');
      const claims = { sub: subject, ...namesOf[kind](account), ...(isEmailAsked ? { email } : {}) };
      return { subject, isProven: false, isSentByProvider, claims };
    },
    toAmr: (methods) => methods,
    // Okta's token hook is asked later in the same sign-in. OneLogin asks before the password: what a factor left over would
    // let the next sign-in off the face. Cognito's triggers take receipts alone.
    ...(kind === 'okta_factor' ? {} : { feedsHooks: false }),
  };
}
