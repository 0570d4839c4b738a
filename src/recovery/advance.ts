import { nameAction } from '../core/action.js';
import type { CoreDeps, Ports } from '../core/deps.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { Credential } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { hasEndedSince } from '../enrolment/revoke.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import { isByFace } from '../step-up/record.js';
import { readStepUp, type StartedStepUp, startStepUp, takeStepUp } from '../step-up/step-up.js';
import { addApproval, isAccountOf, managerPrefix } from './approve.js';
import { checkEligible, findQuietManager, orRefused, type Refusal, refusal } from './eligibility.js';
import { managersApproval, type RecoveryFlow } from './flow.js';
import { tellOfDelay, toRecoveryMessage } from './notices.js';
import { noteProviderRefuses } from './provider-refusal.js';
import {
  changeRecovery,
  changeStage,
  listRecovery,
  type OpenRecovery,
  type Recovery,
  recoveryAt,
  type Visited,
  withStage,
} from './record.js';
import {
  type Approval,
  approvalLifeSec,
  approvalsNeeded,
  type Delay,
  isProvenFirst,
  proofOf,
  type StageOf,
  stageAt,
  toApproved,
  toRefused,
} from './stage.js';

export type AdvanceDeps = Omit<CoreDeps, 'signer'> & Ports<'keys' | 'delivery' | 'brandOf' | 'linkOf'>;

/**
 * Starts the face check. Its failures count against recoveries of this person, never against sign-ins; before anything is
 * proven, also against the caller's network.
 * @throws `step_up_finished` if it is not the time for it; `locked_out` after too many recoveries of the person
 */
export async function startRecoveryCheck(
  {
    recovery,
    connection,
    source,
    browser,
    returnUrl,
  }: Visited & { readonly browser: Credential; readonly returnUrl: string },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings' | 'issuer'>,
): Promise<StartedStepUp> {
  const { id, subject, begunBy } = recovery;
  const stage = stageAt(recovery, deps.clock.now());
  if (stage.kind !== 'face') throw new FaceError('step_up_finished');
  const isProven = isProvenFirst(stage.secondThing);
  await consumeLimit('recoveryChecksOfRecovery', id, deps);
  const check: RecoveryFlow = {
    kind: 'recovery',
    countsAs: begunBy !== null ? 'recovery_link' : isProven ? 'proven_recovery' : 'recovery',
    asksDocument: stage.secondThing === 'document',
  };
  const started = await startStepUp(
    {
      connection,
      subject,
      assurance: isProven ? { kind: 'first_factor' } : { kind: 'anonymous', source },
      browser,
      application: deps.issuer,
      returnUrl,
    },
    check,
    deps,
  );
  await changeStage(id, 'face', (found) => ({ ...found, stepUpId: started.id }), deps);
  return started;
}

/**
 * State of the check that a recovery waits for: the person's, or the manager's. `continue`: `advanceRecovery` goes on.
 * Changes nothing.
 */
export async function readCheck(
  recovery: Recovery,
  deps: Ports<'state' | 'clock'>,
): Promise<'open' | 'failed' | 'continue'> {
  const stage = stageAt(recovery, deps.clock.now());
  if (stage.kind === 'checked') return 'continue';
  const id =
    stage.kind === 'face' ? stage.stepUpId : stage.kind === 'approval' ? (stage.managerStepUp?.id ?? null) : null;
  if (id === null) return 'open';
  const { state } = await readStepUp(id, deps);
  if (state === 'started' || state === 'captured') return 'open';
  return stage.kind === 'approval' || state === 'passed' ? 'continue' : 'failed';
}

/**
 * Takes a passed face check, checks whether the person may recover, and asks for what is still missing.
 * @returns the recovery as it stands, unchanged after a failed check, which another one may follow
 * @throws `locked_out`; `profile_unavailable`, `delivery_failed`, after which it can be called again
 */
export async function advanceRecovery({ recovery, connection, source }: Visited, deps: AdvanceDeps): Promise<Recovery> {
  const stage = stageAt(recovery, deps.clock.now());
  switch (stage.kind) {
    case 'face': {
      const checked = await takePassedCheck(recovery, stage, deps);
      return checked.stage.kind === 'checked'
        ? decideEligibility({ recovery: checked, connection, source }, deps)
        : checked;
    }
    case 'checked':
      return decideEligibility({ recovery, connection, source }, deps);
    case 'approval':
    case 'delay': {
      const told = await startDelay({ recovery, connection }, deps);
      return told.stage.kind === 'approval' ? askOrTake(told, told.stage, { connection, source }, deps) : told;
    }
    default:
      return recovery;
  }
}

async function takePassedCheck(
  recovery: Recovery,
  { stepUpId, secondThing }: StageOf<'face'>,
  deps: AdvanceDeps,
): Promise<Recovery> {
  if (stepUpId === null || (await readStepUp(stepUpId, deps)).state !== 'passed') return recovery;
  const { pass, subject, connection } = await takeStepUp(stepUpId, deps);
  const isSame = subject === recovery.subject && connection === recovery.connection;
  if (pass === null || !isByFace(pass) || !isSame) throw new FaceError('face_not_verified');
  await consumeLimit('recoveriesOfPerson', JSON.stringify([connection, subject]), deps);
  const faceAt = pass.at;
  // Listed first, so that nothing goes on that no one sees and nothing would revoke.
  await listRecovery(recovery, deps);
  const detail = { id: recovery.id, stepUpId, secondThing };
  await deps.audit.append({ action: 'recovery_face_passed', connection, subject, detail });
  return changeStage(
    recovery.id,
    'face',
    (found) => ({ kind: 'checked', secondThing: found.secondThing, faceAt }),
    deps,
  );
}

/** Records why a recovery may not go on. */
export async function noteRefusal(
  { id, connection, subject }: Recovery,
  { reason: code, changed, detail: cause }: Refusal,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<void> {
  if (code === 'provider_refused') await noteProviderRefuses({ connection, subject }, deps);
  deps.log.info('recovery refused', { connection, code, cause });
  await deps.audit.append({ action: 'recovery_refused', connection, subject, detail: { id, code, changed } });
}

/** Ends a recovery that may not go on. The person is told what to do. */
export async function refuseRecovery(
  recovery: Recovery,
  refused: Refusal,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<Recovery> {
  await noteRefusal(recovery, refused, deps);
  return changeRecovery(recovery.id, (found) => withStage(found, toRefused(found.stage, refused.reason)), deps);
}

async function decideEligibility({ recovery, connection, source }: Visited, deps: AdvanceDeps): Promise<Recovery> {
  const { id, subject } = recovery;
  const proof = proofOf(recovery.stage);
  if (proof === null) return recovery;
  const { secondThing } = proof;
  const { policy } = recoveryAt(connection);
  const verdict = await orRefused(checkEligible({ connection, subject, secondThing }, deps));
  if (verdict.kind === 'refused') return refuseRecovery(recovery, verdict, deps);
  const { isPrivileged } = verdict;
  const now = deps.clock.now();
  const delay = isPrivileged ? { notBefore: null, told: [], tellAgain: null } : null;
  const needed = approvalsNeeded({ secondThing, delay });
  // A trial asks no one: neither the owners nor the manager.
  const isTrial = policy.mode === 'evaluation';
  const delaySec = isPrivileged ? policy.privileged.delayHours * 3600 : 0;
  const expiresAt = !isTrial && needed > 0 ? addSec(now, delaySec + approvalLifeSec) : recovery.expiresAt;
  let isDecidedHere = false;
  const eligible = await changeRecovery(
    id,
    (found) => {
      isDecidedHere = found.stage.kind === 'checked';
      const checked = proofOf(found.stage);
      if (!isDecidedHere || checked === null) return found;
      const asked = { ...checked, delay };
      const waiting = { kind: 'approval', managerStepUp: null, sending: null } as const;
      if (isTrial) return { ...found, stage: { kind: 'evaluated', proof: asked } };
      return { ...found, expiresAt, stage: toApproved({ ...waiting, approving: [], proof: asked, eligibleAt: now }) };
    },
    deps,
  );
  await listRecovery(eligible, deps);
  if (isTrial && isDecidedHere) {
    const detail = { id, secondThing, approvals: needed };
    await deps.audit.append({ action: 'recovery_evaluated', connection: connection.id, subject, detail });
  }
  return advanceRecovery({ recovery: eligible, connection, source }, deps);
}

/** After this time, another request may send if the one that reserved it failed, also at a limit. */
const sendingSec = 60;

type Sending = StageOf<'approval' | 'delay'>;

const sendingIn = ({ stage }: Recovery): Sending | null =>
  stage.kind === 'approval' || stage.kind === 'delay' ? stage : null;

/**
 * Reserves the sending of a message for this request.
 * @param isDue - false if it was sent since this request read the recovery
 * @returns false if another request sends it
 */
async function reserveSending(
  id: string,
  isDue: (stage: Sending) => boolean,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<boolean> {
  const now = deps.clock.now();
  const by = Buffer.from(deps.random(8)).toString('hex');
  const reserve = (found: Recovery): Recovery => {
    const stage = sendingIn(found);
    if (stage === null || !isDue(stage) || (stage.sending !== null && stage.sending.until > now)) return found;
    return withStage(found, { ...stage, sending: { by, until: addSec(now, sendingSec) } });
  };
  return sendingIn(await changeRecovery(id, reserve, deps))?.sending?.by === by;
}

/** Starts the delay of a privileged person, after an owner was told. Until then, it is tried again at growing intervals. */
async function startDelay({ recovery, connection }: OpenRecovery, deps: AdvanceDeps): Promise<Recovery> {
  const { id } = recovery;
  const now = deps.clock.now();
  const isDue = ({ proof: { delay } }: Sending): boolean =>
    delay !== null && delay.notBefore === null && (delay.tellAgain === null || delay.tellAgain.at <= now);
  const stage = sendingIn(recovery);
  if (stage === null || !isDue(stage) || !(await reserveSending(id, isDue, deps))) return recovery;
  const from = addSec(now, recoveryAt(connection).policy.privileged.delayHours * 3600);
  const { told, isOwnerTold } = await tellOfDelay(
    recovery,
    { told: stage.proof.delay?.told ?? [], from },
    connection,
    deps,
  );
  const toTold = ({ tellAgain: last, notBefore }: Delay): Delay => {
    const tries = (last?.tries ?? 0) + 1;
    const tellAgain = { tries, at: addSec(now, Math.min(30 * 2 ** tries, 3600)) };
    return { told: [...told], tellAgain, notBefore: notBefore ?? (isOwnerTold ? from : null) };
  };
  const note = (found: Recovery): Recovery => {
    const latest = sendingIn(found);
    const delay = latest?.proof.delay ?? null;
    if (latest === null || delay === null) return found;
    return withStage(found, { ...latest, sending: null, proof: { ...latest.proof, delay: toTold(delay) } });
  };
  return changeRecovery(id, note, deps);
}

const isManagers = ({ byId }: Approval): boolean => byId.startsWith(managerPrefix);

/** Asks the manager to approve, or takes the approval. */
async function askOrTake(
  recovery: Recovery,
  { proof, managerStepUp, eligibleAt }: StageOf<'approval'>,
  { connection, source }: Pick<Visited, 'connection' | 'source'>,
  deps: AdvanceDeps,
): Promise<Recovery> {
  if (proof.secondThing !== 'manager' || proof.approvals.some(isManagers)) return recovery;
  if (managerStepUp === null) return askManager({ recovery, connection, source }, deps);
  return takeManagersApproval({ recovery, connection }, managerStepUp, eligibleAt, deps);
}

/** Sends the manager a link to a face check that approves this recovery. */
async function askManager({ recovery, connection, source }: Visited, deps: AdvanceDeps): Promise<Recovery> {
  const { language, number, id, subject } = recovery;
  const manager = await orRefused(findQuietManager({ connection, subject }, deps));
  if (manager.kind === 'refused') return refuseRecovery(recovery, manager, deps);
  const isDue = (stage: Sending): boolean => stage.kind === 'approval' && stage.managerStepUp === null;
  // A manager who has approved as an administrator cannot approve twice.
  const approver = await connection.profile.readAccount(manager.subject);
  if (proofOf(recovery.stage)?.approvals.some((each) => isAccountOf(approver, each))) return recovery;
  if (!(await reserveSending(id, isDue, deps))) return recovery;
  await consumeLimit('managerLinksOfPerson', JSON.stringify([connection.id, subject]), deps);
  const account = await connection.profile.readAccount(subject);
  const started = await startStepUp(
    {
      connection,
      subject: manager.subject,
      // Anyone who reads the manager's mail must not enrol a face of their own with this link.
      assurance: { kind: 'anonymous', source },
      action: nameAction({
        type: 'facestep_action',
        title: 'Approve an account recovery',
        lines: [toShown(account.login), `Number: ${number}`],
      }),
      lifeSec: approvalLifeSec,
    },
    managersApproval,
    deps,
  );
  const brand = await deps.brandOf(connection);
  const message = { channel: 'email', to: manager.email, language, brand } as const;
  await deps.delivery.send(toRecoveryMessage('manager', message, deps.linkOf(started, language)));
  const detail = { id, stepUpId: started.id };
  await deps.audit.append({ action: 'recovery_manager_asked', connection: connection.id, subject, detail });
  const managerStepUp = { id: started.id, manager: manager.subject };
  return changeStage(id, 'approval', (found) => ({ ...found, managerStepUp, sending: null }), deps);
}

/** A login that could change what the manager sees is left out. The page shows the number in any case. */
const toShown = (login: string): string => (/^[\w.@+-]{1,110}$/.test(login) ? login : 'An employee of yours');

async function takeManagersApproval(
  { recovery, connection }: OpenRecovery,
  { id: stepUpId, manager }: NonNullable<StageOf<'approval'>['managerStepUp']>,
  eligibleAt: EpochMs,
  deps: AdvanceDeps,
): Promise<Recovery> {
  const { state, pass, ...checked } = await readStepUp(stepUpId, deps);
  if (state === 'started' || state === 'captured') return recovery;
  const hasEnded = await hasEndedSince({ connection: connection.id, subject: manager }, eligibleAt, deps);
  if (pass === null || !isByFace(pass) || checked.subject !== manager || hasEnded)
    return refuseRecovery(recovery, refusal('face_not_verified'), deps);
  const current = await orRefused(findQuietManager({ connection, subject: recovery.subject }, deps));
  if (current.kind === 'refused') return refuseRecovery(recovery, current, deps);
  if (current.subject !== manager) return refuseRecovery(recovery, refusal('recovery_manager_missing'), deps);
  const account = await connection.profile.readAccount(manager);
  const byId = `${managerPrefix}${manager}`;
  let isTaken = false;
  const check = ({ managerStepUp, proof, approving }: StageOf<'approval'>): FaceErrorCode | null => {
    if (managerStepUp?.id !== stepUpId) return 'recovery_not_waiting';
    isTaken = [...proof.approvals, ...approving].some((each) => each.byId !== byId && isAccountOf(account, each));
    return isTaken ? 'approver_same' : null;
  };
  // If it is refused for another reason, another request records it, or has recorded it.
  const { recovery: latest } = await addApproval(recovery, { byId, by: 'manager' }, check, deps);
  if (!isTaken) return latest;
  return changeStage(recovery.id, 'approval', (found) => ({ ...found, managerStepUp: null }), deps);
}
