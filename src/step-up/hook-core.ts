import type { HookCore } from '../connections/hook.js';
import type { HookEvent } from '../connections/hook-decision.js';
import type { CoreDeps } from '../core/deps.js';
import { redeemForHook } from '../core/receipt.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { decideHook } from './decide.js';

/** Creates what a hook of a connection calls: the decision, the redemption of a receipt, and the end of an enrolment. */
export const createHookCore = (
  { connection, hook, budgetMs }: Pick<HookEvent, 'connection' | 'hook' | 'budgetMs'>,
  core: CoreDeps,
): HookCore => ({
  decideHook: (event) => decideHook({ ...event, connection, hook, budgetMs }, core),
  async redeem(receipt, event) {
    await redeemForHook(receipt, { ...event, connection, budgetMs }, core);
  },
  async revoke(subject) {
    await revokeSubject({ connection, subject }, core);
  },
  state: core.state,
});
