import type { Connection, SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { reconcileLater, type TokenChange } from './token-change.js';

/** A token change whose start is in the audit trail, but not its end. */
export interface OpenChange extends SubjectRef, Omit<TokenChange, keyof SubjectRef> {}

/**
 * Reconciles changes left open by a crash with the profiles, with retries. Safe at any time: later changes by other
 * replicas persist.
 * @param open - from this replica's own trail, before this process
 */
export async function recoverEnrolments(
  open: readonly OpenChange[],
  deps: CoreDeps & { readonly connections: ReadonlyMap<string, Connection> },
): Promise<void> {
  const recover = async ({ connection: id, ...change }: OpenChange): Promise<void> => {
    const connection = deps.connections.get(id);
    if (connection === undefined) deps.log.warn('enrolment left pending: unknown connection', { connection: id });
    else await reconcileLater({ ...change, connection }, deps);
  };
  await Promise.all(open.map(recover));
}
