import { z } from 'zod';
import { recoveryCredentialKinds } from '../core/ports.js';
import { type recoveryOutcomes, type SecondThing, secondThings } from '../core/second-things.js';
import { type EpochMs, epochMsGuard, secondsPerDay } from '../core/units.js';
import { type FaceErrorCode, faceErrorCodes } from '../errors.js';

/* Stages of a recovery, and the transitions between them as pure functions. */

export const approvalGuard = z.object({ byId: z.string(), by: z.string() });
export type Approval = z.output<typeof approvalGuard>;

/** Delay of a privileged person. */
const delayGuard = z.object({
  /** No credential is issued before this time. `null` until an owner was told. */
  notBefore: epochMsGuard.nullable(),
  /** Recipients of the message about the delay: kinds of contacts, and addresses of owners. */
  told: z.array(z.string()),
  /** When those are told who have not got it. `null` before the first try. */
  tellAgain: z.object({ tries: z.int(), at: epochMsGuard }).nullable(),
});
export type Delay = z.output<typeof delayGuard>;

/** Proofs of the person, and approvals of them. */
const proofGuard = z.object({
  secondThing: z.enum(secondThings),
  faceAt: epochMsGuard,
  approvals: z.array(approvalGuard),
  /** `null` for a person without special rights. */
  delay: delayGuard.nullable(),
});
export type Proof = z.output<typeof proofGuard>;

/** Request that sends the message to the owners or the manager, so that no other one does. */
const sendingGuard = z.object({ by: z.string(), until: epochMsGuard }).nullable();

const credentialGuard = z.object({
  /** Id at the provider. */
  id: z.string().nullable(),
  kind: z.enum(recoveryCredentialKinds),
  issuedAt: epochMsGuard,
  expiresAt: epochMsGuard.nullable(),
});

export type Issued = z.output<typeof credentialGuard>;

/** Code that was sent last. */
const codeGuard = z.object({ id: z.string(), thing: z.enum(['other_email', 'phone']) }).nullable();

export const stageGuard = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('proving'), code: codeGuard }),
  z.object({
    kind: z.literal('face'),
    secondThing: z.enum(secondThings),
    stepUpId: z.string().nullable(),
    /** Can still be entered while the second thing is not proven. An earlier version stored none. */
    code: codeGuard.default(null),
  }),
  /** The face is known, and the provider has not been asked yet. */
  z.object({ kind: z.literal('checked'), secondThing: z.enum(secondThings), faceAt: epochMsGuard }),
  z.object({
    kind: z.literal('approval'),
    proof: proofGuard,
    eligibleAt: epochMsGuard,
    /** Approvals that are being recorded in the audit trail. They do not count yet. */
    approving: z.array(approvalGuard.extend({ until: epochMsGuard })),
    managerStepUp: z.object({ id: z.string(), manager: z.string() }).nullable(),
    sending: sendingGuard,
  }),
  z.object({ kind: z.literal('delay'), proof: proofGuard.extend({ delay: delayGuard }), sending: sendingGuard }),
  z.object({ kind: z.literal('ready'), proof: proofGuard }),
  /** `revokeAt`: when a credential is revoked that is being issued, or that the person has not confirmed. */
  z.object({ kind: z.literal('issuing'), proof: proofGuard, issuedAt: epochMsGuard, revokeAt: epochMsGuard }),
  z.object({ kind: z.literal('shown'), proof: proofGuard, credential: credentialGuard, revokeAt: epochMsGuard }),
  z.object({
    kind: z.literal('revoking'),
    proof: proofGuard,
    issuedAt: epochMsGuard,
    /** `null` if its id is not known. */
    credential: credentialGuard.nullable(),
    /** When the provider is asked for the second time. */
    revokeAt: epochMsGuard.nullable(),
    /** Error after which it is not known whether there is a credential. */
    reason: z.enum(faceErrorCodes).nullable(),
    /** True if a password that was chosen with the credential is ended, too, because the wrong person got it. */
    endsPassword: z.boolean(),
  }),
  /** `credential`: `null` after a receipt. */
  z.object({ kind: z.literal('recovered'), proof: proofGuard, credential: credentialGuard.nullable() }),
  z.object({
    kind: z.literal('revoked'),
    proof: proofGuard,
    credential: credentialGuard.nullable(),
    endsPassword: z.boolean(),
  }),
  /** Ended before anything was issued. */
  z.object({ kind: z.literal('stopped'), proof: proofGuard.nullable() }),
  z.object({ kind: z.literal('refused'), proof: proofGuard, reason: z.enum(faceErrorCodes) }),
  /** The end of a trial. */
  z.object({ kind: z.literal('evaluated'), proof: proofGuard }),
]);
export type Stage = z.output<typeof stageGuard>;
export type StageOf<Kind extends Stage['kind']> = Extract<Stage, { kind: Kind }>;

/** A stage at a time: an open recovery may have expired, and a delay may be over. */
export type StageNow = Stage | { readonly kind: 'expired'; readonly proof: Proof | null };

type Outcome = (typeof recoveryOutcomes)[number];

/** A recovery must be finished in this time, but waits longer for approvals. */
export const beginLifeSec = 20 * 60;
export const approvalLifeSec = secondsPerDay;

const isApproval = (thing: SecondThing): boolean => thing === 'help_desk' || thing === 'manager';

/** Returns true if the second thing is proven before the face check: no approval, and no document, which comes with it. */
export const isProvenFirst = (thing: SecondThing): boolean => !isApproval(thing) && thing !== 'document';

/** Returns the approvals that are needed in all. */
export function approvalsNeeded({ secondThing, delay }: Pick<Proof, 'secondThing' | 'delay'>): number {
  if (delay !== null) return 2;
  return isApproval(secondThing) ? 1 : 0;
}

/** Returns true if the help desk may approve. */
export const isForHelpDesk = ({ secondThing, delay }: Proof): boolean => delay !== null || secondThing === 'help_desk';

/** Returns what was proven, or `null` before the face check. */
export function proofOf(stage: StageNow): Proof | null {
  switch (stage.kind) {
    case 'proving':
    case 'face':
      return null;
    case 'checked':
      return { secondThing: stage.secondThing, faceAt: stage.faceAt, approvals: [], delay: null };
    default:
      return stage.proof;
  }
}

const openKinds: readonly Stage['kind'][] = ['proving', 'face', 'checked', 'approval', 'delay', 'ready'];

export function stageAt(
  { stage, expiresAt }: { readonly stage: Stage; readonly expiresAt: EpochMs },
  now: EpochMs,
): StageNow {
  if (openKinds.includes(stage.kind) && expiresAt <= now) return { kind: 'expired', proof: proofOf(stage) };
  if (stage.kind !== 'delay') return stage;
  const { notBefore } = stage.proof.delay;
  // Without a told owner, no one could stop it.
  return notBefore === null || now < notBefore ? stage : { kind: 'ready', proof: stage.proof };
}

/** Returns how a recovery ended, or `null` while it has not. */
export function outcomeOf(stage: StageNow): Outcome | null {
  switch (stage.kind) {
    case 'recovered':
    case 'refused':
    case 'revoked':
    case 'evaluated':
    case 'expired':
      return stage.kind;
    case 'stopped':
      return 'revoked';
    case 'revoking':
      return stage.reason === null ? 'revoked' : 'refused';
    default:
      return null;
  }
}

/** Returns why it was refused, or `null`. */
export const reasonOf = (stage: StageNow): FaceErrorCode | null =>
  stage.kind === 'refused' || stage.kind === 'revoking' ? stage.reason : null;

/** Leads to the delay or to the credential once all approvals are there. */
export function toApproved(stage: StageOf<'approval'>): Stage {
  const { proof, sending } = stage;
  if (proof.approvals.length < approvalsNeeded(proof)) return stage;
  return proof.delay === null
    ? { kind: 'ready', proof }
    : { kind: 'delay', proof: { ...proof, delay: proof.delay }, sending };
}

/** Ends an open recovery after the face check. */
export function toRefused(stage: Stage, reason: FaceErrorCode): Stage {
  const proof = proofOf(stage);
  return openKinds.includes(stage.kind) && proof !== null ? { kind: 'refused', proof, reason } : stage;
}

/**
 * Marks a recovery for revocation, which the background job carries out at the provider. One without a credential ends.
 * @param alsoSeen - true to end a credential that the person has seen, and what they set with it
 */
export function toRevoking(stage: Stage, { alsoSeen }: { readonly alsoSeen: boolean }): Stage {
  const marked = { kind: 'revoking', revokeAt: null, reason: null, endsPassword: alsoSeen } as const;
  switch (stage.kind) {
    case 'issuing':
      return { ...marked, proof: stage.proof, credential: null, issuedAt: stage.issuedAt };
    case 'shown':
      return { ...marked, proof: stage.proof, credential: stage.credential, issuedAt: stage.credential.issuedAt };
    case 'revoking':
      return alsoSeen && !stage.endsPassword ? { ...stage, revokeAt: null, endsPassword: true } : stage;
    case 'recovered':
    case 'revoked': {
      const { proof, credential } = stage;
      const isEnded = stage.kind === 'revoked' && stage.endsPassword;
      if (!alsoSeen || isEnded || credential === null) return stage;
      return { ...marked, proof, credential, issuedAt: credential.issuedAt };
    }
    case 'stopped':
    case 'refused':
    case 'evaluated':
      return stage;
    default:
      return { kind: 'stopped', proof: proofOf(stage) };
  }
}

/** Ends a recovery whose credential was revoked. */
export const toRevoked = ({ proof, reason, credential, endsPassword }: StageOf<'revoking'>): Stage =>
  reason === null ? { kind: 'revoked', proof, credential, endsPassword } : { kind: 'refused', proof, reason };
