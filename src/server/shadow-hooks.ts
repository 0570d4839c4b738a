import type { ServedHook, ServedHooks } from '../../adapters/hook.js';
import type { Connection } from '../core/connection.js';
import { recordPassedOver } from '../core/decide.js';
import type { CoreDeps } from '../core/deps.js';
import { type FaceErrorCode, refusals, toCode } from '../errors.js';

/**
 * The hooks of a connection in shadow mode: they decide and record as they would, and never stand in the way. Only who
 * is not the provider is still refused, and a probe answered as ever.
 */
export function shadowHooks(hooks: ServedHooks, connection: Connection, core: CoreDeps): ServedHooks {
  return Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, shadow(name, hook, connection, core)]));
}

/** What no mode lets through or records: who is not the provider, and a probe, with which nobody signs in. */
const isNoSignIn = (code: FaceErrorCode): boolean => refusals[code].kind === 'caller' || code === 'hook_probed';

function shadow(name: string, hook: ServedHook, connection: Connection, core: CoreDeps): ServedHook {
  /** @returns why the provider is let through; throws what no mode lets through */
  const passOver = async (error: unknown): Promise<FaceErrorCode> => {
    const code = toCode(error);
    if (isNoSignIn(code)) throw error;
    await recordPassedOver({ connection, hook: name, code }, core);
    return code;
  };
  return {
    ...hook,
    async admit(head) {
      // Until then nobody is verified: `refuse` lets them through, and nothing of a stranger is recorded.
      const answer = await hook.admit(head);
      return (body) =>
        answer(body).catch(async (error: unknown) => {
          await passOver(error);
          return hook.pass;
        });
    },
    // What `admit` refused, and what never reached the answer, such as a body that is too large.
    refuse: (code) => (isNoSignIn(code) ? hook.refuse(code) : hook.pass),
  };
}
