import { type Connection, isOf, type SubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { type Lease, releaseLease, takeLease } from '../core/lease.js';
import type { AccountRecovery, IssuedCredential, RecoveryCredentialKind } from '../core/ports.js';
import type { Credential, RecoveryCredential } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError, nullIfUnknown, toCode } from '../errors.js';
import { forgetGlances } from '../step-up/glance.js';
import { type AdvanceDeps, noteRefusal, refuseRecovery } from './advance.js';
import { checkEligible, orRefused, refusal, refusalIn } from './eligibility.js';
import { tellOfRecovery } from './notices.js';
import { noteProviderAccepts } from './provider-refusal.js';
import { issueRecoveryReceipt } from './receipt.js';
import {
  changeRecovery,
  changeStage,
  listRecovery,
  type OpenRecovery,
  type Recovery,
  readRecoveries,
  recoveryAt,
  withStage,
} from './record.js';
import {
  type Issued,
  outcomeOf,
  type Proof,
  reasonOf,
  type Stage,
  type StageOf,
  stageAt,
  toRevoked,
  toRevoking,
} from './stage.js';

/** Longer than every provider's timeout. After it, a credential that was being issued is revoked. */
const issuingSec = 180;
/** Time in which the person confirms that they have noted the credential. */
const confirmSec = 5 * 60;

/** Result of a recovery. `over`: no credential; the page names the reason. */
export type Ending =
  | {
      readonly kind: RecoveryCredentialKind;
      readonly credential: RecoveryCredential;
      readonly expiresAt: EpochMs | null;
    }
  | { readonly kind: 'receipt'; readonly receipt: Credential }
  | { readonly kind: 'over' };

const over = { kind: 'over' } as const;

/**
 * Ends a recovery in a credential, which is returned once and stored nowhere. Everything is checked again, because days
 * may have passed.
 * @throws `step_up_finished` if something is still to be proven; `recovery_running`; `limit_reached`;
 * `profile_unavailable`, after which nothing has changed at the provider
 */
export async function finishRecovery(
  { recovery, connection }: OpenRecovery,
  deps: AdvanceDeps & Ports<'signer'>,
): Promise<Ending> {
  const { id, subject } = recovery;
  const { policy, issuer } = recoveryAt(connection);
  const ready = stageAt(recovery, deps.clock.now());
  if (outcomeOf(ready) !== null || ready.kind === 'issuing' || ready.kind === 'shown') return over;
  if (ready.kind !== 'ready' || policy.mode !== 'on') throw new FaceError('step_up_finished');
  const { proof } = ready;
  const now = await orRefused(checkEligible({ connection, subject, secondThing: proof.secondThing }, deps));
  // Someone who has become privileged meanwhile has not waited.
  const isNew = now.kind === 'eligible' && now.isPrivileged && proof.delay === null;
  const verdict = isNew ? refusal('recovery_privileged') : now;
  if (verdict.kind === 'refused') {
    await refuseRecovery(recovery, verdict, deps);
    return over;
  }
  const who = { connection: connection.id, subject };
  await listRecovery(recovery, deps);
  if (!(await takeLease(issuingLease(who), id, deps))) throw new FaceError('recovery_running');
  const issuing = await take(id, deps);
  if (issuing === null) return over;
  await forgetGlances(who, deps);
  if (issuer === null) {
    const receipt = await issueReceiptOnce(recovery, proof, connection, deps);
    void tellOfRecovery(recovery, proof, connection, deps);
    return { kind: 'receipt', receipt };
  }
  await deps.audit.append({ action: 'recovery_issuing', ...who, detail: { id, credential: issuer.credentialKind } });
  const issued = await issue(recovery, issuing, issuer, deps);
  if (issued === null) return over;
  await noteProviderAccepts(connection.id, deps);
  void tellOfRecovery(recovery, proof, connection, deps);
  return { kind: issuer.credentialKind, credential: issued.credential, expiresAt: issued.expiresAt };
}

/** Leaves the stage `ready`. @returns `null` for all but one of several requests */
async function take(id: string, deps: Ports<'state' | 'clock'>): Promise<StageOf<'issuing'> | null> {
  const now = deps.clock.now();
  let taken: StageOf<'issuing'> | null = null;
  const leave = (found: Recovery): Recovery => {
    const stage = stageAt(found, now);
    taken = null;
    if (stage.kind !== 'ready') return found;
    taken = { kind: 'issuing', proof: stage.proof, issuedAt: now, revokeAt: addSec(now, issuingSec) };
    return withStage(found, taken);
  };
  await changeRecovery(id, leave, deps);
  return taken;
}

async function issueReceiptOnce(
  recovery: Recovery,
  proof: Proof,
  connection: Connection,
  deps: AdvanceDeps & Ports<'signer'>,
): Promise<Credential> {
  // One that was ended meanwhile stays as it is.
  const settle = (stage: Stage) => changeStage(recovery.id, 'issuing', () => stage, deps);
  try {
    const receipt = await issueRecoveryReceipt(recovery, proof, connection, deps);
    await settle({ kind: 'recovered', proof, credential: null });
    return receipt;
  } catch (error) {
    await settle({ kind: 'ready', proof });
    throw error;
  } finally {
    await releaseIssuing(recovery, deps);
  }
}

/** Held by the recovery that issues, so that two recoveries of a person never issue at the same time. */
const issuingLease = ({ connection, subject }: SubjectRef): Lease => ({
  key: `recovery-issuing:${connection}:${subject}`,
  lifeSec: 10 * 60,
});

const releaseIssuing = (recovery: Recovery, deps: Ports<'state'>): Promise<void> =>
  releaseLease(issuingLease(recovery), recovery.id, deps);

/** @returns `null` if there is no credential, or one that is revoked unseen */
async function issue(
  recovery: Recovery,
  issuing: StageOf<'issuing'>,
  issuer: AccountRecovery,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<IssuedCredential | null> {
  const { id, connection, subject } = recovery;
  let issued: IssuedCredential;
  try {
    issued = await issuer.issueCredential(subject);
  } catch (error) {
    const reason = toCode(error);
    const refused = refusalIn(error);
    if (refused !== null) await noteRefusal(recovery, refused, deps);
    if (refused !== null && reason !== 'provider_refused') {
      await changeStage(id, 'issuing', ({ proof }) => ({ kind: 'refused', proof, reason }), deps);
      await releaseIssuing(recovery, deps);
      return null;
    }
    // The provider may have issued it nevertheless. The job revokes it, also if the provider does not answer now.
    deps.log.warn('recovery stopped', { connection, code: reason });
    const uncertain = { kind: 'revoking', credential: null, revokeAt: null, reason, endsPassword: false } as const;
    await changeStage(id, 'issuing', ({ proof, issuedAt }) => ({ ...uncertain, proof, issuedAt }), deps);
    return null;
  }
  return (await show(recovery, { issuing, issued }, issuer, deps)) ? issued : null;
}

/** Records an issued credential before it is shown. @returns false if it is revoked, because no one could revoke it later */
async function show(
  { id, connection, subject }: Recovery,
  { issuing: { proof, issuedAt }, issued }: { readonly issuing: StageOf<'issuing'>; readonly issued: IssuedCredential },
  issuer: AccountRecovery,
  deps: Ports<'state' | 'clock' | 'audit' | 'log'>,
): Promise<boolean> {
  const kind = issuer.credentialKind;
  const credential = { id: issued.id, kind, issuedAt, expiresAt: issued.expiresAt };
  const revokeAt = addSec(deps.clock.now(), confirmSec);
  const noteShown = async (): Promise<boolean> => {
    const { stage } = await changeStage(id, 'issuing', () => ({ kind: 'shown', proof, credential, revokeAt }), deps);
    if (stage.kind !== 'shown') return false;
    const detail = { id, credential: kind, secondThing: proof.secondThing };
    await deps.audit.append({ action: 'recovered', connection, subject, detail });
    return true;
  };
  const isShown = await noteShown().catch((error: unknown) => {
    deps.log.warn('recovery stopped', { connection, code: toCode(error) });
    return false;
  });
  if (isShown) return true;
  // It was refused or reported meanwhile, or cannot be recorded: no one sees it. The job tries again.
  const marked = { kind: 'revoking', proof, credential, issuedAt, revokeAt: null, reason: null } as const;
  const mark = (found: Recovery): Recovery => {
    const { stage } = found;
    const endsPassword = (stage.kind === 'revoking' || stage.kind === 'revoked') && stage.endsPassword;
    return withStage(found, { ...marked, endsPassword });
  };
  const results = await Promise.allSettled([
    changeRecovery(id, mark, deps),
    issuer.revokeCredential(subject, issued.id),
  ]);
  for (const result of results)
    if (result.status === 'rejected')
      deps.log.error('cannot revoke a credential yet', { connection, code: toCode(result.reason) });
  return false;
}

/**
 * Records that the person has noted the new credential, which is otherwise revoked after five minutes.
 * @throws `step_up_finished`
 */
export async function confirmSeen({ id }: Recovery, deps: Ports<'state'>): Promise<Recovery> {
  const seen = await changeRecovery(
    id,
    (found) => {
      const { stage } = found;
      if (stage.kind !== 'shown') throw new FaceError('step_up_finished');
      return withStage(found, { kind: 'recovered', proof: stage.proof, credential: stage.credential });
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

function isToRevoke({ stage }: Recovery, now: EpochMs): boolean {
  switch (stage.kind) {
    case 'issuing':
    case 'shown':
      return stage.revokeAt <= now;
    case 'revoking':
      return stage.revokeAt === null || stage.revokeAt <= now;
    default:
      return false;
  }
}

function causeOf({ stage }: Recovery): 'not_confirmed' | 'interrupted' | 'ended' {
  if (stage.kind === 'shown') return 'not_confirmed';
  return stage.kind === 'issuing' || reasonOf(stage) !== null ? 'interrupted' : 'ended';
}

function credentialIn(stage: Stage): Issued | null {
  switch (stage.kind) {
    case 'shown':
    case 'revoking':
    case 'recovered':
    case 'revoked':
      return stage.credential;
    default:
      return null;
  }
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
  const { id, connection, subject } = recovery;
  const mark = (found: Recovery): Recovery =>
    isToRevoke(found, deps.clock.now()) ? withStage(found, toRevoking(found.stage, { alsoSeen: false })) : found;
  const { stage: marked } = await changeRecovery(id, mark, deps);
  if (marked.kind !== 'revoking') return;
  const isSuperseded = all.some(
    (other) => isOf(recovery)(other) && (credentialIn(other.stage)?.issuedAt ?? 0) > marked.issuedAt,
  );
  const end = async (): Promise<'ended' | 'expires'> => {
    if (issuer === null) return 'ended';
    if (marked.endsPassword) await issuer.endPassword?.(subject);
    return isSuperseded ? 'ended' : issuer.revokeCredential(subject, marked.credential?.id ?? null);
  };
  // An account that no longer exists has no credential.
  const result = (await end().catch(nullIfUnknown)) ?? 'ended';
  // A provider may list a new credential only after seconds, so one whose id is unknown is looked for twice.
  const isFirstLook =
    marked.credential === null && recovery.stage.kind === 'revoking' && recovery.stage.revokeAt === null;
  /** Changes it unless it was reported meanwhile. */
  const settle = (change: (stage: StageOf<'revoking'>) => Stage) =>
    changeStage(id, 'revoking', (stage) => (stage.endsPassword === marked.endsPassword ? change(stage) : stage), deps);
  if (isFirstLook && !isSuperseded) {
    const revokeAt = addSec(deps.clock.now(), secondLookSec);
    await settle((stage) => ({ ...stage, revokeAt }));
    return;
  }
  const cause = causeOf(recovery);
  await deps.audit.append({ action: 'recovery_revoked', connection, subject, detail: { id, result, cause } });
  await settle(toRevoked);
  await releaseIssuing(recovery, deps);
}
