import { z } from 'zod';
import { countRuled, readFirstDay } from '../../audit/ledger/sign-ins.js';
import { rulesReply, ruleTestReply } from '../../connections/rule-replies.js';
import { type Connection, requireConnection, toSubject } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { toSource } from '../../core/networks.js';
import { explainRule, matchRule, orderRules } from '../../core/rules/evaluate.js';
import { deviceKinds, type SignInRule } from '../../core/rules/rule.js';
import { termsWithoutRules } from '../../core/rules/sign-in-terms.js';
import { addSec, secondsPerDay } from '../../core/units.js';
import { adminEndpoint, type Endpoint } from '../../http/rest/endpoint.js';
import type { WithOperations } from '../operations/operations-context.js';

/** Writes the conditions of a rule as lists of texts. */
const toTexts = ({ when }: SignInRule): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(when).flatMap(([name, asked]: readonly [string, unknown]) =>
      asked === undefined ? [] : [[name, [asked].flat().map(String)]],
    ),
  );

/** Creates the endpoints that show rules for sign-ins, their effect, and the rule for one sign-in. */
export function createRuleEndpoints(deps: Ports<'connections' | 'ledger' | 'clock'> & WithOperations): Endpoint[] {
  const { connections, operations } = deps;
  const common = { tag: 'Connections' } as const;
  const find = (id: string): Connection => requireConnection(id, { connections });
  const isOpenidClient = (connection: string, application: string | null): boolean =>
    operations
      .setup()
      .connections.some(({ id, oidc }) => id === connection && oidc?.clients.some((each) => each.id === application));
  return [
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/connections/:id/rules',
      right: 'audit',
      summary: 'List the rules for sign-ins, with their effect',
      description:
        'Returns the rules that are active on this server, in the order in which they are evaluated. `effect` counts, from the [log of decisions](../ledger.md) of all replicas, the sign-ins that a rule decided, or would have decided in enforce mode.',
      codes: ['connection_unknown'],
      fields: z.strictObject({ days: z.int().min(1).max(365).prefault(30).describe('Number of past days.') }),
      reply: rulesReply,
      async handle({ param, fields: { days } }) {
        const { id, policy } = find(param('id'));
        const since = addSec(deps.clock.now(), (1 - days) * secondsPerDay);
        const { from, replicasCounting } = await readFirstDay(since, deps);
        const toReply = async (rule: SignInRule) => ({
          ...rule,
          when: toTexts(rule),
          whenUnknown: rule.whenUnknown ?? null,
          effect: await countRuled({ connection: id, rule: rule.name, from }, deps),
        });
        return {
          rules: await Promise.all(orderRules(policy.rules).map(toReply)),
          mode: policy.mode,
          since: from,
          replicasCounting,
        };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/connections/:id/rules/test',
      right: 'audit',
      summary: 'Find the rule for a sign-in',
      description:
        'Evaluates the active rules for a user as at a sign-in, and explains each condition. Groups are those that sign-ins use, so they may be five minutes old. Nothing is recorded.',
      codes: ['connection_unknown', 'subject_unknown', 'profile_unavailable'],
      fields: z.strictObject({
        user: z.string().min(1).max(256).describe('Sign-in name or id.'),
        application: z.string().min(1).max(256).optional().describe('Id of the application or OpenID client.'),
        address: z.union([z.ipv4(), z.ipv6()], 'expected an IP address').optional().describe('IP address of the user.'),
        device: z.enum(deviceKinds).optional(),
        newBrowser: z
          .boolean()
          .prefault(false)
          .describe('True: a browser in which the user has not passed a check. False: not known, as to hooks.'),
        firstFactor: z.boolean().prefault(true).describe('False: as a hook before the first factor.'),
      }),
      reply: ruleTestReply,
      async handle({ param, fields: { user, application = null, address, device = null, newBrowser, firstFactor } }) {
        const id = param('id');
        const { policy, profile, signInRules } = find(id);
        const account = await profile.findAccount(user);
        const { subject } = account ?? (await profile.readAccount(toSubject(user, profile)));
        const source = address === undefined ? null : toSource(address);
        const signIn = {
          subject,
          application,
          address: source,
          isAfterFirstFactor: firstFactor,
          device,
          browser: newBrowser ? { cookie: null } : null,
        };
        const {
          outcome,
          rule,
          watched,
          facts,
          policy: own,
        } = (await signInRules?.evaluate(signIn)) ?? termsWithoutRules(policy);
        return {
          subject,
          // An OpenID client asks for the check itself.
          outcome: outcome === 'none' && isOpenidClient(id, application) ? 'face' : outcome,
          rule: rule?.name ?? null,
          watched,
          mode: own.mode,
          rules:
            facts === null
              ? []
              : orderRules(policy.rules).map((each) => ({
                  name: each.name,
                  mode: each.mode,
                  match: matchRule(each, facts),
                  conditions: Object.entries(explainRule(each, facts)).flatMap(([name, truth]) =>
                    Object.hasOwn(each.when, name) ? [{ name, truth }] : [],
                  ),
                })),
        };
      },
    }),
  ];
}
