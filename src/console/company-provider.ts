import type { SignInConfig } from '../config/console.js';
import type { Clock, Fetch } from '../core/ports.js';
import { createSignInProvider } from '../sign-in/provider.js';
import { isAnswerTo, secretsOf } from '../sign-in/visit-secrets.js';
import { type Person, toPerson } from './person.js';
import type { Visit } from './visit.js';

/** Signs administrators in at the company's own identity provider. */
export interface CompanyProvider {
  /** Where the browser is sent. @throws FaceError `profile_unavailable`: it does not answer, or not as it must */
  begin(visit: Visit): Promise<URL>;
  /** Whether the browser came back with an answer to that visit. */
  isOf(visit: Visit, query: string): boolean;
  /**
   * Takes what the browser came back with.
   * @param query - with its question mark
   * @throws FaceError `caller_untrusted`: the answer is no good; `profile_unavailable`: the provider does not answer
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
