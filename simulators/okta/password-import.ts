import { z } from 'zod';
import { callHook } from './hook-call.js';
import { findUser, type Org, type OrgUser } from './org.js';
import { toPasswordImportPayload } from './payloads.js';

const answerGuard = z.object({
  commands: z
    .array(
      z.object({
        type: z.literal('com.okta.action.update'),
        value: z.object({ credential: z.enum(['VERIFIED', 'UNVERIFIED']) }),
      }),
    )
    .nullish(),
});

/**
 * Signs a user in by password. If the password is to be imported, the hook decides: VERIFIED stores the typed password;
 * any other answer means a wrong password.
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createPasswordImportInlineHook
 */
export async function authenticate(org: Org, login: string, password: string): Promise<OrgUser | null> {
  const user = findUser(org, login);
  if (user?.status !== 'ACTIVE') return null;
  if (!user.isPasswordHooked) return user.password !== null && user.password === password ? user : null;
  const hook = [...org.hooks.values()].find(
    ({ type, status }) => type === 'com.okta.user.credential.password.import' && status === 'ACTIVE',
  );
  if (hook === undefined) return null;
  const answer = await callHook(org, hook, toPasswordImportPayload(org, hook.id, login, password), true);
  const parsed = answerGuard.safeParse(answer.ok ? answer.body : null);
  if (parsed.data?.commands?.at(-1)?.value.credential !== 'VERIFIED') return null;
  user.password = password;
  user.isPasswordHooked = false;
  return user;
}
