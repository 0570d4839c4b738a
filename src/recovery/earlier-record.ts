import { z } from 'zod';
import { approvalGuard, stageGuard } from './stage.js';

/** Recovery as stored by the release candidate 371bb564, in which one record had the members of all stages. */
const earlierGuard = z
  .object({
    state: z.enum(['open', 'issuing', 'shown', 'revoking', 'ended']),
    secondThing: z.string().nullable(),
    faceAt: z.number().nullable(),
    approvals: z.array(approvalGuard),
    outcome: z.string().nullable(),
    credential: z.looseObject({}).nullable(),
    issuedAt: z.number().nullable(),
    endsPassword: z.boolean(),
  })
  .loose();

/** Returns a record of an earlier version as one of this version. It is over, and its credential can be revoked. */
export function toCurrentRecord(stored: unknown): unknown {
  const parsed = earlierGuard.safeParse(stored);
  if (!parsed.success) return stored;
  const { state, secondThing, faceAt, approvals, outcome, issuedAt, endsPassword, ...common } = parsed.data;
  const proof = { secondThing, faceAt, approvals, delay: null };
  const credential = common.credential === null ? null : { ...common.credential, issuedAt };
  const ended = { kind: outcome, proof, credential, endsPassword, reason: common.reason };
  const marked = { ...ended, kind: 'revoking', issuedAt, revokeAt: null, reason: null };
  const { data = { kind: 'stopped', proof: null } } = stageGuard.safeParse(state === 'ended' ? ended : marked);
  return { ...common, stage: data };
}
