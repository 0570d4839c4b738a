import { z } from 'zod';
import { approvalGuard, stageGuard } from './stage.js';

/** Recovery as stored by commits from 11f766a6 until 43554760, in which one record had the members of all stages. */
const earlierGuard = z
  .object({
    state: z.enum(['open', 'issuing', 'shown', 'revoking', 'ended']),
    secondThing: z.string().nullable(),
    faceAt: z.number().nullable(),
    approvals: z.array(approvalGuard),
    outcome: z.string().nullable(),
    reason: z.string().nullable(),
    credential: z.looseObject({}).nullable(),
    issuedAt: z.number().nullable(),
    endsPassword: z.boolean(),
  })
  .loose();

/** Returns a record of an earlier version as one of this version. It is over, and its credential can be revoked. */
export function toCurrentRecord(stored: unknown): unknown {
  const parsed = earlierGuard.safeParse(stored);
  if (!parsed.success) return stored;
  const { state, secondThing, faceAt, approvals, outcome, reason, issuedAt, endsPassword, ...common } = parsed.data;
  const proof = { secondThing, faceAt, approvals, delay: null };
  const credential = common.credential === null ? null : { ...common.credential, issuedAt };
  const ended = { kind: outcome, proof, credential, endsPassword, reason };
  const marked = { ...ended, kind: 'revoking', issuedAt, revokeAt: null };
  const stage = stageGuard.safeParse(state === 'ended' ? ended : marked);
  // An open record, which has no time of issue, and every record that is no stage of this version: nothing is revoked.
  return { ...common, stage: stage.success ? stage.data : { kind: 'stopped', proof: null } };
}
