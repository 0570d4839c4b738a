import type { ClientMetadata } from 'oidc-provider';
import type { Credential } from '../src/core/concealed.js';
import { subjectOfIdentifier } from '../src/core/connection.js';
import type { Account } from '../src/core/ports.js';
import { type DirectoryFor, InvalidRequest, type OidcClient } from './openid-client.js';

/** Longer than any name of the providers. */
const maxLoginCharacters = 256;

/** The part of the configuration that clients with a secret share. */
export interface SecretClientConfig {
  readonly id: string;
  readonly secret: Credential;
  readonly redirectUris: string[];
}

/** What is particular to a provider. */
interface LoginClientRules {
  /** Claims that hold the login: what it finds its user by, and shows of them. */
  readonly loginClaims: readonly string[];
  /** What is told as the e-mail address where the scope is asked for; without it, the address in the profile. */
  readonly toEmail?: (account: Account) => string | null;
  /** Whether it asks after a first factor: then a request that is its own word is about who passed that. */
  readonly isAfterFactor: boolean;
  /** Whether the connection's hook is called later in the same sign-in. */
  readonly feedsHooks: boolean;
}

/** A client of the code flow that has a secret, for the protocol library. */
export const secretClientMetadata = ({ id, secret, redirectUris }: SecretClientConfig): ClientMetadata => ({
  client_id: id,
  client_secret: secret.use((text) => text),
  redirect_uris: redirectUris,
  response_types: ['code'],
  grant_types: ['authorization_code'],
  // The library takes the secret in the form and in the header alike.
  token_endpoint_auth_method: 'client_secret_post',
});

/**
 * An identity provider that sends its users here for a face check: the code flow, about the user of its own directory that
 * `login_hint` or the person names. Nobody is believed to be that user before the face says so.
 */
export function createLoginClient(
  config: SecretClientConfig,
  directoryFor: DirectoryFor,
  { loginClaims, toEmail = ({ email }) => email, isAfterFactor, feedsHooks }: LoginClientRules,
): OidcClient {
  return {
    metadata: secretClientMetadata(config),
    acrValues: ['face'],
    claimNames: ['email', ...loginClaims],
    lifeSec: null,
    asksWho: true,
    admit: null,
    async findPerson({ params: { login_hint: login = '', scope = '' }, isUnaltered, source }) {
      if (login === '') return null;
      if (login.length > maxLoginCharacters) throw new InvalidRequest('login_hint is too long');
      const isSentByProvider = isUnaltered && isAfterFactor;
      const account = await directoryFor({ isUnaltered: isSentByProvider, source }).findAccount(login);
      if (account === null) {
        const subject = subjectOfIdentifier(login);
        return { subject, isProven: false, isSentByProvider, claims: { sub: subject } };
      }
      const { subject } = account;
      const email = toEmail(account);
      const isEmailAsked = email !== null && scope.split(' ').includes('email');
      const names = Object.fromEntries(loginClaims.map((claim) => [claim, account.login]));
      const claims = { sub: subject, ...names, ...(isEmailAsked ? { email } : {}) };
      return { subject, isProven: false, isSentByProvider, claims };
    },
    toAmr: (methods) => methods,
    takesAnotherWay: true,
    feedsHooks,
  };
}
