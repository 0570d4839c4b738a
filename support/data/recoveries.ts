import type { SubjectRef } from '../../src/core/connection.js';
import type { Ports } from '../../src/core/deps.js';
import { addSec } from '../../src/core/units.js';
import { approvalLifeSec, listRecovery, type Recovery, writeNewRecovery } from '../../src/recovery/record.js';
import { systemRandom } from '../fakes/sinks.js';

/** Stores a recovery whose face check passed, and which waits for the help desk's approval. */
export async function waitForApproval(
  { connection, subject }: SubjectRef,
  deps: Ports<'state' | 'clock'>,
  given: Partial<Recovery> = {},
): Promise<Recovery> {
  const now = deps.clock.now();
  const recovery: Recovery = {
    id: Buffer.from(systemRandom(12)).toString('hex'),
    connection,
    subject,
    language: 'en',
    begunBy: null,
    browserDigest: null,
    linkDigest: null,
    number: '4711',
    secondThing: 'help_desk',
    isProven: false,
    codeId: null,
    codeThing: null,
    stepUpId: 'x',
    faceAt: now,
    eligibleAt: now,
    isPrivileged: false,
    approvals: [],
    approving: [],
    managerStepUp: null,
    notBefore: null,
    state: 'open',
    outcome: null,
    reason: null,
    credential: null,
    endsPassword: false,
    sending: null,
    told: [],
    tellAgain: null,
    issuedAt: null,
    revokeAt: null,
    begunAt: now,
    expiresAt: addSec(now, approvalLifeSec),
    ...given,
  };
  await writeNewRecovery(recovery, deps);
  await listRecovery(recovery, deps);
  return recovery;
}
