import type { AuditDetail } from '../../core/audit-events.js';
import { type EpochMs, fromIso } from '../../core/units.js';
import type { LoggedAction, LogLine } from './line.js';
import { lineIdOf } from './places.js';

interface NeededDetails {
  readonly enrolled: { readonly expiresAt?: string | null };
  readonly enrolment_recovered: NeededDetails['enrolled'];
  readonly enrolment_refused: { readonly code: string };
  readonly renewed: object;
  readonly revoked: { readonly by?: string | undefined };
  readonly step_up_started: {
    readonly stepUpId: string;
    readonly by?: string | undefined;
    readonly application?: string | undefined;
  };
}
type NeededDetail<Action extends LoggedAction> = Action extends keyof NeededDetails
  ? NeededDetails[Action]
  : AuditDetail<Action>;

export interface RecordedEvent<Action extends LoggedAction> {
  readonly action: Action;
  readonly connection: string;
  readonly subject: string;
  readonly detail: NeededDetail<Action>;
  readonly time: EpochMs;
  readonly sequence: number;
  readonly request: string | null;
}

export type PersonChange =
  | { readonly kind: 'enrolled'; readonly expiresAt: EpochMs | null }
  | { readonly kind: 'ended' }
  | { readonly kind: 'checked'; readonly outcome: 'passed' | 'refused' }
  | { readonly kind: 'lockout'; readonly until: EpochMs | null }
  | { readonly kind: 'erased' };

export interface LedgerEntry {
  readonly line: LogLine;
  readonly changes: readonly PersonChange[];
  readonly time: EpochMs;
  /** Orders entries within the same millisecond. */
  readonly version: number;
}

type EntryFields = Pick<LogLine, 'outcome'> &
  Partial<Pick<LogLine, 'code' | 'reasons' | 'application' | 'hook' | 'by' | 'stepUpId' | 'seconds'>> & {
    readonly changes?: readonly PersonChange[];
  };

const ended: readonly PersonChange[] = [{ kind: 'ended' }, { kind: 'lockout', until: null }];

const toEnrolled = ({ expiresAt = null }: NeededDetails['enrolled']): EntryFields => ({
  outcome: 'noted',
  changes: [{ kind: 'enrolled', expiresAt: expiresAt === null ? null : fromIso(expiresAt) }],
});

/** The action's title is left out, because it is an application's untrusted text. */
const toActionFields = ({
  stepUpId,
  title,
  application,
}: AuditDetail<'action_approved'>): Pick<EntryFields, 'stepUpId' | 'reasons' | 'application'> => ({
  ...{ stepUpId, application: application ?? null },
  reasons: title === undefined ? [] : [title],
});

const toRefused = (code: string): EntryFields => ({ outcome: 'refused', code });

/** Converts the detail of each action. */
const entryFieldsOf: { readonly [Action in LoggedAction]: (detail: NeededDetail<Action>) => EntryFields } = {
  enrolled: toEnrolled,
  enrolment_refused: ({ code }) => toRefused(code),
  enrolment_recovered: toEnrolled,
  renewed: () => ({ outcome: 'noted' }),
  verified: ({ application = null, stepUpId = null, seconds = null }) => ({
    ...{ outcome: 'passed', application, stepUpId, seconds },
    changes: [{ kind: 'checked', outcome: 'passed' }],
  }),
  verification_refused: (detail) => ({
    ...toRefused('code' in detail ? detail.code : detail.tokenId === null ? 'not_enrolled' : 'face_mismatch'),
    ...{ application: detail.application ?? null, stepUpId: detail.stepUpId ?? null },
    changes: [{ kind: 'checked', outcome: 'refused' }],
  }),
  locked_out: ({ until }) => ({
    ...toRefused('locked_out'),
    changes: [{ kind: 'lockout', until: fromIso(until) }],
  }),
  revoked: ({ by = null }) => ({ outcome: 'noted', by, changes: ended }),
  step_up_started: ({ stepUpId, by = null, application = null }) => ({ outcome: 'noted', stepUpId, by, application }),
  document_signed: (detail) => ({ outcome: 'noted', ...toActionFields(detail) }),
  action_approved: (detail) => ({ outcome: 'passed', ...toActionFields(detail) }),
  action_declined: (detail) => ({ outcome: 'noted', ...toActionFields(detail) }),
  consent_given: (detail) => ({ outcome: 'noted', stepUpId: 'stepUpId' in detail ? detail.stepUpId : null }),
  consent_withdrawn: ({ by = null }) => ({ outcome: 'noted', by, changes: ended }),
  data_consent_given: ({ client, claims }) => ({ outcome: 'noted', application: client, reasons: claims }),
  data_consent_withdrawn: ({ client, claims, by = null }) => ({
    ...{ outcome: 'noted', application: client, reasons: claims },
    by,
  }),
  identities_linked: ({ other }) => ({ outcome: 'noted', reasons: [other] }),
  identities_unlinked: ({ other, by = null }) => ({ outcome: 'noted', reasons: [other], by }),
  counter_told: ({ client }) => ({ outcome: 'noted', application: client }),
  credential_issued: ({ credential, claims }) => ({ outcome: 'noted', application: credential, reasons: claims }),
  credential_ended: ({ credential, why, by = null }) => ({
    ...{ outcome: 'noted', application: credential, reasons: [why] },
    by,
  }),
  organisation_chosen: ({ client, organisation, roles, stepUpId }) => ({
    ...{ outcome: 'noted', application: client, stepUpId },
    reasons: [organisation, ...roles],
  }),
  subject_exported: ({ by = null }) => ({ outcome: 'noted', by }),
  own_page_opened: ({ stepUpId }) => ({ outcome: 'noted', stepUpId }),
  subject_erased: ({ by }) => ({ outcome: 'noted', by, changes: [{ kind: 'erased' }] }),
  lockout_cleared: ({ by, source }) => ({
    outcome: 'noted',
    by,
    // A lockout of one address is not a lockout of the user.
    changes: source === null ? [{ kind: 'lockout', until: null }] : [],
  }),
  liveness_judged: ({ stepUpId, pass, reasons }) =>
    pass ? { outcome: 'passed', stepUpId } : { ...toRefused('liveness_low'), stepUpId, reasons },
  hand_off_refused: ({ stepUpId, chosen, application = null }) => ({
    ...toRefused(chosen === 'none' ? 'not_asked_for' : 'wrong_number'),
    ...{ stepUpId, application },
  }),
  step_up_abandoned: ({ stepUpId, application = null }) => ({ outcome: 'noted', stepUpId, application }),
  code_sent: ({ stepUpId }) => ({ outcome: 'noted', stepUpId }),
  another_way_passed: ({ stepUpId, way, by = null, application = null }) => ({
    ...{ outcome: 'let_through', code: 'another_way', stepUpId, by, application },
    reasons: [way],
  }),
  another_way_refused: ({ stepUpId, way, code, application = null }) => ({
    ...toRefused(code),
    ...{ stepUpId, application, reasons: [way] },
  }),
  recovery_codes_made: ({ stepUpId }) => ({ outcome: 'noted', stepUpId }),
  bypass_issued: ({ by, application }) => ({ outcome: 'noted', by, application }),
  bypass_approved: ({ by }) => ({ outcome: 'noted', by }),
  vouching_begun: ({ stepUpId, by }) => ({ outcome: 'noted', stepUpId, by }),
  vouched: ({ stepUpId, outcome, by }) => ({ outcome: outcome === 'passed' ? 'passed' : 'refused', stepUpId, by }),
  help_asked: ({ stepUpId, reason }) => ({ outcome: 'noted', stepUpId, reasons: [reason] }),
  help_settled: ({ by, settlement }) => ({ outcome: 'noted', by, reasons: [settlement] }),
  not_me_reported: () => ({ outcome: 'noted' }),
  new_place_seen: ({ stepUpId, device, network }) => ({
    ...{ outcome: 'noted', stepUpId },
    reasons: [...(device ? ['device'] : []), ...(network ? ['network'] : [])],
  }),
  invitation_sent: ({ stepUpId, by = null }) => ({ outcome: 'noted', stepUpId, by }),
  hook_decided(detail) {
    const { hook } = detail;
    if (detail.outcome === 'verified') return { outcome: 'passed', hook, stepUpId: detail.stepUpId };
    if (detail.outcome === 'refused') return { outcome: 'let_through', hook, code: detail.code };
    if (detail.outcome === 'another_way')
      return { outcome: 'let_through', hook, code: 'another_way', stepUpId: detail.stepUpId };
    const { fallback, reason = 'no_check' } = detail;
    return { outcome: fallback === 'deny' ? 'refused' : 'let_through', hook, code: reason };
  },
};

/** Returns the user's id, or `null` for people without an account, because their ids contain addresses or names. */
const toSubject = (subject: string): string | null =>
  subject === '' || subject.startsWith('identifier:') ? null : subject;

/**
 * Converts an audit record to a log entry.
 * @param trail - name of the audit log's hash chain
 * @param network - shortened address of the caller, or `null` if unknown
 */
export function toEntry<Action extends LoggedAction>(
  { action, connection, subject: given, detail, time, sequence, request }: RecordedEvent<Action>,
  trail: string,
  network: string | null,
): LedgerEntry {
  const { changes = [], ...told } = entryFieldsOf[action](detail);
  const subject = toSubject(given);
  const untold = { code: null, reasons: [], application: null, hook: null, by: null, stepUpId: null, seconds: null };
  return {
    line: {
      id: lineIdOf(time, trail, sequence),
      ...{ connection, subject, action, requestId: request, network },
      ...untold,
      ...told,
    },
    changes: subject === null ? [] : changes,
    time,
    version: time * 1000 + (sequence % 1000),
  };
}
