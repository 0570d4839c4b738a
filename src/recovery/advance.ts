import { z } from 'zod';
import { nameAction } from '../core/action.js';
import type { Connection } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { Credential } from '../core/secrets.js';
import { addSec } from '../core/units.js';
import { hasEndedSince } from '../enrolment/revoke.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';
import { isByFace } from '../step-up/record.js';
import { readStepUp, type StartedStepUp, startStepUp, takeStepUp } from '../step-up/step-up.js';
import { addApproval, isAccountOf, managerPrefix } from './approve.js';
import { type ApprovingManager, checkEligible, findQuietManager } from './eligibility.js';
import { managersApproval, type RecoveryFlow } from './flow.js';
import { tellOfDelay, toLinkMessage } from './notices.js';
import { noteProviderRefuses } from './provider-refusal.js';
import {
  approvalLifeSec,
  approvalsNeeded,
  changeRecovery,
  listRecovery,
  type Recovery,
  readRecovery,
  recoveryAt,
  stageOf,
} from './record.js';

export type AdvanceDeps = Ports<
  | 'state'
  | 'clock'
  | 'random'
  | 'audit'
  | 'log'
  | 'verifier'
  | 'keys'
  | 'delivery'
  | 'settings'
  | 'brandOf'
  | 'linkOf'
  | 'issuer'
>;

interface Open {
  readonly recovery: Recovery;
  readonly connection: Connection;
}

interface Visited extends Open {
  /** Network of the caller, against which failures count before anything is proven. */
  readonly source: string;
}

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
  const { id, subject, isProven, begunBy } = recovery;
  if (stageOf(recovery, deps.clock.now()) !== 'face') throw new FaceError('step_up_finished');
  await consumeLimit('recoveryChecksOfRecovery', id, deps);
  const check: RecoveryFlow = {
    kind: 'recovery',
    countsAs: begunBy !== null ? 'recovery_link' : isProven ? 'proven_recovery' : 'recovery',
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
  await changeRecovery(id, (found) => ({ ...found, stepUpId: started.id }), deps);
  return started;
}

/**
 * Takes a passed face check, checks whether the person may recover, and asks for what is still missing.
 * @returns the recovery as it stands
 * @throws `face_not_verified` after a failed check; `locked_out`; `profile_unavailable`, `delivery_failed`, after which
 * it can be called again
 */
export async function advanceRecovery({ recovery, connection, source }: Visited, deps: AdvanceDeps): Promise<Recovery> {
  const stage = stageOf(recovery, deps.clock.now());
  if (stage === 'face') {
    if (recovery.stepUpId === null) return recovery;
    const passed = recovery.faceAt === null ? await takePassedCheck(recovery, recovery.stepUpId, deps) : recovery;
    if (passed.faceAt === null) return passed;
    const eligible = await decideEligibility({ recovery: passed, connection }, deps);
    return eligible.state === 'open' ? advanceRecovery({ recovery: eligible, connection, source }, deps) : eligible;
  }
  if (stage !== 'approval' && stage !== 'delay') return recovery;
  const told = await startDelay({ recovery, connection }, deps);
  if (stage !== 'approval' || told.secondThing !== 'manager') return told;
  if (told.managerStepUp !== null) return takeManagersApproval({ recovery: told, connection }, deps);
  return told.approvals.some(isManagers) ? told : askManager({ recovery: told, connection, source }, deps);
}

async function takePassedCheck(recovery: Recovery, stepUpId: string, deps: AdvanceDeps): Promise<Recovery> {
  const { state } = await readStepUp(stepUpId, deps);
  if (state === 'started' || state === 'captured') return recovery;
  const refuse = async (): Promise<never> => {
    // Another check may follow a failed one.
    await changeRecovery(recovery.id, (found) => ({ ...found, stepUpId: null }), deps);
    throw new FaceError('face_not_verified');
  };
  if (state !== 'passed') return refuse();
  const { pass, subject, connection } = await takeStepUp(stepUpId, deps);
  const isSame = subject === recovery.subject && connection === recovery.connection;
  if (pass === null || !isByFace(pass) || !isSame) return refuse();
  await consumeLimit('recoveriesOfPerson', JSON.stringify([connection, subject]), deps);
  const { at } = pass;
  // Listed first, so that nothing goes on that no one sees and nothing would revoke.
  await listRecovery(recovery, deps);
  const detail = { id: recovery.id, stepUpId, secondThing: recovery.secondThing ?? 'help_desk' };
  await deps.audit.append({ action: 'recovery_face_passed', connection, subject, detail });
  return changeRecovery(recovery.id, (found) => ({ ...found, faceAt: found.faceAt ?? at }), deps);
}

/** Errors that end a recovery. After others it can be continued. */
export const endings: readonly FaceErrorCode[] = [
  'recovery_too_soon',
  'recovery_privileged',
  'recovery_manager_missing',
  'credential_refused',
  'provider_refused',
  'subject_unknown',
];

/** What `recovery_too_soon` says has changed. */
const changedGuard = z
  .object({ detail: z.object({ changed: z.string().optional() }) })
  .transform(({ detail }) => detail)
  .catch({});

/** Records why a recovery may not go on. */
export async function noteRefusal(
  { id, connection, subject }: Recovery,
  error: unknown,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<void> {
  const code = toCode(error);
  if (code === 'provider_refused') await noteProviderRefuses({ connection, subject }, deps);
  deps.log.info('recovery refused', { connection, code, cause: error instanceof FaceError ? error.detail : null });
  const { changed } = changedGuard.parse(error);
  await deps.audit.append({ action: 'recovery_refused', connection, subject, detail: { id, code, changed } });
}

/** Ends a recovery that may not go on. The person is told what to do. */
export async function refuseRecovery(
  recovery: Recovery,
  error: unknown,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<Recovery> {
  await noteRefusal(recovery, error, deps);
  const reason = toCode(error);
  return changeRecovery(
    recovery.id,
    (found) => (found.state === 'open' ? { ...found, state: 'ended', outcome: 'refused', reason } : found),
    deps,
  );
}

async function decideEligibility({ recovery, connection }: Open, deps: AdvanceDeps): Promise<Recovery> {
  const { id, subject, secondThing } = recovery;
  if (secondThing === null) throw new FaceError('step_up_finished');
  const { policy } = recoveryAt(connection);
  let isPrivileged: boolean;
  try {
    ({ isPrivileged } = await checkEligible({ connection, subject, secondThing }, deps));
  } catch (error) {
    if (!endings.includes(toCode(error))) throw error;
    return refuseRecovery(recovery, error, deps);
  }
  const now = deps.clock.now();
  const isTrial = policy.mode === 'evaluation';
  const eligible = await changeRecovery(
    id,
    (found) => {
      if (found.eligibleAt !== null || found.state !== 'open') return found;
      // A trial asks no one: neither the owners nor the manager.
      if (isTrial) return { ...found, isPrivileged, eligibleAt: now, state: 'ended', outcome: 'evaluated' };
      const waits = approvalsNeeded({ ...found, isPrivileged }) > 0;
      const delaySec = isPrivileged ? policy.privileged.delayHours * 3600 : 0;
      const expiresAt = waits ? addSec(now, delaySec + approvalLifeSec) : found.expiresAt;
      return { ...found, isPrivileged, eligibleAt: now, expiresAt };
    },
    deps,
  );
  await listRecovery(eligible, deps);
  if (isTrial && eligible.eligibleAt === now) {
    const detail = { id, secondThing, approvals: approvalsNeeded(eligible) };
    await deps.audit.append({ action: 'recovery_evaluated', connection: connection.id, subject, detail });
  }
  return eligible;
}

const sendingSec = 60;

/**
 * Reserves the sending of a message for this request.
 * @param isDue - false if it was sent since this request read the recovery
 * @returns false if another request sends it
 */
async function reserveSending(
  id: string,
  isDue: (found: Recovery) => boolean,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<boolean> {
  const now = deps.clock.now();
  const by = Buffer.from(deps.random(8)).toString('hex');
  const reserve = (found: Recovery): Recovery =>
    !isDue(found) || (found.sending !== null && found.sending.until > now)
      ? found
      : { ...found, sending: { by, until: addSec(now, sendingSec) } };
  return (await changeRecovery(id, reserve, deps)).sending?.by === by;
}

/** Starts the delay of a privileged person, after an owner was told. Until then, it is tried again at growing intervals. */
async function startDelay({ recovery, connection }: Open, deps: AdvanceDeps): Promise<Recovery> {
  const { id } = recovery;
  const now = deps.clock.now();
  const isDue = ({ isPrivileged, notBefore, tellAgain }: Recovery): boolean =>
    isPrivileged && notBefore === null && (tellAgain === null || tellAgain.at <= now);
  if (!isDue(recovery) || !(await reserveSending(id, isDue, deps))) return recovery;
  const from = addSec(now, recoveryAt(connection).policy.privileged.delayHours * 3600);
  const { told, isOwnerTold } = await tellOfDelay({ ...recovery, notBefore: from }, connection, deps);
  const note = (found: Recovery): Recovery => {
    const tries = (found.tellAgain?.tries ?? 0) + 1;
    const tellAgain = { tries, at: addSec(now, Math.min(30 * 2 ** tries, 3600)) };
    const notBefore = found.notBefore ?? (isOwnerTold ? from : null);
    return { ...found, sending: null, told: [...told], tellAgain, notBefore };
  };
  return changeRecovery(id, note, deps);
}

const isManagers = ({ byId }: Recovery['approvals'][number]): boolean => byId.startsWith(managerPrefix);

/** Returns the manager who may approve. Without one, the recovery is refused and returned. */
async function findManagerOrRefuse(
  { recovery, connection }: Open,
  deps: AdvanceDeps,
): Promise<ApprovingManager | Recovery> {
  try {
    return await findQuietManager({ connection, subject: recovery.subject }, deps);
  } catch (error) {
    if (!endings.includes(toCode(error))) throw error;
    return refuseRecovery(recovery, error, deps);
  }
}

/** Sends the manager a link to a face check that approves this recovery. */
async function askManager({ recovery, connection, source }: Visited, deps: AdvanceDeps): Promise<Recovery> {
  const { language, number, id, subject } = recovery;
  const manager = await findManagerOrRefuse({ recovery, connection }, deps);
  if ('state' in manager) return manager;
  if (!(await reserveSending(id, ({ managerStepUp }) => managerStepUp === null, deps))) return recovery;
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
  await deps.delivery.send(toLinkMessage('manager', message, deps.linkOf(started, language)));
  const detail = { id, stepUpId: started.id };
  await deps.audit.append({ action: 'recovery_manager_asked', connection: connection.id, subject, detail });
  const managerStepUp = { id: started.id, manager: manager.subject };
  return changeRecovery(id, (found) => ({ ...found, managerStepUp, sending: null }), deps);
}

/** A login that could change what the manager sees is left out. The page shows the number in any case. */
const toShown = (login: string): string => (/^[\w.@+-]{1,110}$/.test(login) ? login : 'An employee of yours');

async function takeManagersApproval({ recovery, connection }: Open, deps: AdvanceDeps): Promise<Recovery> {
  const { managerStepUp, id, eligibleAt } = recovery;
  if (managerStepUp === null || eligibleAt === null) return recovery;
  const { id: stepUpId, manager } = managerStepUp;
  const { state, pass, ...checked } = await readStepUp(stepUpId, deps);
  if (state === 'started' || state === 'captured') return recovery;
  const hasEnded = await hasEndedSince({ connection: connection.id, subject: manager }, eligibleAt, deps);
  if (pass === null || !isByFace(pass) || checked.subject !== manager || hasEnded)
    return refuseRecovery(recovery, new FaceError('face_not_verified'), deps);
  const current = await findManagerOrRefuse({ recovery, connection }, deps);
  if ('state' in current) return current;
  if (current.subject !== manager) return refuseRecovery(recovery, new FaceError('recovery_manager_missing'), deps);
  const account = await connection.profile.readAccount(manager);
  const byId = `${managerPrefix}${manager}`;
  const isTheirs = (found: Recovery): boolean =>
    stageOf(found, deps.clock.now()) === 'approval' &&
    found.managerStepUp?.id === stepUpId &&
    ![...found.approvals, ...found.approving].some((each) => each.byId !== byId && isAccountOf(account, each));
  if (!isTheirs(recovery)) return recovery;
  const check = (found: Recovery): void => {
    if (!isTheirs(found)) throw new FaceError('recovery_not_waiting');
  };
  return addApproval(recovery, { byId, by: 'manager' }, check, deps).catch((error: unknown) => {
    // Another request records it, or has recorded it.
    if (toCode(error) === 'recovery_not_waiting' || toCode(error) === 'approver_same') return readRecovery(id, deps);
    throw error;
  });
}
