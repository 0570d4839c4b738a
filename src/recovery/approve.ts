import type { Ports } from '../core/deps.js';
import { foldCase } from '../core/fold-case.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { Account } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { toPlainCode } from '../core/written-codes.js';
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
  const name = foldCase(by);
  return [login, email, subject].some((each) => {
    const own = foldCase(each ?? '');
    return own !== '' && (name === own || name.startsWith(`${own} (`) || foldCase(byId) === own);
  });
}

/** Longer than it takes to record an approval. After it, one that a stopped server left can be given again. */
const approvingSec = 60;

/**
 * Adds an approval, which counts once it is in the audit trail. Only one of several requests of an approver records it.
 * @param check - throws if the approver may not approve the recovery as it is now
 * @throws what `check` throws; `approver_same` if it is being recorded
 */
export async function addApproval(
  { id, connection, subject }: Pick<Recovery, 'id' | 'connection' | 'subject'>,
  { byId, by }: Recovery['approvals'][number],
  check: (latest: Recovery) => void,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<Recovery> {
  const now = deps.clock.now();
  const until = addSec(now, approvingSec);
  const reserve = (latest: Recovery): Recovery => {
    check(latest);
    const approving = latest.approving.filter((each) => each.until > now);
    if (approving.some((each) => each.byId === byId)) throw new FaceError('approver_same');
    if (latest.approvals.length + approving.length >= approvalsNeeded(latest))
      throw new FaceError('recovery_not_waiting');
    return { ...latest, approving: [...approving, { byId, by, until }] };
  };
  await changeRecovery(id, reserve, deps);
  await deps.audit.append({ action: 'recovery_approved', connection, subject, detail: { id, by } });
  const isOwn = (each: Recovery['approving'][number]): boolean => each.byId === byId && each.until === until;
  const count = (latest: Recovery): Recovery => {
    if (!latest.approving.some(isOwn)) throw new FaceError('recovery_not_waiting');
    return {
      ...latest,
      approving: latest.approving.filter((each) => !isOwn(each)),
      approvals: [...latest.approvals, { byId, by }],
      managerStepUp: byId.startsWith(managerPrefix) ? null : latest.managerStepUp,
    };
  };
  return changeRecovery(id, count, deps);
}

/**
 * Approves a recovery as the help desk. The number is read out by the person, so that no one else's recovery is
 * approved.
 * @throws `not_found`; `recovery_not_waiting` unless an approval is missing; `recovery_number_wrong`; `role_missing` for
 * an API key, if keys may not approve; `approver_same` for the administrator who sent the link or has approved already,
 * or whose name is that of the person or the manager
 */
export async function approveRecovery(
  { id, number, by }: { readonly id: string; readonly number: string; readonly by: Agent },
  deps: Ports<'state' | 'clock' | 'audit' | 'connections' | 'settings'>,
): Promise<Recovery> {
  const found = await readRecovery(id, deps);
  const connection = deps.connections.get(found.connection);
  if (connection === undefined) throw new FaceError('not_found');
  const check = (latest: Recovery): void => {
    const isOpen = stageOf(latest, deps.clock.now()) === 'approval';
    const takesHelpDesk = latest.isPrivileged || latest.secondThing === 'help_desk';
    if (!isOpen || !takesHelpDesk) throw new FaceError('recovery_not_waiting');
    // A person with a key and a sign-in would count as two.
    const { takesKeys, privileged } = recoveryAt(connection).policy;
    const mayUseKey = takesKeys && (!latest.isPrivileged || privileged.takesKeys);
    if (!mayUseKey && by.means === 'key') throw new FaceError('role_missing');
    const earlier = [latest.begunBy, ...latest.approvals];
    if (earlier.some((each) => each?.byId === by.id)) throw new FaceError('approver_same');
    if (latest.number !== toPlainCode(number)) throw new FaceError('recovery_number_wrong');
  };
  const managers = [...found.approvals, ...found.approving].flatMap(({ byId }) =>
    byId.startsWith(managerPrefix) ? [byId.slice(managerPrefix.length)] : [],
  );
  // A manager who was asked may approve while this request is under way.
  const asked = found.managerStepUp === null ? [] : [found.managerStepUp.manager];
  for (const subject of new Set([found.subject, ...managers, ...asked])) {
    const account = await connection.profile.readAccount(subject);
    if (isAccountOf(account, { byId: by.id, by: by.name })) throw new FaceError('approver_same');
  }
  await consumeLimit('approvalsOfRecovery', id, deps);
  return addApproval(found, { byId: by.id, by: by.name }, check, deps);
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
