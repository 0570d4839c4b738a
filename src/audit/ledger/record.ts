import type { AuditAction, PastDetail, PersonChange } from '../../core/audit-events.js';
import type { SubjectRef } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerKey, LedgerRow } from '../../core/ports.js';
import { addSec, type EpochMs, secondsPerDay } from '../../core/units.js';
import { type Erased, eraseLines, toErasedRow } from './erase.js';
import {
  atTime,
  dayOf,
  daysPartition,
  type LogLine,
  lineIdOf,
  lockedPartition,
  logPartition,
  peoplePartition,
  personKeys,
  personPart,
  readPeople,
  referencesTo,
  type StoredPerson,
  serializeLine,
  timeOfId,
} from './places.js';

export interface RecordedEvent<Action extends AuditAction> {
  readonly action: Action;
  readonly connection: string;
  readonly subject: string;
  readonly detail: PastDetail<Action>;
  readonly time: EpochMs;
  readonly sequence: number;
  readonly request: string | null;
}

export interface LedgerEntry {
  readonly line: LogLine;
  readonly changes: readonly PersonChange[];
  readonly time: EpochMs;
  /** Orders entries within the same millisecond. */
  readonly version: number;
}

/** Returns the user's id, or `null` for people without an account, because their ids contain addresses or names. */
const toSubject = (subject: string): string | null =>
  subject === '' || subject.startsWith('identifier:') ? null : subject;

/**
 * Converts an audit record to a log entry. Returns `null` if the log does not contain its action.
 * @param trail - name of the audit log's hash chain
 * @param network - shortened address of the caller, or `null` if unknown
 */
export function toEntry<Action extends AuditAction>(
  { action, connection, subject: given, detail, time, sequence, request }: RecordedEvent<Action>,
  trail: string,
  network: string | null,
  { auditEvents }: Ports<'auditEvents'>,
): LedgerEntry | null {
  const convert = auditEvents.log[action];
  if (convert === undefined) return null;
  const { changes = [], ...told } = convert(detail);
  const subject = toSubject(given);
  const untold = { code: null, reasons: [], application: null, hook: null, by: null, stepUpId: null, seconds: null };
  return {
    line: {
      id: lineIdOf(time, trail, sequence),
      connection,
      subject,
      action,
      requestId: request,
      network,
      ...untold,
      ...told,
    },
    changes: subject === null ? [] : changes,
    time,
    version: time * 1000 + (sequence % 1000),
  };
}

interface ChangedPeople {
  readonly rows: readonly LedgerRow[];
  readonly left: readonly LedgerKey[];
  readonly erased: readonly Erased[];
}

interface Change extends SubjectRef, Pick<LedgerEntry, 'time' | 'version'> {
  readonly change: PersonChange;
  readonly lineId: string;
}

/** Returns the rows to write for a batch of entries, in order. */
export async function changePeople(
  entries: readonly LedgerEntry[],
  { ledger }: Pick<LedgerDeps, 'ledger'>,
): Promise<ChangedPeople> {
  const changes = entries
    .flatMap(({ line: { id, connection, subject }, changes: all, time, version }) =>
      subject === null ? [] : all.map((change): Change => ({ connection, subject, change, time, version, lineId: id })),
    )
    .toSorted((a, b) => a.version - b.version);
  if (changes.length === 0) return { rows: [], left: [], erased: [] };
  const named = [...new Map(changes.map((each) => [personPart(each), each])).values()];
  const stored = await readPeople(named, ledger);
  const people = new Map(named.map((who, index) => [personPart(who), stored[index] ?? unknown]));
  const draft = new Draft();
  for (const each of changes) {
    const part = personPart(each);
    people.set(part, changePerson(people.get(part) ?? unknown, each, draft));
  }
  return draft.finish();
}

const unknown: StoredPerson = { enrolment: null, check: null, lockout: null };

class Draft {
  readonly #rows: LedgerRow[] = [];
  /** Keyed by list and person, because a person may enter and leave a list within one batch. */
  readonly #places = new Map<string, { readonly key: LedgerKey; readonly row: LedgerRow | null }>();
  readonly #erased: Erased[] = [];

  put(key: LedgerKey, value: object | null, version: number): void {
    this.#rows.push({ ...key, value: value === null ? null : JSON.stringify(value), version, expiresAt: null });
  }

  list(partition: string, time: EpochMs, { connection, subject }: SubjectRef): void {
    const key = { partition, sort: atTime(time, { connection, subject }) };
    const row = { ...key, value: JSON.stringify({ connection, subject }), version: null, expiresAt: null };
    this.#places.set(`${key.partition} ${key.sort}`, { key, row });
  }

  leave(partition: string, time: EpochMs, who: SubjectRef): void {
    const key = { partition, sort: atTime(time, who) };
    this.#places.set(`${key.partition} ${key.sort}`, { key, row: null });
  }

  erase(erased: Erased): void {
    this.#rows.push(toErasedRow(erased));
    this.#erased.push(erased);
  }

  finish(): ChangedPeople {
    const places = [...this.#places.values()];
    return {
      rows: [...this.#rows, ...places.flatMap(({ row }) => (row === null ? [] : [row]))],
      left: places.flatMap(({ key, row }) => (row === null ? [key] : [])),
      erased: this.#erased,
    };
  }
}

function changePerson(is: StoredPerson, { change, time, version, lineId, ...who }: Change, draft: Draft): StoredPerson {
  const { connection, subject } = who;
  const keys = personKeys(who);
  const leaveLists = (): void => {
    if (is.enrolment !== null) draft.leave(peoplePartition(is.enrolment.status, connection), is.enrolment.at, who);
  };
  const leaveLocked = (): void => {
    const until = is.lockout?.until ?? null;
    if (until !== null) draft.leave(lockedPartition, until, who);
  };
  switch (change.kind) {
    case 'enrolled':
    case 'ended': {
      if (is.enrolment !== null && is.enrolment.at > time) return is;
      if (is.enrolment === null && change.kind === 'ended') return is;
      if (is.enrolment?.status === 'ended' && change.kind === 'ended') return is;
      leaveLists();
      const expiresAt = change.kind === 'enrolled' ? change.expiresAt : null;
      const enrolment = { connection, subject, status: change.kind, at: time, expiresAt };
      draft.put(keys.enrolment, enrolment, version);
      draft.list(peoplePartition(change.kind, connection), time, who);
      return { ...is, enrolment };
    }
    case 'checked': {
      // For a person without an enrolment, the check is only in the log and not in the person's row.
      if (is.enrolment === null) return is;
      const check = { connection, subject, outcome: change.outcome, at: time };
      draft.put(keys.check, check, version);
      return { ...is, check };
    }
    case 'lockout': {
      const { until } = change;
      if (is.lockout === null ? until === null : is.lockout.at > time) return is;
      leaveLocked();
      const lockout = { connection, subject, until, at: time };
      draft.put(keys.lockout, lockout, version);
      if (until !== null) draft.list(lockedPartition, until, who);
      return { ...is, lockout };
    }
    case 'erased': {
      for (const key of Object.values(keys)) draft.put(key, null, version);
      draft.erase({ connection, subject, at: time, lineId });
      // Data that is newer than the erasure is kept.
      const isSince = (part: { readonly at: EpochMs } | null): boolean => part !== null && part.at > time;
      if (!isSince(is.enrolment)) leaveLists();
      if (!isSince(is.lockout)) leaveLocked();
      return {
        enrolment: isSince(is.enrolment) ? is.enrolment : null,
        check: isSince(is.check) ? is.check : null,
        lockout: isSince(is.lockout) ? is.lockout : null,
      };
    }
  }
}

/**
 * Writes a batch. Idempotent and independent of order, because the later entry wins.
 * @param options.isRebuilt - true if the entries come from an audit log, which does not record networks; existing log
 * lines then stay
 * @throws `state_unavailable`, after which the batch may be partly written
 */
export async function recordEntries(
  entries: readonly LedgerEntry[],
  deps: LedgerDeps,
  { isRebuilt = false }: { readonly isRebuilt?: boolean } = {},
): Promise<void> {
  const { ledger } = deps;
  const { rows, left, erased } = await changePeople(entries, deps);
  const days = new Set(entries.map(({ time }) => dayOf(time)));
  await ledger.put([
    ...entries.flatMap(({ line }) => toRows(line, isRebuilt, deps)),
    ...[...days].map(
      (sort): LedgerRow => ({ partition: daysPartition, sort, value: '', version: null, expiresAt: null }),
    ),
    ...rows,
  ]);
  if (left.length > 0) await ledger.remove(left);
  for (const each of erased) await eraseLines(each, deps);
}

function toRows(line: LogLine, isRebuilt: boolean, { bounds }: LedgerDeps): LedgerRow[] {
  const time = timeOfId(line.id);
  const expiresAt = addSec(time, bounds.days * secondsPerDay);
  const key: LedgerKey = { partition: logPartition(dayOf(time)), sort: line.id };
  return [
    { ...key, value: serializeLine(line), version: isRebuilt ? 0 : null, expiresAt },
    ...referencesTo(line).map((each) => ({ ...each, version: null, expiresAt })),
  ];
}
