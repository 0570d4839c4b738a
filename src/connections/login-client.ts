import type { ClientMetadata } from 'oidc-provider';
import { subjectOfIdentifier } from '../core/connection.js';
import type { Account } from '../core/ports.js';
import type { Credential } from '../core/secrets.js';
import { type DirectoryFor, InvalidRequest, type OidcClient, toAssurance } from './openid-client.js';

const maxLoginCharacters = 256;

export interface SecretClientConfig {
  readonly id: string;
  readonly secret: Credential;
  readonly redirectUris: string[];
}

interface LoginClientRules {
  /** Names of the claims that contain the login. The provider finds its user by these claims. */
  readonly loginClaims: readonly string[];
  readonly toEmail?: (account: Account) => string | null;
  /**
   * True if the provider verifies a first factor before it redirects here, so that an unaltered request proves the
   * user.
   */
  readonly isAfterFactor: boolean;
  /** True if the provider signs its requests. */
  readonly provesRequests: boolean;
  readonly feedsHooks: boolean;
}

export const secretClientMetadata = ({ id, secret, redirectUris }: SecretClientConfig): ClientMetadata => ({
  client_id: id,
  client_secret: secret.use((text) => text),
  redirect_uris: redirectUris,
  response_types: ['code'],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'client_secret_post',
});

export function createLoginClient(
  config: SecretClientConfig,
  directoryFor: DirectoryFor,
  { loginClaims, toEmail = ({ email }) => email, isAfterFactor, provesRequests, feedsHooks }: LoginClientRules,
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
      const assurance = isUnaltered && isAfterFactor ? 'first_factor' : 'anonymous';
      const account = await directoryFor(toAssurance({ assurance }, source)).findAccount(login);
      if (account === null) {
        const subject = subjectOfIdentifier(login);
        return { subject, assurance, claims: { sub: subject } };
      }
      const { subject } = account;
      const email = toEmail(account);
      const isEmailAsked = email !== null && scope.split(' ').includes('email');
      const names = Object.fromEntries(loginClaims.map((claim) => [claim, account.login]));
      const named = { sub: subject, ...names };
      return { subject, assurance, claims: isEmailAsked ? { ...named, email } : named };
    },
    toAmr: (methods) => methods,
    takesAnotherWay: true,
    provesRequests,
    feedsHooks,
  };
}
