import type { Connection } from '../src/core/connection.js';
import { decideHook, type HookDecision, type HookEvent } from '../src/core/decide.js';
import type { CoreDeps } from '../src/core/deps.js';
import { revokeSubject } from '../src/core/enrolment/revoke.js';
import type { State } from '../src/core/ports.js';
import { redeemForHook } from '../src/core/receipt.js';

export interface HookCore {
  /** Decides from the subject's last step-up. @throws FaceError as `decideHook` */
  decide(event: Omit<HookEvent, 'connection'>): Promise<HookDecision>;
  /** Consumes a receipt, which is then valid for this event only. @throws FaceError as `redeemForHook` */
  redeem(
    receipt: string,
    event: { readonly subject: string; readonly by: string; readonly budgetMs: number },
  ): Promise<void>;
  /** @throws FaceError as `revokeSubject` */
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
