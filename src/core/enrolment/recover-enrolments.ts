import type { Connection, SubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { reconcileLater, type TokenChange } from './token-change.js';

/** A change of a token that the audit trail says was begun, and not how it ended. */
export interface OpenChange extends SubjectRef, Omit<TokenChange, keyof SubjectRef> {}

/**
 * Reconciles what a process that died left open, by what the profiles say now: each as often as it takes. Sound at any time:
 * what another replica did to the same user since then stands.
 * @param open - of this replica's own trail, begun before this process was
 */
export async function recoverEnrolments(
  open: readonly OpenChange[],
  deps: CoreDeps & { readonly connections: ReadonlyMap<string, Connection> },
): Promise<void> {
  const recover = async ({ connection: id, ...change }: OpenChange): Promise<void> => {
    const connection = deps.connections.get(id);
    if (connection === undefined) deps.log.warn('enrolment left open: no such connection', { connection: id });
    else await reconcileLater({ ...change, connection }, deps);
  };
  await Promise.all(open.map(recover));
}
