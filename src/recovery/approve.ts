import { type Agent, findApproverProblem } from '../core/approver.js';
import type { ConnectedRecovery } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { foldCase } from '../core/fold-case.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { Account } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { toPlainCode } from '../core/written-codes.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import { changeRecovery, changeStage, type Recovery, readRecovery, recoveryAt, withStage } from './record.js';
import {
  type Approval,
  approvalsNeeded,
  isForHelpDesk,
  type Stage,
  type StageNow,
  type StageOf,
  stageAt,
  toApproved,
  toRevoking,
} from './stage.js';

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
 * @param check - returns why the approver may not approve the recovery as it is now, or `null`
 * @returns the recovery; or why it was not approved, such as `approver_same` if the approval is being recorded
 */
export async function addApproval(
  { id, connection, subject }: Pick<Recovery, 'id' | 'connection' | 'subject'>,
  { byId, by }: Approval,
  check: (stage: StageOf<'approval'>, latest: Recovery) => FaceErrorCode | null,
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<{ readonly recovery: Recovery; readonly refused: FaceErrorCode | null }> {
  const now = deps.clock.now();
  const until = addSec(now, approvingSec);
  const isOwn = (each: StageOf<'approval'>['approving'][number]): boolean => each.byId === byId && each.until === until;
  let refused: FaceErrorCode | null = 'recovery_not_waiting';
  const reserve = (latest: Recovery): Recovery => {
    const stage = stageAt(latest, now);
    refused = stage.kind === 'approval' ? check(stage, latest) : 'recovery_not_waiting';
    if (stage.kind !== 'approval' || refused !== null) return latest;
    const { proof } = stage;
    const approving = stage.approving.filter((each) => each.until > now);
    if (approving.some((each) => each.byId === byId)) refused = 'approver_same';
    else if (proof.approvals.length + approving.length >= approvalsNeeded(proof)) refused = 'recovery_not_waiting';
    if (refused !== null) return latest;
    return withStage(latest, { ...stage, approving: [...approving, { byId, by, until }] });
  };
  const reserved = await changeRecovery(id, reserve, deps);
  if (refused !== null) return { recovery: reserved, refused };
  await deps.audit.append({ action: 'recovery_approved', connection, subject, detail: { id, by } });
  refused = 'recovery_not_waiting';
  const count = (stage: StageOf<'approval'>): Stage => {
    const isHeld = stage.approving.some(isOwn);
    refused = isHeld ? null : 'recovery_not_waiting';
    if (!isHeld) return stage;
    return toApproved({
      ...stage,
      proof: { ...stage.proof, approvals: [...stage.proof.approvals, { byId, by }] },
      approving: stage.approving.filter((each) => !isOwn(each)),
      managerStepUp: byId.startsWith(managerPrefix) ? null : stage.managerStepUp,
    });
  };
  return { recovery: await changeStage(id, 'approval', count, deps), refused };
}

/** Returns why an administrator may not approve a recovery at its present stage, or `null`. */
export function findApprovalProblem(
  { begunBy }: Pick<Recovery, 'begunBy'>,
  stage: StageNow,
  by: Pick<Agent, 'id' | 'means'>,
  { takesKeys, privileged }: ConnectedRecovery['policy'],
): FaceErrorCode | null {
  if (stage.kind !== 'approval' || !isForHelpDesk(stage.proof)) return 'recovery_not_waiting';
  const { delay, approvals } = stage.proof;
  const earlier = [...(begunBy === null ? [] : [begunBy]), ...approvals].map(({ byId }) => byId);
  return findApproverProblem(by, { takesKeys: takesKeys && (delay === null || privileged.takesKeys), earlier });
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
  const { policy } = recoveryAt(connection);
  const check = (stage: StageOf<'approval'>, latest: Recovery): FaceErrorCode | null =>
    findApprovalProblem(latest, stage, by, policy) ??
    (latest.number === toPlainCode(number) ? null : 'recovery_number_wrong');
  const stage = stageAt(found, deps.clock.now());
  const given = stage.kind === 'approval' ? [...stage.proof.approvals, ...stage.approving] : [];
  const managers = given.flatMap(({ byId }) =>
    byId.startsWith(managerPrefix) ? [byId.slice(managerPrefix.length)] : [],
  );
  // A manager who was asked may approve while this request is under way.
  const asked = stage.kind === 'approval' && stage.managerStepUp !== null ? [stage.managerStepUp.manager] : [];
  for (const subject of new Set([found.subject, ...managers, ...asked])) {
    const account = await connection.profile.readAccount(subject);
    if (isAccountOf(account, { byId: by.id, by: by.name })) throw new FaceError('approver_same');
  }
  await consumeLimit('approvalsOfRecovery', id, deps);
  const { recovery, refused } = await addApproval(found, { byId: by.id, by: by.name }, check, deps);
  if (refused !== null) throw new FaceError(refused);
  return recovery;
}

/** Refuses a recovery, also after its end: its credential is revoked then. @throws `not_found` */
export async function denyRecovery(
  { id, by }: { readonly id: string; readonly by: Agent },
  deps: Ports<'state' | 'audit'>,
): Promise<Recovery> {
  const { connection, subject } = await readRecovery(id, deps);
  await deps.audit.append({ action: 'recovery_denied', connection, subject, detail: { id, by: by.name } });
  return changeRecovery(id, (found) => withStage(found, toRevoking(found.stage, { alsoSeen: true })), deps);
}
