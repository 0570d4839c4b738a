import { z } from 'zod';
import { parseRange } from '../core/rules/named-networks.js';
import {
  asksPasskey,
  conditionsOf,
  deviceKinds,
  policyModes,
  ruleOutcomes,
  type SignInRule,
  unknownSides,
  unverifiedPolicies,
} from '../core/rules/rule.js';
import { livenessPolicyGuard } from './liveness.js';

const nameGuard = z
  .string()
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u,
    'expected 1 to 60 letters, digits, spaces, dots, hyphens or underscores',
  );

const listOf = (entry: z.ZodString) => z.array(entry).min(1).max(50).optional();

const fallbackGuard = z.enum(unverifiedPolicies).optional();

const conditionsGuard = z
  .strictObject({
    groups: listOf(z.string().min(1).max(256).meta({ directory: 'groups' })).describe(
      'Groups at the provider, by id or name.',
    ),
    applications: listOf(z.string().min(1).max(256)).describe(
      'Applications, by the id that the provider’s hook calls contain, or ids of OpenID clients of this connection.',
    ),
    networks: listOf(nameGuard).describe('Names in `policy.networks`.'),
    newNetwork: z
      .boolean()
      .optional()
      .describe('`true`: the person has not passed a check from this network in the last 180 days.'),
    newBrowser: z
      .boolean()
      .optional()
      .describe('`true`: the person has not passed a check in this browser in the last 180 days.'),
    lastCheckHours: z
      .number()
      .positive()
      .max(24 * 180)
      .optional()
      .describe('The last passed check is at least that many hours old, or there was none.'),
    devices: z.array(z.enum(deviceKinds)).min(1).optional().describe('`phone` includes tablets.'),
  })
  .prefault({});

const ruleGuard = z.strictObject({
  name: nameGuard.describe('Name in the audit trail and in reports.'),
  when: conditionsGuard.describe('Conditions, all of which must be true. None: every sign-in.'),
  outcome: z
    .enum(ruleOutcomes)
    .default('face')
    .describe(
      '`"face"` requires a face check. `"passkey_or_face"` also accepts the person’s own passkey, `"face_and_passkey"` requires both. `"none"` lets hooks grant without one; OpenID clients always get a check. `"deny"` refuses.',
    ),
  mode: z
    .enum(policyModes)
    .describe('`"shadow"`: the rule decides nothing, and what it would decide is recorded. `"enforce"`: it decides.'),
  whenUnknown: z
    .enum(unknownSides)
    .optional()
    .describe(
      'Decision if a condition cannot be evaluated, such as while the provider does not answer: refuse, or leave the decision to the policy and to later rules that ask for a face or refuse. Required if the rule has a condition.',
    ),
  freshnessSec: z.int().min(10).max(86_400).optional().describe('Replaces `policy.freshnessSec`.'),
  liveness: livenessPolicyGuard.optional().describe('Replaces `policy.liveness`.'),
  whenUnverified: fallbackGuard.describe('Replaces `policy.whenUnverified`.'),
  whenUnavailable: fallbackGuard.describe('Replaces `policy.whenUnavailable`.'),
}) satisfies z.ZodType<SignInRule>;

/** Rules of a policy. */
export const rulesGuard = z.array(ruleGuard).max(50).default([]);

/** Named networks of a policy. */
export const networksGuard = z
  .record(
    nameGuard,
    z
      .array(
        z
          .string()
          .refine(
            (text) => parseRange(text) !== null,
            'expected an address or a range, such as 203.0.113.0/24, or an IPv6 range up to /64',
          ),
      )
      .min(1)
      .max(500),
  )
  .default({});

/** Reports rules with the same name, networks that no list defines, and conditions without `whenUnknown`. */
export function findRuleProblems(
  {
    rules,
    networks,
    userSecret,
  }: {
    readonly rules: readonly SignInRule[];
    readonly networks: Readonly<Record<string, unknown>>;
    readonly userSecret: string;
  },
  context: z.core.$RefinementCtx,
): void {
  rules.forEach(({ name, when, whenUnknown, outcome }, index) => {
    if (userSecret === 'pin' && asksPasskey(outcome))
      context.addIssue({
        code: 'custom',
        path: ['rules', index, 'outcome'],
        message: 'a passkey cannot be combined with policy.userSecret "pin"',
      });
    if (rules.findIndex((each) => each.name.toLowerCase() === name.toLowerCase()) < index)
      context.addIssue({
        code: 'custom',
        path: ['rules', index, 'name'],
        message: `two rules have the name "${name}"`,
      });
    if (whenUnknown === undefined && conditionsOf({ when }).length > 0)
      context.addIssue({
        code: 'custom',
        path: ['rules', index, 'whenUnknown'],
        message: 'expected "deny" or "policy", as the rule has a condition',
      });
    for (const network of when.networks ?? []) {
      if (!Object.hasOwn(networks, network))
        context.addIssue({
          code: 'custom',
          path: ['rules', index, 'when', 'networks'],
          message: `there is no network "${network}" in policy.networks`,
        });
    }
  });
}
