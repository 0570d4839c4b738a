import type { Connection } from '../src/core/connection.js';
import { recordPassedOver } from '../src/core/decide.js';
import type { CoreDeps } from '../src/core/deps.js';
import { toCode } from '../src/errors.js';
import type { Hook, Hooks, RawReply } from './adapter.js';

/**
 * The hooks of a connection in shadow mode: they decide and record as they would, and never stand in the way. Only who
 * is not the provider is still refused.
 */
export function shadowHooks(hooks: Hooks, connection: Connection, core: CoreDeps): Hooks {
  return Object.fromEntries(Object.entries(hooks).map(([name, hook]) => [name, shadow(name, hook, connection, core)]));
}

const shadow = (name: string, hook: Hook, connection: Connection, core: CoreDeps): Hook => ({
  ...hook,
  async handle(request): Promise<RawReply> {
    try {
      return await hook.handle(request);
    } catch (error) {
      const code = toCode(error);
      if (code === 'caller_untrusted') throw error;
      await recordPassedOver({ connection, hook: name, code }, core);
      return hook.pass;
    }
  },
  // What never reached `handle`, such as a body that is too large.
  refuse: (code) => (code === 'caller_untrusted' ? hook.refuse(code) : hook.pass),
});
