import type { SubjectRef } from '../../core/connection.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { EpochMs } from '../../core/units.js';
import type { CheckEvent, CheckReason } from '../../step-up/home-protocol.js';
import type { LoggedAction, LogLine } from './line.js';
import { listLines } from './log.js';
import type { Page } from './newest-first.js';
import { timeOfId } from './places.js';

/** A check as the person sees it, without other people and networks. */
export interface OwnCheck {
  readonly at: EpochMs;
  readonly event: CheckEvent;
  readonly reason: CheckReason | null;
  readonly application: string | null;
}

/** Events shown to the person. Other events are duplicates or administrative. */
const events = {
  verified: 'face_passed',
  verification_refused: 'face_refused',
  another_way_passed: 'code_passed',
  another_way_refused: 'code_refused',
  hand_off_refused: 'phone_refused',
  step_up_abandoned: 'stopped',
  enrolled: 'enrolled',
  enrolment_recovered: 'enrolled',
  enrolment_refused: 'enrolment_refused',
  revoked: 'ended',
  own_page_opened: 'page_opened',
} as const satisfies Partial<Record<LoggedAction, CheckEvent>>;

type OwnAction = keyof typeof events;
const isOwnAction = (action: LoggedAction): action is OwnAction => Object.hasOwn(events, action);
const actions = Object.keys(events).filter((name): name is OwnAction => Object.hasOwn(events, name));

const reasons: ReadonlyMap<string, CheckReason> = new Map(
  Object.entries({
    face_mismatch: 'other_face',
    not_enrolled: 'not_enrolled',
    liveness_low: 'not_live',
    challenge_wrong: 'not_live',
    locked_out: 'too_many',
    token_expired: 'expired',
    token_revoked: 'ended',
    step_up_finished: 'ended',
    code_wrong: 'code_wrong',
    secret_missing: 'secret',
    wrong_number: 'number_wrong',
    not_asked_for: 'not_asked_for',
  } as const),
);

function toReason({ outcome, code }: LogLine): CheckReason | null {
  if (outcome !== 'refused' || code === null) return null;
  if (/^(photo|face)_/.test(code) && code !== 'face_mismatch') return 'picture';
  return reasons.get(code) ?? 'trouble';
}

function toOwnCheck(line: LogLine): OwnCheck[] {
  const { id, action, application } = line;
  return isOwnAction(action) ? [{ at: timeOfId(id), event: events[action], reason: toReason(line), application }] : [];
}

/** Lists decisions about one person, newest first. @throws `request_malformed` for the cursor */
export async function listOwnChecks(
  who: SubjectRef,
  page: { readonly cursor: string | null; readonly limit: number },
  deps: Pick<LedgerDeps, 'ledger'>,
): Promise<Page<OwnCheck>> {
  const { items, cursor } = await listLines({ people: [who], actions }, page, deps);
  return { items: items.flatMap(toOwnCheck), cursor };
}
