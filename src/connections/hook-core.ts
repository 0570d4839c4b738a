import type { Connection } from '../core/connection.js';
import type { CoreDeps } from '../core/deps.js';
import type { State } from '../core/ports.js';
import { redeemForHook } from '../core/receipt.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { decideHook, type HookDecision, type HookEvent } from '../step-up/decide.js';

export interface HookCore {
  decide(event: Omit<HookEvent, 'connection'>): Promise<HookDecision>;
  redeem(
    receipt: string,
    event: { readonly subject: string; readonly by: string; readonly budgetMs: number },
  ): Promise<void>;
  revoke(subject: string): Promise<void>;
  readonly state: Pick<State, 'read' | 'write'>;
}

export const createHookCore = (connection: Connection, core: CoreDeps): HookCore => ({
  decide: (event) => decideHook({ ...event, connection }, core),
  async redeem(receipt, event) {
    await redeemForHook(receipt, { ...event, connection }, core);
  },
  async revoke(subject) {
    await revokeSubject({ connection, subject }, core);
  },
  state: core.state,
});
