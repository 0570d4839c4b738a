import { createSignInProvider } from '../../admin/sign-in/provider.js';
import { isAnswerTo, secretsOf } from '../../admin/sign-in/visit-secrets.js';
import type { OwnSignInConfig } from '../../config/home-page.js';
import { Credential } from '../../core/concealed.js';
import type { Connection } from '../../core/connection.js';
import type { Clock, Fetch, Random } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { browserCookieOf, clearBrowserCookie, readCookie, setBrowserCookie } from '../../http/cookies.js';
import { queryOf } from '../../http/front-door.js';
import { newSecret } from '../../step-up/ticket.js';
import type { DoorVisit } from './arrival.js';
import { doorPath } from './door-page.js';

const visitLifeSec = 10 * 60;

export interface OwnSignIn {
  begin(visit: DoorVisit): Promise<void>;
  /**
   * @returns the user's id
   * @throws `caller_untrusted` if the answer is invalid or another browser's; `subject_unknown`; `profile_unavailable`
   */
  finish(visit: DoorVisit): Promise<string>;
}

export function createOwnSignIn(
  { id, profile }: Connection,
  config: OwnSignInConfig,
  deps: { readonly issuer: string; readonly clock: Clock; readonly random: Random; readonly fetch: Fetch },
): OwnSignIn {
  const redirectUri = `${deps.issuer}${doorPath(id, '/callback', null)}`;
  const provider = createSignInProvider(config, { ...deps, redirectUri, use: `me of ${id}` });
  const cookie = browserCookieOf('me-sign-in', deps.issuer.startsWith('https:'));
  // Derived per connection, so that one connection's answer is invalid for another.
  const secretsFor = (secret: Credential) => secretsOf(secret, `me ${id}`);
  return {
    async begin({ response }) {
      const secret = newSecret(deps);
      const address = await provider.begin(secretsFor(secret));
      setBrowserCookie(response, { name: cookie, secret, lifeSec: visitLifeSec });
      response.redirect(303, address.href);
    },
    async finish({ request, response }) {
      const shown = readCookie(request, cookie);
      if (shown === null) throw new FaceError('caller_untrusted');
      const secrets = secretsFor(new Credential(shown));
      const query = queryOf(request);
      // This answer belongs to another window, whose cookie is kept.
      if (!isAnswerTo(secrets, query)) throw new FaceError('caller_untrusted');
      clearBrowserCookie(response, cookie);
      const claims = await provider.finish(query, secrets, () => true);
      const subject = claims[config.subjectClaim];
      if (typeof subject !== 'string' || subject === '') throw new FaceError('subject_unknown');
      // Some providers also find users by login, so the returned id is compared.
      const account = await profile.readAccount(subject);
      if (account.subject !== subject) throw new FaceError('subject_unknown');
      return subject;
    },
  };
}
