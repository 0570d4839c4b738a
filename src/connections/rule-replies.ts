import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { policyModes, ruleOutcomes, termsOutcomes, unknownSides } from '../core/rules/rule.js';

const mode = z.enum(policyModes);
const truth = z.enum(['true', 'false', 'unknown']);
const outcome = z.enum(ruleOutcomes);
const termsOutcome = z.enum(termsOutcomes);

export const rulesReply = z.object({
  rules: z.array(
    z.object({
      name: z.string(),
      when: z.record(z.string(), z.array(z.string())).describe('Conditions, all of which must be true.'),
      outcome,
      mode,
      whenUnknown: z.enum(unknownSides).nullable().describe('`null` if the rule has no condition.'),
      effect: z
        .object({
          signIns: z.int(),
          refused: z.int().describe('Sign-ins of these that were refused, or would have been.'),
          peopleRefused: z.int(),
        })
        .describe('Sign-ins that the rule decided, or would have decided in enforce mode.'),
    }),
  ),
  mode: mode.describe('Mode of the policy, which decides sign-ins that no rule matches.'),
  since: instantReply.describe('Start of the first day that is counted.'),
  replicasCounting: z.int().describe('Replicas whose decisions before this version are not yet counted.'),
});
export type RulesReply = z.output<typeof rulesReply>;

export const ruleTestReply = z.object({
  subject: z.string(),
  rules: z.array(
    z.object({
      name: z.string(),
      mode,
      match: truth,
      conditions: z.array(z.object({ name: z.string(), truth })),
    }),
  ),
  outcome: termsOutcome.describe('`unknown`: a condition cannot be evaluated, and the rule then refuses.'),
  rule: z.string().nullable().describe('Rule that decides. `null`: the policy.'),
  mode: mode.describe('Mode of this decision.'),
  watched: z
    .object({ rule: z.string(), outcome: termsOutcome })
    .nullable()
    .describe('Rule in shadow mode that would decide, and its outcome.'),
});
export type RuleTestReply = z.output<typeof ruleTestReply>;
