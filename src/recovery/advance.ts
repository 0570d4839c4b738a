import { nameAction } from '../core/action.js';
import { type ConnectedSubject, type Connection, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { Account } from '../core/ports.js';
import type { Credential } from '../core/secrets.js';
import { addSec } from '../core/units.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';
import { toCheckMessage } from '../step-up/codes/one-time-codes.js';
import { isByFace } from '../step-up/record.js';
import { readStepUp, type StartedStepUp, startStepUp, takeStepUp } from '../step-up/step-up.js';
import { checkEligible, checkQuietFace } from './eligibility.js';
import { tellOfDelay } from './notices.js';
import {
  approvalLifeSec,
  approvalsNeeded,
  changeRecovery,
  listRecovery,
  type Recovery,
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
 * Starts the face check. Before anything is proven, its failures count against the caller's network.
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
  const { id, subject, isProven } = recovery;
  if (stageOf(recovery, deps.clock.now()) !== 'face') throw new FaceError('step_up_finished');
  await consumeLimit('recoveryChecksOfRecovery', id, deps);
  const started = await startStepUp(
    {
      connection,
      subject,
      callerHeldToken: null,
      receipt: null,
      hookSignIn: null,
      assurance: isProven ? { kind: 'first_factor' } : { kind: 'anonymous', source },
      browser,
      // A hand-off could bring the face of another person, in front of another screen, to this browser.
      forbidHandOff: true,
      application: deps.issuer,
      returnUrl,
    },
    deps,
  );
  await changeRecovery(id, (found) => ({ ...found, stepUpId: started.id }), deps);
  return started;
}

/**
 * Takes a passed face check, checks whether the person may recover, and asks for what is still missing.
 * @returns the recovery as it stands
 * @throws `face_not_verified` after a failed check; `locked_out`; `profile_unavailable`, after which it can be called
 * again
 */
export async function advanceRecovery({ recovery, connection, source }: Visited, deps: AdvanceDeps): Promise<Recovery> {
  const stage = stageOf(recovery, deps.clock.now());
  if (stage === 'approval' && recovery.managerStepUp !== null) return takeManagersApproval(recovery, deps);
  if (stage !== 'face' || recovery.stepUpId === null) return recovery;
  const passed = recovery.faceAt === null ? await takePassedCheck(recovery, recovery.stepUpId, deps) : recovery;
  if (passed.faceAt === null) return passed;
  return decideEligibility({ recovery: passed, connection, source }, deps);
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
  const seen = await changeRecovery(recovery.id, (found) => ({ ...found, faceAt: at }), deps);
  await listRecovery(seen, deps);
  const detail = { id: seen.id, stepUpId, secondThing: seen.secondThing ?? 'help_desk' };
  await deps.audit.append({ action: 'recovery_face_passed', connection, subject, detail });
  return seen;
}

/** Errors that end a recovery. After others it can be continued. */
const endings: readonly FaceErrorCode[] = [
  'recovery_too_soon',
  'recovery_privileged',
  'credential_refused',
  'subject_unknown',
];

/** Ends a recovery that may not go on. The reason is recorded, and the person is told what to do. */
export async function refuseRecovery(
  recovery: Recovery,
  error: unknown,
  deps: Ports<'state' | 'audit' | 'log'>,
): Promise<Recovery> {
  const code = toCode(error);
  const { id, connection, subject } = recovery;
  const cause = error instanceof FaceError ? error.detail : null;
  deps.log.info('recovery refused', { connection, code, cause });
  await deps.audit.append({ action: 'recovery_refused', connection, subject, detail: { id, code } });
  return changeRecovery(
    id,
    (found) => (found.state === 'open' ? { ...found, state: 'ended', outcome: 'refused', reason: code } : found),
    deps,
  );
}

async function decideEligibility({ recovery, connection, source }: Visited, deps: AdvanceDeps): Promise<Recovery> {
  const { id, subject, secondThing } = recovery;
  if (secondThing === null) throw new FaceError('step_up_finished');
  const person = { connection, subject };
  const { policy } = recoveryAt(connection);
  let isPrivileged: boolean;
  try {
    ({ isPrivileged } = await checkEligible({ ...person, secondThing }, deps));
  } catch (error) {
    if (!endings.includes(toCode(error))) throw error;
    return refuseRecovery(recovery, error, deps);
  }
  const now = deps.clock.now();
  const eligible = await changeRecovery(
    id,
    (found) => {
      const notBefore = isPrivileged ? addSec(now, policy.privileged.delayHours * 3600) : null;
      const waits = approvalsNeeded({ ...found, isPrivileged }) > 0;
      const expiresAt = waits ? addSec(notBefore ?? now, approvalLifeSec) : found.expiresAt;
      return { ...found, isPrivileged, notBefore, eligibleAt: now, expiresAt };
    },
    deps,
  );
  if (isPrivileged) await tellOfDelay(eligible, connection, deps);
  if (secondThing !== 'manager') return eligible;
  return askManager(eligible, { ...person, source }, deps);
}

/** Sends the manager a link to a face check that approves this recovery. */
async function askManager(
  recovery: Recovery,
  person: ConnectedSubject & { readonly source: string },
  deps: AdvanceDeps,
): Promise<Recovery> {
  const { connection, source } = person;
  const manager = await findManager(person);
  if (manager === null || manager.email === null || manager.subject === person.subject)
    return refuseRecovery(recovery, new FaceError('recovery_manager_missing'), deps);
  try {
    await checkQuietFace({ connection, subject: manager.subject }, deps);
  } catch (error) {
    return refuseRecovery(recovery, error, deps);
  }
  const account = await connection.profile.readAccount(person.subject);
  const { language, number, id } = recovery;
  const started = await startStepUp(
    {
      connection,
      subject: manager.subject,
      // Anyone who reads the manager's mail must not enrol a face of their own with this link.
      assurance: { kind: 'anonymous', source },
      callerHeldToken: null,
      receipt: null,
      hookSignIn: null,
      action: nameAction({
        type: 'facestep_action',
        title: 'Approve an account recovery',
        lines: [toShown(account.login), `Number: ${number}`],
      }),
      lifeSec: approvalLifeSec,
    },
    deps,
  );
  const brand = await deps.brandOf(connection);
  const message = { channel: 'email', to: manager.email, language, brand } as const;
  await deps.delivery.send(toCheckMessage(message, deps.linkOf(started, language)));
  const detail = { id, stepUpId: started.id };
  await deps.audit.append({ action: 'recovery_manager_asked', ...toSubjectRef(person), detail });
  const managerStepUp = { id: started.id, manager: manager.subject };
  return changeRecovery(id, (found) => ({ ...found, managerStepUp }), deps);
}

/** A login that could change what the manager sees is left out. The page shows the number in any case. */
const toShown = (login: string): string => (/^[\w.@+-]{1,110}$/.test(login) ? login : 'An employee of yours');

async function findManager({ connection, subject }: ConnectedSubject): Promise<Account | null> {
  const { profile } = connection;
  const { managerClaim } = recoveryAt(connection).policy;
  if (managerClaim === null) return (await profile.findManager?.(subject)) ?? null;
  const claims = await profile.readClaims(subject, [managerClaim]);
  const named = claims.use((found) => found[managerClaim]);
  if (typeof named !== 'string' || named === '') return null;
  const byLogin = await profile.findAccount(named);
  if (byLogin !== null) return byLogin;
  const byId = await profile.readAccount(named).catch((error: unknown) => {
    if (toCode(error) === 'subject_unknown') return null;
    throw error;
  });
  // Some providers also find users by login.
  return byId?.subject === named ? byId : null;
}

async function takeManagersApproval(recovery: Recovery, deps: AdvanceDeps): Promise<Recovery> {
  const { managerStepUp, id, connection, subject } = recovery;
  if (managerStepUp === null) return recovery;
  const { id: stepUpId, manager } = managerStepUp;
  const { state, pass, ...checked } = await readStepUp(stepUpId, deps);
  if (state === 'started' || state === 'captured') return recovery;
  if (pass === null || !isByFace(pass) || checked.subject !== manager)
    return refuseRecovery(recovery, new FaceError('face_not_verified'), deps);
  const taken = { byId: `manager:${manager}`, by: 'manager' };
  await deps.audit.append({ action: 'recovery_approved', connection, subject, detail: { id, by: taken.by } });
  return changeRecovery(
    id,
    (found) => ({ ...found, managerStepUp: null, approvals: [...found.approvals, taken] }),
    deps,
  );
}
