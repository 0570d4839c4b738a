import type { AuditAction, AuditEvents } from '../../core/audit-events.js';
import type { SubjectRef } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { CheckEvent, CheckReason, OwnCheck } from '../../core/home-protocol.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerStore } from '../../core/ports.js';
import { isAmong, type LogFilter, linePage, listLines, matchesFilter, readFiltered, readReferences } from './log.js';
import { collectPage, type Page } from './newest-first.js';
import { type LogLine, lineKeyOf, ofRequest, ofStepUp, parseLine, timeOfId } from './places.js';

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
  passkey_added: 'passkey_added',
  passkey_removed: 'passkey_removed',
} as const satisfies Partial<Record<AuditAction, CheckEvent>>;

const isOwnAction = (action: string): action is keyof typeof events => Object.hasOwn(events, action);

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

const byPasskey = {
  another_way_passed: 'passkey_passed',
  another_way_refused: 'passkey_refused',
} as const satisfies Partial<Record<AuditAction, CheckEvent>>;

function toOwnCheck(line: LogLine): OwnCheck[] {
  const { id, action, application, device, reasons: ways } = line;
  if (!isOwnAction(action)) return [];
  const isCode = action === 'another_way_passed' || action === 'another_way_refused';
  const event = isCode && ways.includes('passkey') ? byPasskey[action] : events[action];
  return [{ id, at: timeOfId(id), event, reason: toReason(line), application, device }];
}

/** Finds a decision by its id. @returns `null` if it is not about this person, or is not shown to the person */
export async function findOwnCheck(
  who: SubjectRef,
  id: string,
  { ledger }: Pick<LedgerDeps, 'ledger'>,
): Promise<OwnCheck | null> {
  const [text = null] = await ledger.get([lineKeyOf(id)]);
  const line = text === null ? null : parseLine(id, text);
  return line !== null && matchesFilter(line, { people: [who] }) ? (toOwnCheck(line)[0] ?? null) : null;
}

/** Lists decisions about one person, newest first. @throws `request_malformed` for the cursor */
export async function listOwnChecks(
  who: SubjectRef,
  page: { readonly cursor: string | null; readonly limit: number },
  deps: Pick<LedgerDeps, 'ledger'>,
): Promise<Page<OwnCheck>> {
  const { items, cursor } = await listLines({ people: [who], actions: Object.keys(events) }, page, deps);
  return { items: items.flatMap(toOwnCheck), cursor };
}

/** The events of one check, or of another request about a person. */
export interface LoggedCheck {
  /** The event that gives the check its outcome, reason and time. */
  readonly result: LogLine;
  /** Oldest first. */
  readonly events: readonly LogLine[];
}

/** Reading one check's events counts as this many log lines towards the maximum per page. */
const linesPerCheck = 10;

/** Maximum events per check. Most have few, but a link may be opened often. */
const mostEvents = 200;

/**
 * Lists checks with all their events, newest first. The filter's `outcome` and `code` apply to the result. A page may
 * be shorter than `limit`, or empty, without being the last.
 * @throws `request_malformed` for the cursor
 */
export async function listChecks(
  filter: LogFilter,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  deps: ChecksDeps,
): Promise<Page<LoggedCheck>> {
  const bounds = { ...linePage(limit), placeOf: ({ line }: PlacedLine) => line.id };
  return collectPage<PlacedLine, LoggedCheck>(readChecks(filter, cursor, deps), bounds, ({ check, cost }, items) => {
    if (check !== null) items.push(check);
    return cost;
  });
}

type ChecksDeps = { readonly ledger: LedgerStore } & Ports<'auditEvents'>;

interface PlacedLine {
  readonly line: LogLine;
  /** The check to list at this line, or `null` if there is none. */
  readonly check: LoggedCheck | null;
  readonly cost: number;
}

/**
 * Reads lines with the checks to list at them, newest first. The checks of a batch are read concurrently, because a
 * remote store takes several round trips for each.
 * @throws `request_malformed` for the cursor
 */
export async function* readChecks(
  filter: LogFilter,
  cursor: string | null,
  { ledger, auditEvents }: ChecksDeps,
): AsyncGenerator<readonly PlacedLine[]> {
  let seen = new Set<string>();
  for await (const lines of readFiltered(filter, cursor, ledger)) {
    const matching = lines.filter((line) => matchesFilter(line, filter) && !seen.has(line.id));
    // The newest line of each check, which is the last one set.
    const unread = new Map(matching.toReversed().map((line) => [toCheckKey(line), line]));
    const checks = new Map(
      await Promise.all(
        Array.from(unread, async ([key, line]) => [key, await readCheck(line, ledger, auditEvents)] as const),
      ),
    );
    yield lines.map((line) => {
      const check = checks.get(toCheckKey(line));
      if (check === undefined || !matchesFilter(line, filter) || seen.has(line.id))
        return { line, check: null, cost: 1 };
      for (const { id } of check.events) seen.add(id);
      return { line, check: isPlacedAt(line, check, filter) ? check : null, cost: linesPerCheck };
    });
    const last = lines.at(-1)?.id ?? '';
    seen = new Set([...seen].filter((id) => id < last));
  }
}

/** Returns the same key for lines whose checks are the same. */
const toCheckKey = ({ id, connection, subject, stepUpId, requestId }: LogLine): string =>
  JSON.stringify([connection, subject, stepUpId ?? requestId ?? id]);

/** Returns true if this is the newest event of the check that matches the filter, so that each check is listed once. */
function isPlacedAt({ id }: LogLine, { result, events }: LoggedCheck, filter: LogFilter): boolean {
  const { outcome = null, code, hasResult = false } = filter;
  if (hasResult && result.action === 'step_up_started') return false;
  const fits = (outcome === null || result.outcome === outcome) && isAmong(result.code, code);
  return fits && events.findLast((event) => matchesFilter(event, filter))?.id === id;
}

async function readCheck(
  line: LogLine,
  ledger: LedgerStore,
  { isResult }: Pick<AuditEvents, 'isResult'>,
): Promise<LoggedCheck> {
  const { requestId, connection, subject } = line;
  const ofRequestOf = async (id: string): Promise<readonly LogLine[]> =>
    (await readReferences(ofRequest(id), mostEvents, ledger)).filter(
      (each) => each.connection === connection && each.subject === subject,
    );
  // Some events name no step-up, but were logged during the request that decided a step-up.
  const near = requestId === null ? [] : await ofRequestOf(requestId);
  const named = new Set([line, ...near].flatMap(({ stepUpId }) => stepUpId ?? []));
  const stepUpId = line.stepUpId ?? (named.size === 1 ? [...named][0] : undefined);
  const found = [line];
  if (stepUpId === undefined) found.push(...near.filter((each) => each.stepUpId === null));
  else {
    const own = await readReferences(ofStepUp(stepUpId), mostEvents, ledger);
    found.push(...own);
    for (const each of new Set(own.flatMap((of) => of.requestId ?? []))) {
      const lines = each === requestId ? near : await ofRequestOf(each);
      if (lines.every((other) => other.stepUpId === null || other.stepUpId === stepUpId)) found.push(...lines);
    }
  }
  const byId = new Map(found.map((each) => [each.id, each]));
  const events = [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const result =
    events.findLast(({ action }) => isResult(action)) ??
    events.findLast(({ outcome }) => outcome !== 'noted') ??
    events.at(-1);
  return { result: result ?? line, events };
}
