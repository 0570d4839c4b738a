import type { ServedHook, ServedHooks } from '../connections/hook.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { type FaceErrorCode, refusals, toCode } from '../errors.js';
import { recordPassedOver } from '../step-up/decide.js';

/**
 * Wraps hooks for shadow mode: hooks decide and record their decision, but never block a sign-in. Untrusted callers and
 * test calls are still refused.
 */
export function shadowHooks(hooks: ServedHooks, connection: Connection, core: Ports<'audit'>): ServedHooks {
  return Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, shadow(name, hook, connection, core)]));
}

/** Returns true for refusals without a sign-in: untrusted callers and test calls. */
const isNoSignIn = (code: FaceErrorCode): boolean => refusals[code].kind === 'caller' || code === 'hook_probed';

function shadow(name: string, hook: ServedHook, connection: Connection, core: Ports<'audit'>): ServedHook {
  const passOver = async (error: unknown): Promise<FaceErrorCode> => {
    const code = toCode(error);
    if (isNoSignIn(code)) throw error;
    await recordPassedOver({ connection, hook: name, code }, core);
    return code;
  };
  return {
    ...hook,
    async admit(head) {
      // Errors of `admit` are not caught here, because nothing must be recorded before the caller is verified.
      const answer = await hook.admit(head);
      return (body) =>
        answer(body).catch(async (error: unknown) => {
          await passOver(error);
          return hook.pass;
        });
    },
    // Called for refusals by `admit` and for earlier ones, such as a body that is too large.
    refuse: (code) => (isNoSignIn(code) ? hook.refuse(code) : hook.pass),
  };
}
