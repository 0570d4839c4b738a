import type { SubjectRef } from '../connection.js';
import type { Ports } from '../deps.js';
import { reconcileLater, type TokenChange } from './token-change.js';

/** A token change that the audit log shows as started but not as ended. */
export interface OpenChange extends SubjectRef, Omit<TokenChange, keyof SubjectRef> {}

/**
 * After a crash, completes or undoes open token changes to match the profiles, with retries. Later changes by other
 * replicas are not undone.
 * @param open - changes in this replica's own audit log that began before the server started
 */
export async function recoverEnrolments(
  open: readonly OpenChange[],
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'log' | 'verifier' | 'settings' | 'connections'>,
): Promise<void> {
  const recover = async ({ connection: id, ...change }: OpenChange): Promise<void> => {
    const connection = deps.connections.get(id);
    if (connection === undefined) deps.log.warn('enrolment left pending: unknown connection', { connection: id });
    else await reconcileLater({ ...change, connection }, deps);
  };
  await Promise.all(open.map(recover));
}
