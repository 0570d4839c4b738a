import type { SubjectRef } from '../../src/core/connection.js';
import type { Ports } from '../../src/core/deps.js';
import { addSec } from '../../src/core/units.js';
import { listRecovery, type Recovery, writeNewRecovery } from '../../src/recovery/record.js';
import { type Approval, approvalLifeSec, type Proof, type Stage } from '../../src/recovery/stage.js';
import { systemRandom } from '../fakes/sinks.js';

/** Stores a recovery whose face check passed, and which waits for the help desk's approval. */
export async function waitForApproval(
  { connection, subject }: SubjectRef,
  deps: Ports<'state' | 'clock'>,
  given: {
    readonly secondThing?: Proof['secondThing'];
    readonly isPrivileged?: boolean;
    readonly approvals?: Approval[];
    readonly begunBy?: Approval;
    readonly expiresAt?: Recovery['expiresAt'];
    /** Stage that follows. */
    readonly to?: (proof: Proof) => Stage;
  } = {},
): Promise<Recovery> {
  const now = deps.clock.now();
  const { secondThing = 'help_desk', approvals = [], begunBy = null, isPrivileged = false } = given;
  const delay = isPrivileged ? { notBefore: null, told: [], tellAgain: null } : null;
  const proof = { secondThing, faceAt: now, approvals, delay };
  const waiting = { kind: 'approval', eligibleAt: now, approving: [], managerStepUp: null, sending: null } as const;
  const recovery: Recovery = {
    id: Buffer.from(systemRandom(12)).toString('hex'),
    connection,
    subject,
    language: 'en',
    begunBy,
    browserDigest: null,
    number: '4711',
    begunAt: now,
    expiresAt: given.expiresAt ?? addSec(now, approvalLifeSec),
    stage: given.to?.(proof) ?? { ...waiting, approving: [], proof },
  };
  await writeNewRecovery(recovery, deps);
  await listRecovery(recovery, deps);
  return recovery;
}
