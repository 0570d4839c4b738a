import type { Connection, SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { AccountRecovery, IssuedCredential, RecoveryCredentialKind } from '../core/ports.js';
import type { Credential, RecoveryCredential } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { type AdvanceDeps, endings, noteRefusal, refuseRecovery } from './advance.js';
import { checkEligible } from './eligibility.js';
import { tellOfRecovery } from './notices.js';
import { noteProviderAccepts } from './provider-refusal.js';
import { issueRecoveryReceipt } from './receipt.js';
import {
  changeRecovery,
  isOf,
  listRecovery,
  type Recovery,
  readRecoveries,
  readRecovery,
  recoveryAt,
  stageOf,
} from './record.js';

/** Longer than every provider's timeout. After it, a credential that was being issued is revoked. */
const issuingSec = 180;
/** Time in which the person confirms that they have noted the credential. */
const confirmSec = 5 * 60;
const lockSec = 10 * 60;

/** What a recovery ends in. */
export type Ending =
  | {
      readonly kind: RecoveryCredentialKind;
      readonly credential: RecoveryCredential;
      readonly expiresAt: EpochMs | null;
    }
  | { readonly kind: 'receipt'; readonly receipt: Credential }
  | { readonly kind: 'refused'; readonly recovery: Recovery };

/**
 * Ends a recovery in a credential, which is returned once and stored nowhere. Everything is checked again, because days
 * may have passed.
 * @throws `step_up_finished` unless everything is proven; `recovery_running`; `limit_reached`; `profile_unavailable`,
 * after which nothing has changed at the provider, or is revoked
 */
export async function finishRecovery(
  { recovery, connection }: { readonly recovery: Recovery; readonly connection: Connection },
  deps: AdvanceDeps & Ports<'signer'>,
): Promise<Ending> {
  const { id, subject, secondThing } = recovery;
  const { policy, issuer } = recoveryAt(connection);
  if (stageOf(recovery, deps.clock.now()) !== 'ready' || secondThing === null || policy.mode !== 'on')
    throw new FaceError('step_up_finished');
  try {
    const { isPrivileged } = await checkEligible({ connection, subject, secondThing }, deps);
    // Someone who has become privileged meanwhile has not waited.
    if (isPrivileged && !recovery.isPrivileged) throw new FaceError('recovery_privileged');
  } catch (error) {
    if (!endings.includes(toCode(error))) throw error;
    return { kind: 'refused', recovery: await refuseRecovery(recovery, error, deps) };
  }
  const who = { connection: connection.id, subject };
  await listRecovery(recovery, deps);
  await holdIssuing(who, id, deps);
  const taken = await take(id, deps);
  if (issuer === null) {
    const receipt = await issueReceiptOnce(taken, connection, deps);
    void tellOfRecovery(taken, connection, deps);
    return { kind: 'receipt', receipt };
  }
  await deps.audit.append({ action: 'recovery_issuing', ...who, detail: { id, credential: issuer.credentialKind } });
  const issued = await issue(taken, issuer, deps);
  if (issued === null) return { kind: 'refused', recovery: await readRecovery(id, deps) };
  await noteProviderAccepts(connection.id, deps);
  void tellOfRecovery(taken, connection, deps);
  return { kind: issuer.credentialKind, credential: issued.credential, expiresAt: issued.expiresAt };
}

/** Leaves the state `ready`, which only one of several requests can do. @throws `step_up_finished` */
function take(id: string, deps: Ports<'state' | 'clock'>): Promise<Recovery> {
  const now = deps.clock.now();
  return changeRecovery(
    id,
    (found) => {
      if (stageOf(found, now) !== 'ready') throw new FaceError('step_up_finished');
      return { ...found, state: 'issuing', issuedAt: now, revokeAt: addSec(now, issuingSec) };
    },
    deps,
  );
}

/** Changes a recovery that is being issued. One that was ended meanwhile stays as it is. */
const settle = (
  id: string,
  change: Partial<Pick<Recovery, 'state' | 'outcome' | 'reason' | 'revokeAt'>>,
  deps: Ports<'state'>,
): Promise<Recovery> =>
  changeRecovery(id, (found) => (found.state === 'issuing' ? { ...found, ...change } : found), deps);

async function issueReceiptOnce(
  recovery: Recovery,
  connection: Connection,
  deps: AdvanceDeps & Ports<'signer'>,
): Promise<Credential> {
  const { id } = recovery;
  try {
    const receipt = await issueRecoveryReceipt(recovery, connection, deps);
    await settle(id, { state: 'ended', outcome: 'recovered', revokeAt: null }, deps);
    return receipt;
  } catch (error) {
    await settle(id, { state: 'open', revokeAt: null }, deps);
    throw error;
  } finally {
    await releaseIssuing(recovery, deps);
  }
}

const lockKey = ({ connection, subject }: SubjectRef): string => `recovery-of:${connection}:${subject}`;

/** Two recoveries of a person never issue at the same time. @throws `recovery_running` */
async function holdIssuing(who: SubjectRef, id: string, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const expiresAt = addSec(clock.now(), lockSec);
  if (await state.write(lockKey(who), id, { when: 'absent', expiresAt })) return;
  if (!(await isLockedBy(who, id, { state }))) throw new FaceError('recovery_running');
}

const isLockedBy = async (who: SubjectRef, id: string, { state }: Ports<'state'>): Promise<boolean> =>
  (await state.read(lockKey(who)))?.value === id;

async function releaseIssuing(recovery: Recovery, { state }: Ports<'state'>): Promise<void> {
  if (await isLockedBy(recovery, recovery.id, { state })) await state.delete(lockKey(recovery));
}

/** @returns `null` if the provider refused, so that nothing was changed */
async function issue(
  recovery: Recovery,
  issuer: AccountRecovery,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<IssuedCredential | null> {
  const { id, subject } = recovery;
  let issued: IssuedCredential;
  try {
    issued = await issuer.issueCredential(subject);
  } catch (error) {
    const code = toCode(error);
    if (code === 'credential_refused' || code === 'subject_unknown') {
      await noteRefusal(recovery, error, deps);
      await settle(id, { state: 'ended', outcome: 'refused', reason: code, revokeAt: null }, deps);
      await releaseIssuing(recovery, deps);
      return null;
    }
    // The provider may have issued it nevertheless. The job revokes it, also if the provider does not answer now.
    await settle(id, { state: 'revoking', outcome: 'refused', reason: code, revokeAt: null }, deps);
    throw error;
  }
  await show(recovery, issued, issuer, deps);
  return issued;
}

/** Records an issued credential before it is shown. @throws if it must not be shown, because no one could revoke it */
async function show(
  recovery: Recovery,
  issued: IssuedCredential,
  issuer: AccountRecovery,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<void> {
  const { id, connection, subject, secondThing } = recovery;
  const kind = issuer.credentialKind;
  const credential = { id: issued.id, kind, expiresAt: issued.expiresAt };
  const revokeAt = addSec(deps.clock.now(), confirmSec);
  try {
    await changeRecovery(
      id,
      (found) => {
        if (found.state !== 'issuing') throw new FaceError('step_up_finished');
        return { ...found, state: 'shown', credential, revokeAt };
      },
      deps,
    );
    const detail = { id, credential: kind, secondThing: secondThing ?? 'help_desk' };
    await deps.audit.append({ action: 'recovered', connection, subject, detail });
  } catch (error) {
    // It was refused or reported meanwhile, or cannot be recorded: no one sees it. The job tries again.
    const mark = changeRecovery(
      id,
      (found) => ({ ...found, state: 'revoking', outcome: 'revoked', credential, revokeAt: null }),
      deps,
    );
    const results = await Promise.allSettled([mark, issuer.revokeCredential(subject, issued.id)]);
    for (const result of results)
      if (result.status === 'rejected')
        deps.log.error('cannot revoke a credential yet', { connection, code: toCode(result.reason) });
    throw error;
  }
}

/**
 * Records that the person has noted the new credential, which is otherwise revoked after five minutes.
 * @throws `step_up_finished`
 */
export async function confirmSeen({ id }: Recovery, deps: Ports<'state'>): Promise<Recovery> {
  const seen = await changeRecovery(
    id,
    (found) => {
      if (found.state !== 'shown') throw new FaceError('step_up_finished');
      return { ...found, state: 'ended', outcome: 'recovered', revokeAt: null };
    },
    deps,
  );
  await releaseIssuing(seen, deps);
  return seen;
}

export const revokeEverySec = 10;

const secondLookSec = 30;

/**
 * Revokes credentials at the providers: those of recoveries that were refused or reported, that a stopped server left,
 * and that no one confirmed. A background job calls this, in every mode.
 * @throws the last error, after all were tried
 */
export async function revokeMarked(deps: Ports<'state' | 'clock' | 'audit' | 'log' | 'connections'>): Promise<void> {
  let failure: unknown = null;
  for (const connection of deps.connections.values()) {
    if (connection.recovery === undefined) continue;
    const { issuer } = connection.recovery;
    const all = await readRecoveries(connection.id, deps);
    for (const recovery of all) {
      if (!isToRevoke(recovery, deps.clock.now())) continue;
      await revoke({ recovery, issuer, all }, deps).catch((error: unknown) => {
        failure = error;
      });
    }
  }
  if (failure !== null) throw failure;
}

function isToRevoke({ state, revokeAt }: Recovery, now: EpochMs): boolean {
  const isDue = revokeAt !== null && revokeAt <= now;
  if (state === 'revoking') return revokeAt === null || isDue;
  return isDue && (state === 'issuing' || state === 'shown');
}

function causeOf({ state, reason }: Recovery): 'not_confirmed' | 'interrupted' | 'ended' {
  if (state === 'shown') return 'not_confirmed';
  return state === 'issuing' || reason !== null ? 'interrupted' : 'ended';
}

async function revoke(
  {
    recovery,
    issuer,
    all,
  }: {
    readonly recovery: Recovery;
    readonly issuer: AccountRecovery | null;
    /** Recoveries of the connection. A newer one of the person has replaced the credential. */
    readonly all: readonly Recovery[];
  },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  const { id, connection, subject, issuedAt } = recovery;
  const marked = await changeRecovery(
    id,
    (found) =>
      isToRevoke(found, deps.clock.now())
        ? { ...found, state: 'revoking', outcome: found.outcome ?? 'revoked' }
        : found,
    deps,
  );
  if (marked.state !== 'revoking') return;
  const isSuperseded = all.some(
    (other) => isOf(recovery)(other) && other.credential !== null && (other.issuedAt ?? 0) > (issuedAt ?? 0),
  );
  const end = async (): Promise<'ended' | 'expires'> => {
    if (issuer === null) return 'ended';
    if (marked.endsPassword) await issuer.endPassword?.(subject);
    return isSuperseded ? 'ended' : issuer.revokeCredential(subject, marked.credential?.id ?? null);
  };
  const result = await end().catch((error: unknown) => {
    // An account that no longer exists has no credential.
    if (toCode(error) === 'subject_unknown') return 'ended' as const;
    throw error;
  });
  // A provider may list a new credential only after seconds, so one whose id is unknown is looked for twice.
  const isFirstLook = marked.credential === null && recovery.state === 'revoking' && recovery.revokeAt === null;
  const isUnchanged = (found: Recovery): boolean =>
    found.state === 'revoking' && found.endsPassword === marked.endsPassword;
  if (isFirstLook && !isSuperseded) {
    const revokeAt = addSec(deps.clock.now(), secondLookSec);
    await changeRecovery(id, (found) => (isUnchanged(found) ? { ...found, revokeAt } : found), deps);
    return;
  }
  const cause = causeOf(recovery);
  await deps.audit.append({ action: 'recovery_revoked', connection, subject, detail: { id, result, cause } });
  await changeRecovery(id, (found) => (isUnchanged(found) ? { ...found, state: 'ended' } : found), deps);
  await releaseIssuing(recovery, deps);
}
