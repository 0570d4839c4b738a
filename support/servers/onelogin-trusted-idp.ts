import type { Router } from 'express';
import { z } from 'zod';
import { type Account, type AccountUser, findByIdentifier, isoNow } from '../../simulators/onelogin/account.js';
import {
  completeSignIn,
  createSignInElsewhere,
  Refusal,
  toAuthorizationRequest,
} from '../../simulators/relying-party.js';

/** Allowed clock skew, which OneLogin does not document. */
const skewSec = 60;

const startGuard = z.object({ user: z.string() });

/** Claims that can match a user. OneLogin does not document which it uses; here any of them matches. */
const namesGuard = z.object({
  preferred_username: z.string().optional(),
  username: z.string().optional(),
  email: z.string().optional(),
});

/**
 * Creates a sign-in with "Trusted IdP as a Factor", after the password: `/trusted-idp/start?user=<name>`.
 * @see https://docs.xfa.tech/docs/integration-guides/configure-on-idp/onelogin
 */
export const createTrustedIdp = (account: Account): Router =>
  createSignInElsewhere({
    startPath: '/trusted-idp/start',
    // The real console shows this address on the page of the trusted provider.
    callbackPath: '/access/idp',
    origin: () => account.url,
    find(query) {
      const user = findByIdentifier(account, startGuard.parse(query).user);
      const { trustedIdp } = account;
      // A user without a username cannot register the factor.
      return user === undefined || user.username === '' || trustedIdp === null ? null : { user, trustedIdp };
    },
    leave: async ({ trustedIdp }, started) => [
      trustedIdp.authorizationEndpoint,
      toAuthorizationRequest(trustedIdp, started),
    ],
    async finish({ user, trustedIdp }, answer) {
      const { fetch, now } = account;
      const { readUserinfo } = await completeSignIn(trustedIdp, { ...answer, now, skewSec, fetch });
      const userinfo = await readUserinfo();
      if (!isAbout(user, namesGuard.parse(userinfo))) throw new Refusal('user');
      user.lastLogin = isoNow(account);
      return { userId: user.id, userinfo };
    },
  });

function isAbout(user: AccountUser, { preferred_username, username, email }: z.output<typeof namesGuard>): boolean {
  const name = preferred_username ?? username;
  return name === undefined ? email === user.email : name === user.username;
}
