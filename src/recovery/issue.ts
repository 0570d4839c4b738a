import type { Connection, SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import type { AccountRecovery, IssuedCredential, RecoveryCredentialKind } from '../core/ports.js';
import type { Credential, RecoveryCredential } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { type AdvanceDeps, refuseRecovery } from './advance.js';
import { checkEligible } from './eligibility.js';
import { tellOfRecovery } from './notices.js';
import { issueRecoveryReceipt } from './receipt.js';
import { changeRecovery, type Recovery, readRecoveries, recoveryAt, stageOf } from './record.js';

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
  | { readonly kind: 'evaluated' }
  | { readonly kind: 'refused'; readonly recovery: Recovery };

/**
 * Ends a recovery in a credential, which is returned once and stored nowhere. Everything is checked again, because days
 * may have passed.
 * @throws `step_up_finished` unless everything is proven; `recovery_running`; `profile_unavailable`, after which nothing
 * has changed at the provider, or is revoked
 */
export async function finishRecovery(
  { recovery, connection }: { readonly recovery: Recovery; readonly connection: Connection },
  deps: AdvanceDeps & Ports<'signer'>,
): Promise<Ending> {
  const { id, subject, secondThing } = recovery;
  const { policy, issuer } = recoveryAt(connection);
  if (stageOf(recovery, deps.clock.now()) !== 'ready' || secondThing === null) throw new FaceError('step_up_finished');
  try {
    const { isPrivileged } = await checkEligible({ connection, subject, secondThing }, deps);
    // Someone who has become privileged meanwhile has not waited.
    if (isPrivileged && !recovery.isPrivileged) throw new FaceError('recovery_privileged');
  } catch (error) {
    if (toCode(error) === 'profile_unavailable') throw error;
    return { kind: 'refused', recovery: await refuseRecovery(recovery, error, deps) };
  }
  const who = { connection: connection.id, subject };
  if (policy.mode !== 'on') {
    await deps.audit.append({ action: 'recovery_evaluated', ...who, detail: { id, secondThing } });
    await take(id, { state: 'ended', outcome: 'evaluated' }, deps);
    return { kind: 'evaluated' };
  }
  if (issuer === null) {
    const ended = await take(id, { state: 'ended', outcome: 'recovered' }, deps);
    const receipt = await issueRecoveryReceipt(ended, connection, deps);
    await tellOfRecovery(ended, connection, deps);
    return { kind: 'receipt', receipt };
  }
  await lock(who, id, deps);
  const revokeAt = addSec(deps.clock.now(), issuingSec);
  const taken = await take(id, { state: 'issuing', revokeAt }, deps);
  await deps.audit.append({ action: 'recovery_issuing', ...who, detail: { id, credential: issuer.credentialKind } });
  const issued = await issue(taken, issuer, deps);
  if (issued === null) return { kind: 'refused', recovery: { ...taken, state: 'ended', outcome: 'refused' } };
  await tellOfRecovery(taken, connection, deps);
  return { kind: issuer.credentialKind, credential: issued.credential, expiresAt: issued.expiresAt };
}

/** Leaves the state `ready`, which only one of several requests can do. @throws `step_up_finished` */
function take(
  id: string,
  next: Pick<Recovery, 'state'> & Partial<Pick<Recovery, 'outcome' | 'revokeAt'>>,
  deps: Ports<'state' | 'clock'>,
): Promise<Recovery> {
  return changeRecovery(
    id,
    (found) => {
      if (stageOf(found, deps.clock.now()) !== 'ready') throw new FaceError('step_up_finished');
      return { ...found, ...next };
    },
    deps,
  );
}

const lockKey = ({ connection, subject }: SubjectRef): string => `recovery-of:${connection}:${subject}`;

/** Two recoveries of a person never issue at the same time. @throws `recovery_running` */
async function lock(who: SubjectRef, id: string, { state, clock }: Ports<'state' | 'clock'>): Promise<void> {
  const expiresAt = addSec(clock.now(), lockSec);
  if (await state.write(lockKey(who), id, { when: 'absent', expiresAt })) return;
  if ((await state.read(lockKey(who)))?.value !== id) throw new FaceError('recovery_running');
}

/** @returns `null` if the provider refused, so that nothing was changed */
async function issue(
  recovery: Recovery,
  issuer: AccountRecovery,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<IssuedCredential | null> {
  const { id, connection, subject } = recovery;
  const who = { connection, subject };
  let issued: IssuedCredential;
  try {
    issued = await issuer.issueCredential(subject);
  } catch (error) {
    const code = toCode(error);
    if (code === 'credential_refused' || code === 'subject_unknown') {
      await changeRecovery(id, (found) => ({ ...found, state: 'open', revokeAt: null }), deps);
      await refuseRecovery(recovery, error, deps);
      await deps.state.delete(lockKey(who));
      return null;
    }
    // The provider may have issued it nevertheless. The job revokes it, also if the provider does not answer now.
    await changeRecovery(
      id,
      (found) => ({ ...found, state: 'revoking', outcome: 'refused', reason: code, revokeAt: null }),
      deps,
    );
    throw error;
  }
  const { id: credentialId, expiresAt } = issued;
  const revokeAt = addSec(deps.clock.now(), confirmSec);
  try {
    await changeRecovery(
      id,
      (found) => {
        if (found.state !== 'issuing') throw new FaceError('step_up_finished');
        const credential = { id: credentialId, kind: issuer.credentialKind, expiresAt };
        return { ...found, state: 'shown', credential, revokeAt };
      },
      deps,
    );
    const detail = { id, credential: issuer.credentialKind, secondThing: recovery.secondThing ?? 'help_desk' };
    await deps.audit.append({ action: 'recovered', ...who, detail });
  } catch (error) {
    // It was refused or reported meanwhile, or cannot be recorded: no one sees it. The job tries again.
    const credential = { id: credentialId, kind: issuer.credentialKind, expiresAt };
    const mark = changeRecovery(id, (found) => ({ ...found, state: 'revoking', outcome: 'revoked', credential }), deps);
    const results = await Promise.allSettled([mark, issuer.revokeCredential(subject, credentialId)]);
    for (const result of results)
      if (result.status === 'rejected')
        deps.log.error('cannot revoke a credential yet', { connection, code: toCode(result.reason) });
    throw error;
  }
  return issued;
}

/** Records that the person has noted the credential. Otherwise, it is revoked. @throws `step_up_finished` */
export async function confirmSeen({ id, connection, subject }: Recovery, deps: Ports<'state'>): Promise<Recovery> {
  const seen = await changeRecovery(
    id,
    (found) => {
      if (found.state !== 'shown') throw new FaceError('step_up_finished');
      return { ...found, state: 'ended', outcome: 'recovered', revokeAt: null };
    },
    deps,
  );
  await deps.state.delete(lockKey({ connection, subject }));
  return seen;
}

export const revokeEverySec = 10;

const secondLookSec = 30;

/**
 * Revokes credentials at the providers: those of recoveries that were refused or reported, that a stopped server left,
 * and that no one confirmed. A background job calls this.
 * @throws the last error, after all were tried
 */
export async function revokeMarked(deps: Ports<'state' | 'clock' | 'audit' | 'log' | 'connections'>): Promise<void> {
  let failure: unknown = null;
  for (const recovery of await readRecoveries(deps)) {
    const { state, revokeAt } = recovery;
    const isDue = revokeAt !== null && revokeAt <= deps.clock.now();
    const isLeft = isDue && (state === 'issuing' || state === 'shown');
    const isMarked = state === 'revoking' && (revokeAt === null || isDue);
    if (!isMarked && !isLeft) continue;
    await revoke(recovery, deps).catch((error: unknown) => {
      failure = error;
    });
  }
  if (failure !== null) throw failure;
}

async function revoke(
  recovery: Recovery,
  deps: Ports<'state' | 'clock' | 'audit' | 'log' | 'connections'>,
): Promise<void> {
  const { id, connection, subject, credential } = recovery;
  const issuer = deps.connections.get(connection)?.recovery?.issuer ?? null;
  // A connection whose recovery was switched off meanwhile is tried again after it is switched on.
  if (issuer === null) return;
  const marked = await changeRecovery(
    id,
    (found) =>
      found.state === 'ended' || found.state === 'open'
        ? found
        : { ...found, state: 'revoking', outcome: found.outcome ?? 'revoked' },
    deps,
  );
  if (marked.state !== 'revoking') return;
  const end = async () => {
    const ended = await issuer.revokeCredential(subject, credential?.id ?? null);
    if (marked.endsPassword) await issuer.endPassword?.(subject);
    return ended;
  };
  const result = await end().catch((error: unknown) => {
    // An account that no longer exists has no credential.
    if (toCode(error) === 'subject_unknown') return 'ended' as const;
    throw error;
  });
  // A provider may list a new credential only after seconds, so one whose id is unknown is looked for twice.
  const isFirstLook = credential === null && recovery.state === 'revoking' && recovery.revokeAt === null;
  if (isFirstLook) {
    const revokeAt = addSec(deps.clock.now(), secondLookSec);
    await changeRecovery(id, (found) => ({ ...found, revokeAt }), deps);
    return;
  }
  await deps.audit.append({ action: 'recovery_revoked', connection, subject, detail: { id, result } });
  await changeRecovery(id, (found) => ({ ...found, state: 'ended', credential: null }), deps);
  await deps.state.delete(lockKey({ connection, subject }));
}
