import { type OidcConfig, relyingPartiesOf, withoutClients } from '../config/oidc.js';
import type { RuleCallers } from '../core/rules/check-rules.js';
import type { Adapter } from './adapter.js';

/** Lists the hooks and OpenID clients of a connection that follow rules, and what they know about sign-ins. */
export function findRuleCallers(
  {
    hooks,
    clientsAfterFirstFactor,
    readModeInForce,
  }: Pick<Adapter, 'hooks' | 'clientsAfterFirstFactor' | 'readModeInForce'>,
  oidc: OidcConfig | null,
): RuleCallers {
  const { clients } = oidc ?? withoutClients;
  const ofHooks = Object.entries(hooks).flatMap(([name, { sees }]) =>
    sees === null ? [] : [{ name: `hook ${name}`, clientId: null, sees }],
  );
  const relyingParties = new Map(
    relyingPartiesOf(oidc ?? withoutClients).map(({ id, requirePushed, fapi2 }) => [id, requirePushed || fapi2]),
  );
  const ofClients = clients.map(({ id, kind }) => {
    const isPushed = relyingParties.get(id);
    const isAfterFirstFactor = isPushed ?? clientsAfterFirstFactor.includes(kind);
    const name = `OpenID client ${id}${isPushed === false ? ' (unless it pushes or signs its requests)' : ''}`;
    return { name, clientId: id, sees: { application: true, address: true, isAfterFirstFactor } };
  });
  return { callers: [...ofHooks, ...ofClients], isDecidedAtProvider: readModeInForce !== undefined };
}
