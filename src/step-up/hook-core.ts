import type { HookCore } from '../connections/hook.js';
import type { Connection } from '../core/connection.js';
import type { CoreDeps } from '../core/deps.js';
import { redeemForHook } from '../core/receipt.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { decideHook } from './decide.js';

/** Creates what the hooks of a connection call: the decision, the redemption of a receipt, and the end of an enrolment. */
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
