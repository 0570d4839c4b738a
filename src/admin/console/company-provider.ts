import type { SignInConfig } from '../../config/console.js';
import type { Clock, Fetch } from '../../core/ports.js';
import { createSignInProvider } from '../sign-in/provider.js';
import { isAnswerTo, secretsOf } from '../sign-in/visit-secrets.js';
import { type Person, toPerson } from './person.js';
import type { Visit } from './visit.js';

export interface CompanyProvider {
  begin(visit: Visit): Promise<URL>;
  isOf(visit: Visit, query: string): boolean;
  /**
   * Completes the sign-in.
   * @throws `caller_untrusted` if the answer is invalid; `profile_unavailable`
   */
  finish(query: string, visit: Visit): Promise<Person>;
}

export function createCompanyProvider(
  config: SignInConfig,
  deps: { readonly redirectUri: string; readonly clock: Clock; readonly fetch: Fetch },
): CompanyProvider {
  const provider = createSignInProvider(config, { ...deps, use: 'console' });
  return {
    begin: ({ secret }) => provider.begin(secretsOf(secret, 'console')),
    isOf: ({ secret }, query) => isAnswerTo(secretsOf(secret, 'console'), query),
    async finish(query, { secret }) {
      const claims = await provider.finish(
        query,
        secretsOf(secret, 'console'),
        (told) => config.groupsClaim in told && ('preferred_username' in told || 'email' in told),
      );
      return toPerson(claims, config);
    },
  };
}
