import { z } from 'zod';
import type { Json } from '../errors.js';
import type { JsonObject } from './base/json.js';
import type { EnrolmentProof } from './enrolment-proof.js';
import { type EpochMs, fromIso } from './units.js';

/*
 * Types of audit events. Each feature has an `events.ts` with schemas for the `detail` of its records, and with their
 * entries in the decision log. Fields must stay in their order, because the hash of a record depends on it.
 * `src/app/audit-events.ts` lists the events of all features.
 */

export type AuditDetails = Readonly<Record<string, z.ZodType<{ readonly [field: string]: Json | undefined }>>>;

/** Schemas of all actions. Each feature declares its own here. */
export interface EventDetails extends Readonly<Record<never, never>> {}

/** Outcomes in the decision log. `let_through`: no face was verified, but the connection allows the sign-in. */
export const outcomes = ['passed', 'refused', 'let_through', 'noted'] as const;
export type Outcome = (typeof outcomes)[number];

/** What a record changes in the index of enrolled people. */
export type PersonChange =
  | {
      readonly kind: 'enrolled';
      readonly expiresAt: EpochMs | null;
      readonly proof: EnrolmentProof | null;
      /** Version of the key that seals the token. */
      readonly keyVersion: number | null;
    }
  /** The token was sealed again under a newer key. */
  | { readonly kind: 'resealed'; readonly keyVersion: number | null }
  | { readonly kind: 'ended' }
  | { readonly kind: 'checked'; readonly outcome: 'passed' | 'refused' }
  | { readonly kind: 'lockout'; readonly until: EpochMs | null }
  /** A hook decided. `refusedIn`: the mode in which it refuses, or `null` if it refuses in neither. */
  | { readonly kind: 'signed_in'; readonly hook: string; readonly refusedIn: 'enforce' | 'shadow' | null }
  | { readonly kind: 'erased' };

export const enforcedDecisions = ['deny', 'omit_claim', 'undecided'] as const;
/** What enforce mode does with a sign-in that shadow mode allowed. `undecided`: the call itself was refused. */
export type EnforcedDecision = (typeof enforcedDecisions)[number];

/** A rule that decided a sign-in, or would have decided it in enforce mode. */
export interface Ruled {
  readonly rule: string;
  readonly isRefused: boolean;
}

/** Entry of a record in the decision log. */
export interface LogFields {
  readonly outcome: Outcome;
  readonly code?: string | null;
  readonly reasons?: readonly string[];
  readonly application?: string | null;
  readonly hook?: string | null;
  readonly enforced?: EnforcedDecision | null;
  readonly ruled?: readonly Ruled[];
  readonly by?: string | null;
  readonly stepUpId?: string | null;
  /** Since the step-up started. */
  readonly seconds?: number | null;
  readonly changes?: readonly PersonChange[];
  /** Version of a sealing key that is gone, which ends the enrolments under it. */
  readonly endsKeyVersion?: number | null;
}

type LogEntries = { readonly [Action in AuditAction]?: (detail: AuditDetail<Action>) => LogFields };

/** Audit events of one feature. */
export interface FeatureEvents {
  readonly details: Partial<EventDetails>;
  /**
   * Actions that are synced to disk within a second, because they are frequent. All others, such as those about stored
   * personal data and permissions, are synced before the caller gets an answer.
   */
  readonly relaxed?: readonly AuditAction[];
  /** Converts the details of the actions that the decision log contains. */
  readonly log?: LogEntries;
  /** Actions that give a check its outcome and time in the decision log. */
  readonly results?: readonly AuditAction[];
}

/** Audit events of all features. */
export interface AuditEvents {
  /** Schemas of new records, by action. */
  readonly details: { readonly [Action in AuditAction]?: z.ZodType<AuditDetail<Action>> };
  /** Conversions to entries of the decision log, by action. */
  readonly log: LogEntries;
  /** Actions that the decision log contains, those of administrators and clients included. */
  readonly loggedActions: readonly AuditAction[];
  /** Actions about checks, enrolments and people, which the log lists by default. */
  readonly decisions: readonly AuditAction[];
  readonly isAction: (name: string) => name is AuditAction;
  /** Returns true if a record must be on disk before the caller gets an answer. */
  readonly isDurable: (action: AuditAction) => boolean;
  readonly isResult: (action: string) => boolean;
}

/** Combines the audit events of features. */
export function combineEvents(features: readonly FeatureEvents[]): AuditEvents {
  const details: Partial<EventDetails> = Object.assign({}, ...features.map((each) => each.details));
  const own: LogEntries = Object.assign({}, ...features.map((each) => each.log));
  const log: LogEntries = { ...Object.fromEntries(listActs(details).map((action) => [action, toAct])), ...own };
  const relaxed = new Set<string>(features.flatMap((each) => each.relaxed ?? []));
  const results = new Set<string>(features.flatMap((each) => each.results ?? []));
  const isAction = (name: string): name is AuditAction => Object.hasOwn(details, name);
  return {
    details,
    log,
    loggedActions: Object.keys(log).filter(isAction),
    decisions: Object.keys(own).filter(isAction),
    isAction,
    isDurable: (action) => !relaxed.has(action),
    isResult: (action) => results.has(action),
  };
}

/** Lists the actions whose records name the administrator or client who did it. */
const listActs = (details: Partial<EventDetails>): string[] =>
  Object.entries(details).flatMap(([action, schema]) =>
    schema instanceof z.ZodObject && 'by' in schema.shape ? [action] : [],
  );

const longestReason = 300;

const digest = /^(?:[0-9a-f]{64}|[\w-]{43})$/;

/** Converts a record of an act to an entry, whose reasons are its other fields, such as the sections that changed. */
function toAct({ by, ...detail }: { readonly [field: string]: Json | undefined }): LogFields {
  const reasons = Object.entries(detail).flatMap(([field, value]) => {
    const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
    return text === '' || digest.test(text) ? [] : [`${field}: ${text}`.slice(0, longestReason)];
  });
  return { outcome: 'noted', by: typeof by === 'string' ? by : null, reasons };
}

export const instant = z.iso.datetime();

/** Time of a decision that was made elsewhere and recorded later. */
export const decidedElsewhere = { decidedAt: instant.optional() };

const lateGuard = z.object(decidedElsewhere);

/** Returns the time of an event, which is before the time of its record if it was recorded later. */
export function timeOf({ time, detail }: { readonly time: EpochMs; readonly detail: unknown }): EpochMs {
  const decidedAt = lateGuard.safeParse(detail).data?.decidedAt;
  return decidedAt === undefined ? time : fromIso(decidedAt);
}

/** Code of a `FaceError`. Records of earlier versions may have codes that no longer exist. */
export const errorCode = z.string();

/** A field that belongs to another variant of the same action, and is forbidden in this one. */
export const absent = z.never().optional();

export const event = <Fields extends z.core.$ZodLooseShape>(description: string, fields: Fields) =>
  z.object(fields).describe(description);

export type AuditAction = keyof EventDetails;

/** Detail of an action. Fields that are `undefined` are not written. */
export type AuditDetail<Action extends AuditAction> =
  EventDetails[Action] extends z.ZodType<infer Detail> ? Detail : never;

/** A record of the audit log. It names users by their id at the provider, and tokens by their public id. */
export type AuditEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: {
    readonly action: Each;
    readonly connection: string;
    readonly subject: string;
    readonly detail: AuditDetail<Each>;
  };
}[Action];

export type RecordOf = {
  readonly time: string;
  readonly action: string;
  readonly detail: JsonObject;
};

export interface Audit {
  /**
   * Appends an event. Callers append the event before they make the change, so that every change has an audit entry.
   * Events about stored data or permissions are synced to disk before this returns, others within a second.
   * @throws `state_unavailable`
   */
  append(event: AuditEvent): Promise<void>;
  close(): Promise<void>;
}

/** Handles a recorded event. It must not throw, and no caller awaits the work it starts. */
export type AuditSubscriber = (event: AuditEvent) => void;

/** Returns an audit log that calls the subscribers, in this order, after each recorded event. */
export const withSubscribers = (audit: Audit, subscribers: readonly AuditSubscriber[]): Audit => ({
  async append(event) {
    await audit.append(event);
    for (const notify of subscribers) notify(event);
  },
  close: () => audit.close(),
});
