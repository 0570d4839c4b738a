import { toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { Account } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { Agent } from '../step-up/codes/bypass.js';
import {
  approvalsNeeded,
  changeRecovery,
  type Recovery,
  readRecovery,
  recoveryAt,
  stageOf,
  toRevoking,
} from './record.js';

/** Precedes the id of a manager among the ids of approvers. */
export const managerPrefix = 'manager:';

/** Returns true if an approver is the person of this account, as far as their name tells: `login (host, id)`. */
export function isAccountOf(
  { login, email, subject }: Account,
  { byId, by }: { readonly byId: string; readonly by: string },
): boolean {
  const name = by.toLowerCase();
  return [login, email, subject].some((each) => {
    const own = each?.toLowerCase() ?? '';
    return own !== '' && (name === own || name.startsWith(`${own} (`) || byId.toLowerCase() === own);
  });
}

/**
 * Approves a recovery as the help desk. The number is read out by the person, so that no one else's recovery is
 * approved.
 * @throws `not_found`; `recovery_not_waiting` unless an approval is missing; `recovery_number_wrong`; `role_missing` for an API key, if
 * the person is privileged; `approver_same` for the administrator who sent the link or has approved already, or whose
 * own account, or manager's, it is
 */
export async function approveRecovery(
  { id, number, by }: { readonly id: string; readonly number: string; readonly by: Agent },
  deps: Ports<'state' | 'clock' | 'audit' | 'connections' | 'settings'>,
): Promise<Recovery> {
  const found = await readRecovery(id, deps);
  const connection = deps.connections.get(found.connection);
  if (connection === undefined) throw new FaceError('not_found');
  const approve = (latest: Recovery): Recovery => {
    const isOpen = stageOf(latest, deps.clock.now()) === 'approval';
    const takesHelpDesk = latest.isPrivileged || latest.secondThing === 'help_desk';
    if (!isOpen || !takesHelpDesk || latest.approvals.length >= approvalsNeeded(latest))
      throw new FaceError('recovery_not_waiting');
    // A person with a key and a sign-in would count as two.
    const { takesKeys } = recoveryAt(connection).policy.privileged;
    if (latest.isPrivileged && !takesKeys && by.means === 'key') throw new FaceError('role_missing');
    const earlier = [latest.begunBy, ...latest.approvals];
    if (earlier.some((each) => each?.byId === by.id)) throw new FaceError('approver_same');
    if (latest.number !== number) throw new FaceError('recovery_number_wrong');
    return { ...latest, approvals: [...latest.approvals, { byId: by.id, by: by.name }] };
  };
  const managers = found.approvals.flatMap(({ byId }) =>
    byId.startsWith(managerPrefix) ? [byId.slice(managerPrefix.length)] : [],
  );
  for (const subject of [found.subject, ...managers]) {
    const account = await connection.profile.readAccount(subject);
    if (isAccountOf(account, { byId: by.id, by: by.name })) throw new FaceError('approver_same');
  }
  await consumeLimit('approvalsOfRecovery', id, deps);
  approve(found);
  const who = toSubjectRef({ connection, subject: found.subject });
  await deps.audit.append({ action: 'recovery_approved', ...who, detail: { id, by: by.name } });
  return changeRecovery(id, approve, deps);
}

/** Refuses a recovery, also after its end: its credential is revoked then. @throws `not_found` */
export async function denyRecovery(
  { id, by }: { readonly id: string; readonly by: Agent },
  deps: Ports<'state' | 'audit'>,
): Promise<Recovery> {
  const { connection, subject } = await readRecovery(id, deps);
  await deps.audit.append({ action: 'recovery_denied', connection, subject, detail: { id, by: by.name } });
  return changeRecovery(id, (found) => toRevoking(found, { alsoSeen: true }), deps);
}
