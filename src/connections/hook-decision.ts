import { z } from 'zod';
import type { ConnectedSubject } from '../core/connection.js';
import { authenticationMethods } from '../core/ports.js';
import { type EpochMs, epochSec } from '../core/units.js';

/** Rule that decides the sign-in. Absent if it is the policy. */
const deciding = z.string().optional();

/** Schema of stored decisions. */
export const hookDecisionGuard = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('verified'),
    at: z.number().transform(epochSec),
    stepUpId: z.string(),
    liveness: z.number().nullable(),
    rule: deciding,
  }),
  z.object({
    /** The user passed without a face. */
    outcome: z.literal('another_way'),
    at: z.number().transform(epochSec),
    stepUpId: z.string(),
    rule: deciding,
    methods: z.array(z.enum(authenticationMethods)).default(['otp']),
  }),
  z.object({ outcome: z.literal('unverified'), fallback: z.enum(['deny', 'omit_claim', 'pass']) }),
]);

export type HookDecision = z.infer<typeof hookDecisionGuard>;

/** Event that an adapter parsed from a provider's call. */
export interface ProviderEvent {
  readonly subject: string;
  readonly application: string | null;
  readonly address: string | null;
  /** True if the user has passed the first factor. Events without a passed face check then count towards a lockout. */
  readonly isAfterFirstFactor: boolean;
  /** Identifies repeated deliveries of one event. */
  readonly eventId: string;
  readonly eventTime: EpochMs | null;
  /** Seconds for which a repeated event gets the same answer. */
  readonly repeatableForSec: number;
}

/** Event with the connection and the hook that received it. */
export interface HookEvent extends ProviderEvent, ConnectedSubject {
  readonly hook: string;
  /** Provider's timeout minus network time, in milliseconds. */
  readonly budgetMs: number;
}

/** Maximum age of an event, including transport. */
export const eventSkewSec = 300;

/**
 * Longer than events are accepted. A replayed event therefore gets its earlier answer or `event_out_of_time`, never a
 * new decision.
 */
export const repeatableWithinSkewSec = 3 * eventSkewSec;
