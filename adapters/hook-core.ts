import type { Connection } from '../src/core/connection.js';
import { decideHook, type HookDecision, type HookEvent } from '../src/core/decide.js';
import type { CoreDeps } from '../src/core/deps.js';
import { revokeSubject } from '../src/core/enrolment/revoke.js';
import type { State } from '../src/core/ports.js';
import { redeemForHook } from '../src/core/receipt.js';

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
