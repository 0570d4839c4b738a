import { type OidcConfig, withoutClients } from '../config/oidc.js';
import type { RuleCallers } from '../core/rules/check-rules.js';
import type { SeenFacts } from '../core/rules/seen-conditions.js';
import type { Adapter } from './adapter.js';
import type { HookCalls } from './hook-calls.js';

/**
 * Lists the hooks and OpenID clients of a connection that follow rules, and what the hooks know about sign-ins.
 * @param calls - only hooks that the provider may call are listed. `null`: all hooks, except those that see nothing,
 * because few providers call these
 */
export function findRuleCallers(
  adapter: Pick<Adapter, 'hooks' | 'readModeInForce'>,
  oidc: OidcConfig | null,
  calls: HookCalls | null,
): RuleCallers {
  const isCalled = (name: string, sees: SeenFacts): boolean =>
    calls === null
      ? Object.values(sees).includes(true)
      : calls.hooks.some(({ hook, state }) => hook === name && state !== 'not_called');
  const hooks = Object.entries(adapter.hooks).flatMap(([name, { sees }]) =>
    sees === null || !isCalled(name, sees) ? [] : [{ name: `hook ${name}`, sees }],
  );
  const clientIds = (oidc ?? withoutClients).clients.map(({ id }) => id);
  return { hooks, clientIds, isDecidedAtProvider: adapter.readModeInForce !== undefined };
}
