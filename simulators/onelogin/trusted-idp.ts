import { Router } from 'express';
import { z } from 'zod';
import {
  Refusal,
  readUserinfo,
  redeemCode,
  redirectTo,
  showResult,
  startPending,
  takePending,
  verifyIdToken,
} from '../relying-party.js';
import { type Account, type AccountUser, findByIdentifier, isoNow } from './account.js';

/** Of the account's clock against the provider's. OneLogin does not tell its own. */
const skewSec = 60;

const startGuard = z.object({ user: z.string() });

/** The claims a trusted provider's users are matched by. Which of them the factor takes is not documented: here any. */
const namesGuard = z.object({
  preferred_username: z.string().optional(),
  username: z.string().optional(),
  email: z.string().optional(),
});

/**
 * A sign-in under a user policy whose factor is "Trusted IdP as a Factor", from after the password:
 * `/trusted-idp/start?user=<name>`. It ends on a page that tells the result.
 * @see https://docs.xfa.tech/docs/integration-guides/configure-on-idp/onelogin
 */
export function createTrustedIdp(account: Account): Router {
  const router = Router();
  // The real address is shown on the trust's own page in the console.
  const redirectUri = () => `${account.url}/access/idp`;

  router.get('/trusted-idp/start', (request, response) => {
    const user = findByIdentifier(account, startGuard.parse(request.query).user);
    const { trustedIdp } = account;
    // A user without a user name cannot register the factor.
    if (user === undefined || user.username === '' || trustedIdp === null) return void response.status(404).end();
    const { state, ...pending } = startPending(redirectUri());
    account.pendingAtTrustedIdp.set(state, { ...pending, userId: user.id });
    redirectTo(response, trustedIdp.authorizationEndpoint, {
      client_id: trustedIdp.clientId,
      redirect_uri: pending.redirectUri,
      response_type: 'code',
      scope: trustedIdp.scopes.join(' '),
      state,
      nonce: pending.nonce,
    });
  });

  router.get('/access/idp', (request, response) =>
    showResult(response, async () => {
      const { started, code } = takePending(account.pendingAtTrustedIdp, request.query);
      const user = account.users.get(started.userId);
      const { trustedIdp } = account;
      if (user === undefined || trustedIdp === null) throw new Refusal('state');
      const { idToken, accessToken } = await redeemCode(trustedIdp, {
        code,
        started,
        hasPkce: false,
        fetch: account.fetch,
      });
      const { sub } = await verifyIdToken(trustedIdp, idToken, {
        nonce: started.nonce,
        now: account.now,
        skewSec,
        fetch: account.fetch,
      });
      const userinfo = await readUserinfo(trustedIdp, accessToken, sub, account.fetch);
      if (!isAbout(user, namesGuard.parse(userinfo))) throw new Refusal('user');
      user.lastLogin = isoNow(account);
      return { userId: user.id, userinfo };
    }),
  );
  return router;
}

function isAbout(user: AccountUser, { preferred_username, username, email }: z.output<typeof namesGuard>): boolean {
  const name = preferred_username ?? username;
  return name === undefined ? email === user.email : name === user.username;
}
