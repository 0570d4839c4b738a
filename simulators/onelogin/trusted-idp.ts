import { Router } from 'express';
import { z } from 'zod';
import {
  completeSignIn,
  Refusal,
  readUserinfo,
  redirectTo,
  showResult,
  startPending,
  takePending,
  toAuthorizationRequest,
} from '../relying-party.js';
import { type Account, type AccountUser, findByIdentifier, isoNow } from './account.js';

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
export function createTrustedIdp(account: Account): Router {
  const router = Router();
  // The real console shows this address on the page of the trusted provider.
  const redirectUri = () => `${account.url}/access/idp`;

  router.get('/trusted-idp/start', (request, response) => {
    const user = findByIdentifier(account, startGuard.parse(request.query).user);
    const { trustedIdp } = account;
    // A user without a username cannot register the factor.
    if (user === undefined || user.username === '' || trustedIdp === null) return void response.status(404).end();
    const { state, ...pending } = startPending(redirectUri());
    account.pendingAtTrustedIdp.set(state, { ...pending, userId: user.id });
    const params = toAuthorizationRequest(trustedIdp, { ...pending, state });
    redirectTo(response, trustedIdp.authorizationEndpoint, params);
  });

  router.get('/access/idp', (request, response) =>
    showResult(response, async () => {
      const { started, code } = takePending(account.pendingAtTrustedIdp, request.query);
      const user = account.users.get(started.userId);
      const { trustedIdp } = account;
      if (user === undefined || trustedIdp === null) throw new Refusal('state');
      const { fetch, now } = account;
      const { claims, accessToken } = await completeSignIn(trustedIdp, { code, started, now, skewSec, fetch });
      const userinfo = await readUserinfo(trustedIdp, accessToken, claims.sub, fetch);
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
