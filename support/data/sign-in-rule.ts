import type { SignInRule } from '../../src/core/rules/rule.js';

/** Returns a rule in enforce mode that asks for a face. */
export const ruleOf = (given: Partial<SignInRule>): SignInRule => ({
  name: 'pilot',
  when: {},
  outcome: 'face',
  mode: 'enforce',
  whenUnknown: 'policy',
  ...given,
});
