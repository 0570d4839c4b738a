import { z } from 'zod';
import type { Assurance } from '../core/connection.js';
import type { EnrolmentProof } from '../core/enrolment-proof.js';
import type { AttemptScope } from '../core/limits/attempts.js';
import { FaceError } from '../errors.js';
import type { HookSignIn } from './passed-step-up.js';

/*
 * What a check is for. Each flow is a type of the feature that owns it, told apart by `kind`; `src/app/flows.ts` lists
 * them. The check stores the members and asks their feature for the terms.
 */

/** A flow as stored. Only its own feature reads the members. */
export const storedFlow = z.object({ kind: z.string() }).catchall(z.json());
export type StoredFlow = z.output<typeof storedFlow>;

/** What a flow asks of its check. */
export interface FlowTerms {
  /** What a failed face counts against. */
  readonly countsAs: AttemptScope;
  /** True if a known device may pass with a glance. */
  readonly mayGlance: boolean;
  /** What an enrolment rests on, before any comparison. */
  readonly proof: EnrolmentProof;
  /** True if the opening browser must use its own camera, without a hand-off. */
  readonly staysHere: boolean;
  /** True at a kiosk, a shared device that does not become a known device of the person. */
  readonly atKiosk: boolean;
  /** With `phone`, challenges from browsers that are not on a phone or tablet are refused. `null`: as in the policy. */
  readonly camera: 'phone' | null;
  /** True if the initiator can distinguish alternatives from a face check. */
  readonly takesAnotherWay: boolean;
  /** True if a passkey can take the place of the face, under a rule that says so. */
  readonly takesPasskey: boolean;
  /** Sign-in whose hook events may use the pass. `null` if only the initiator gets the result. */
  readonly hookSignIn: HookSignIn | null;
  /** Ticket of the help desk, which audit records and webhooks repeat. */
  readonly reference: string | null;
  /** True if the person must present a digital document whose portrait is the face. */
  readonly asksDocument: boolean;
  /** True if the person has shown the face that an enrolment would replace. */
  readonly hasShownFormer: boolean;
}

const plainTerms: FlowTerms = {
  countsAs: 'sign_in',
  mayGlance: false,
  proof: 'invitation',
  staysHere: false,
  atKiosk: false,
  camera: null,
  takesAnotherWay: false,
  takesPasskey: false,
  hookSignIn: null,
  reference: null,
  asksDocument: false,
  hasShownFormer: false,
};

/** A check with its flow. */
export interface FlowingCheck {
  readonly flow: StoredFlow;
  readonly assurance: Assurance;
}

export interface FlowKind {
  readonly kind: string;
  readonly toTerms: (check: FlowingCheck) => FlowTerms;
}

/** The kinds of flows by name. */
export type Flows = ReadonlyMap<string, FlowKind>;

export interface FlowPorts {
  readonly flows: Flows;
}

/**
 * Defines a kind of flow.
 * @param toTerms - the terms that differ from those of a check that an application vouches for
 */
export const defineFlow = <Stored extends StoredFlow>(
  kind: Stored['kind'],
  guard: z.ZodType<Stored>,
  toTerms: (flow: Stored, check: FlowingCheck) => Partial<FlowTerms>,
): FlowKind => ({
  kind,
  toTerms: (check) => ({ ...plainTerms, ...toTerms(guard.parse(check.flow), check) }),
});

/** @throws `step_up_unknown` for a flow of a feature that this server no longer has */
export function termsOf(check: FlowingCheck, { flows }: FlowPorts): FlowTerms {
  const kind = flows.get(check.flow.kind);
  if (kind === undefined) throw new FaceError('step_up_unknown');
  return kind.toTerms(check);
}
