import { randomBytes } from 'node:crypto';
import { type Response, Router } from 'express';
import { z } from 'zod';
import {
  type Account,
  type AccountUser,
  addUser,
  defaultPolicyId,
  findByIdentifier,
  isoNow,
  type Login,
  type SmartHook,
} from './account.js';
import {
  type Browser,
  findRunningHook,
  isHookFor,
  runHook,
  toPreAuthenticationContext,
  toUserMigrationContext,
} from './hook-run.js';
import { useMfaToken } from './mfa.js';

const identifierGuard = z.object({ identifier: z.string(), app_id: z.number().nullish(), ip: z.string() });
const passwordGuard = z.object({ state_token: z.string(), password: z.string() });
const factorGuard = z.object({ state_token: z.string(), factor: z.string(), mfa_token: z.string().optional() });

/** `{success: true, user: {policy_id}}` chooses a policy; `{success: false, user: null}` denies. */
const preAuthenticationGuard = z.discriminatedUnion('success', [
  z.object({ success: z.literal(true), user: z.object({ policy_id: z.int() }) }),
  z.object({ success: z.literal(false), user: z.null() }),
]);

const userMigrationGuard = z.discriminatedUnion('success', [
  z.object({
    success: z.literal(true),
    user: z.object({
      username: z.string().min(1),
      password: z.string().min(1),
      firstname: z.string().nullish(),
      lastname: z.string().nullish(),
      email: z.string().min(1),
      custom_attributes: z.record(z.string(), z.string().nullable()).nullish(),
    }),
  }),
  z.object({ success: z.literal(false), user: z.strictObject({}) }),
]);

/**
 * Creates the sign-in page: username, hook, password, factors. Only this order is documented, not the protocol.
 * @see https://developers.onelogin.com/api-docs/2/smart-hooks/types/pre-authentication
 */
export function createSignIn(account: Account): Router {
  const router = Router();
  const deny = (response: Response, reason: string): void => void response.status(401).json({ denied: reason });

  router.post('/username', async (request, response) => {
    const { identifier, app_id = null, ip } = identifierGuard.parse(request.body);
    const user = findByIdentifier(account, identifier);
    const hook = findRunningHook(account, 'pre-authentication');
    const browser: Browser = { ip, userAgent: request.get('user-agent') ?? '', appId: app_id };
    const policyId =
      user === undefined || hook === null || !isHookFor(hook, user)
        ? (user?.policyId ?? defaultPolicyId)
        : await choosePolicy(account, { user, browser, hook });
    if (policyId === null) return deny(response, 'hook');
    const token = randomBytes(20).toString('hex');
    account.logins.set(token, toLogin(account, identifier, user, policyId));
    response.json({ state_token: token });
  });

  router.post('/password', async (request, response) => {
    const { state_token, password } = passwordGuard.parse(request.body);
    const login = account.logins.get(state_token);
    if (login === undefined) return deny(response, 'state');
    const user =
      login.userId === null ? await migrate(account, login.identifier, password) : account.users.get(login.userId);
    if (user === undefined || user === null || user.password !== password) return deny(response, 'password');
    const proven = { ...toLogin(account, login.identifier, user, login.policyId), passwordProven: true };
    account.logins.set(state_token, proven);
    answer(response, account, proven);
  });

  router.post('/factor', (request, response) => {
    const { state_token, factor, mfa_token } = factorGuard.parse(request.body);
    const login = account.logins.get(state_token);
    if (!login?.passwordProven || login.factorsLeft[0] !== factor) return deny(response, 'factor');
    if (mfa_token !== undefined && !useMfaToken(account, login.userId ?? 0, mfa_token))
      return deny(response, 'mfa_token');
    login.factorsLeft.shift();
    answer(response, account, login);
  });
  return router;
}

const toLogin = (account: Account, identifier: string, user: AccountUser | undefined, policyId: number): Login => ({
  identifier,
  userId: user?.id ?? null,
  policyId,
  passwordProven: false,
  factorsLeft: [...(account.policies.get(policyId)?.factors ?? [])],
});

function answer(response: Response, account: Account, { userId, policyId, factorsLeft }: Login): void {
  const [next] = factorsLeft;
  if (next !== undefined) return void response.json({ factor: next });
  const user = account.users.get(userId ?? 0);
  if (user !== undefined) user.lastLogin = isoNow(account);
  response.json({ signed_in: true, user_id: userId, policy_id: policyId });
}

/** @returns the policy of this sign-in; `null` if denied */
async function choosePolicy(
  account: Account,
  { user, browser, hook }: { user: AccountUser; browser: Browser; hook: SmartHook },
): Promise<number | null> {
  const context = toPreAuthenticationContext(user, browser, hook);
  // An unknown policy counts as a failed hook, because OneLogin does not document it.
  const guard = preAuthenticationGuard.refine(
    ({ user: chosen }) => chosen === null || account.policies.has(chosen.policy_id),
  );
  const answered = await runHook(account, { hook, context, guard });
  if (answered === null) return account.whenHookFails === 'continue' ? user.policyId : null;
  return answered.user?.policy_id ?? null;
}

/** Calls the hook for an unknown name. The hook may create the user. */
async function migrate(account: Account, identifier: string, password: string): Promise<AccountUser | null> {
  const hook = findRunningHook(account, 'user-migration');
  if (hook === null) return null;
  const context = toUserMigrationContext(identifier, password);
  const answered = await runHook(account, { hook, context, guard: userMigrationGuard });
  if (!answered?.success) return null;
  const { username, email, firstname, lastname, custom_attributes, password: kept } = answered.user;
  const names = { username, email, firstname: firstname ?? '', lastname: lastname ?? '' };
  return addUser(account, { ...names, password: kept, customAttributes: { ...custom_attributes } });
}
