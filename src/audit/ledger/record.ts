import { type AuditAction, type AuditDetail, type PersonChange, timeOf } from '../../core/audit-events.js';
import { hasNoAccount, type SubjectRef } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerKey, LedgerRow, LedgerStore } from '../../core/ports.js';
import { addSec, type EpochMs, secondsPerDay } from '../../core/units.js';
import { nameBrowser, type RequestOrigin } from '../../core/user-agent.js';
import { type Erased, eraseLines } from './erase.js';
import { readNewestFirst } from './newest-first.js';
import {
  atTime,
  connectionsPartition,
  dayOf,
  daysPartition,
  emptyLine,
  erasedPartition,
  idAt,
  type LogLine,
  lineIdOf,
  lockedPartition,
  logPartition,
  parseEnrolment,
  peoplePartition,
  personKeys,
  personPart,
  personRanges,
  readPeople,
  referencesTo,
  type StoredPerson,
  serializeLine,
  signedInPartition,
  timeOfId,
  toPart,
  unknownPerson,
} from './places.js';

export interface RecordedEvent<Action extends AuditAction> {
  readonly action: Action;
  readonly connection: string;
  readonly subject: string;
  readonly detail: AuditDetail<Action>;
  readonly time: EpochMs;
  readonly sequence: number;
  readonly request: string | null;
}

export interface LedgerEntry {
  readonly line: LogLine;
  readonly changes: readonly PersonChange[];
  readonly endsKeyVersion: number | null;
  /** Time of the line in microseconds, of which the last three digits order the entries of a millisecond. */
  readonly version: number;
}

/** Returns the user's id, or `null` for people without an account, because their ids contain addresses or names. */
const toSubject = (subject: string): string | null => (subject === '' || hasNoAccount(subject) ? null : subject);

/**
 * Converts an audit record to a log entry. Returns `null` if the log does not contain its action.
 * @param trail - name of the audit log's hash chain
 * @param origin - `null` if it is unknown, as in an audit log
 */
export function toEntry<Action extends AuditAction>(
  { action, connection, subject: given, detail, time: recordedAt, sequence, request }: RecordedEvent<Action>,
  trail: string,
  origin: RequestOrigin | null,
  { auditEvents }: Ports<'auditEvents'>,
): LedgerEntry | null {
  const convert = auditEvents.log[action];
  if (convert === undefined) return null;
  const { changes = [], reasons = [], ruled = [], endsKeyVersion = null, ...told } = convert(detail);
  const subject = toSubject(given);
  const time = timeOf({ time: recordedAt, detail });
  const id = lineIdOf(time, trail, sequence);
  const isByPerson = (told.by ?? null) === null || action === 'another_way_passed';
  const device = nameBrowser(isByPerson && origin !== null ? origin.userAgent : null);
  return {
    line: {
      ...emptyLine,
      id,
      connection,
      subject,
      action,
      requestId: request,
      network: origin?.network ?? null,
      device: device.browser === null && device.system === null ? null : device,
      ...told,
      reasons: [...reasons],
      ruled: [...ruled],
    },
    changes: subject === null ? [] : changes,
    endsKeyVersion,
    version: time * 1000 + (sequence % 1000),
  };
}

interface Change extends SubjectRef {
  readonly change: PersonChange;
  readonly version: number;
  readonly lineId: string;
}

const toChanges = ({ line: { id, connection, subject }, changes, version }: LedgerEntry): Change[] =>
  subject === null ? [] : changes.map((change) => ({ connection, subject, change, version, lineId: id }));

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
  const changes = entries.flatMap(toChanges).toSorted((a, b) => a.version - b.version);
  const rows = new Rows();
  for (const { line } of entries) putLine(line, isRebuilt, rows, deps);
  await changePeople(changes, rows, ledger);
  await writeRows(rows, ledger);
  for (const each of entries) if (each.endsKeyVersion !== null) await endEnrolments(each, ledger);
  for (const each of changes) if (each.change.kind === 'erased') await eraseLines(each, deps);
}

async function writeRows(rows: Rows, ledger: LedgerStore): Promise<void> {
  const all = rows.list();
  const obsolete = all.filter(isObsolete);
  await ledger.put(all.filter((row) => !isObsolete(row)));
  if (obsolete.length > 0) await ledger.remove(obsolete);
}

/** Ends the enrolments whose key is gone. */
async function endEnrolments({ line, version, endsKeyVersion }: LedgerEntry, ledger: LedgerStore): Promise<void> {
  const ended = { change: { kind: 'ended' }, version, lineId: line.id } as const;
  for (const range of personRanges)
    for await (const found of readNewestFirst([range], (sort) => sort, ledger)) {
      const changes = found.flatMap(({ place, value }): Change[] => {
        const enrolment = parseEnrolment(place, value);
        if (enrolment?.status !== 'enrolled' || enrolment.keyVersion !== endsKeyVersion) return [];
        return [{ ...ended, connection: enrolment.connection, subject: enrolment.subject }];
      });
      const rows = new Rows();
      await changePeople(changes, rows, ledger);
      await writeRows(rows, ledger);
    }
}

function putLine(line: LogLine, isRebuilt: boolean, rows: Rows, { bounds }: LedgerDeps): void {
  const time = timeOfId(line.id);
  const expiresAt = addSec(time, bounds.days * secondsPerDay);
  const key = { partition: logPartition(dayOf(time)), sort: line.id };
  rows.put(key, serializeLine(line), { version: isRebuilt ? 0 : null, expiresAt });
  for (const { value, ...reference } of referencesTo(line)) rows.put(reference, value, { expiresAt });
  rows.put({ partition: daysPartition, sort: dayOf(time) }, '');
}

/** Rows of a batch. The last row of a key counts, because a person may enter and leave a list within one batch. */
class Rows {
  readonly #byKey = new Map<string, LedgerRow>();

  /** @param value - `null` deletes the row, but keeps a version */
  put(
    { partition, sort }: LedgerKey,
    value: string | null,
    { version = null, expiresAt = null }: Partial<Pick<LedgerRow, 'version' | 'expiresAt'>> = {},
  ): void {
    this.#byKey.set(JSON.stringify([partition, sort]), { partition, sort, value, version, expiresAt });
  }

  list(): LedgerRow[] {
    return [...this.#byKey.values()];
  }
}

const isObsolete = ({ value, version }: LedgerRow): boolean => value === null && version === null;

async function changePeople(changes: readonly Change[], rows: Rows, ledger: LedgerStore): Promise<void> {
  if (changes.length === 0) return;
  const named = [...new Map(changes.map((each) => [personPart(each), each])).values()];
  const stored = await readPeople(named, ledger);
  const people = new Map(named.map((who, index) => [personPart(who), stored[index]]));
  for (const each of changes) {
    const part = personPart(each);
    people.set(part, changePerson(people.get(part) ?? unknownPerson, each, rows));
  }
}

const placeOfSignIn = (signIn: NonNullable<StoredPerson['signIn']>): LedgerKey => ({
  partition: signedInPartition(toPart(signIn.connection), signIn.refusedIn),
  sort: atTime(signIn.at, signIn),
});

/** Returns a person as a change at that time leaves them, without writing it. */
export const previewChange = (is: StoredPerson, who: SubjectRef, change: PersonChange, time: EpochMs): StoredPerson =>
  changePerson(is, { ...who, change, version: 0, lineId: idAt(time) }, new Rows());

const noToken = { expiresAt: null, proof: null, keyVersion: null };

/** Adds the rows that a change writes, and returns the person as the change leaves them. */
function changePerson(is: StoredPerson, { change, version, lineId, ...who }: Change, rows: Rows): StoredPerson {
  const time = timeOfId(lineId);
  const keys = personKeys(who);
  const whoText = JSON.stringify(who);
  const leaveLists = (): void => {
    if (is.enrolment === null) return;
    const partition = peoplePartition(is.enrolment.status, who.connection);
    rows.put({ partition, sort: atTime(is.enrolment.at, who) }, null);
  };
  const leaveLocked = (): void => {
    const until = is.lockout?.until ?? null;
    if (until !== null) rows.put({ partition: lockedPartition, sort: atTime(until, who) }, null);
  };
  const leaveSignIns = (): void => {
    if (is.signIn !== null) rows.put(placeOfSignIn(is.signIn), null);
  };
  switch (change.kind) {
    case 'enrolled':
    case 'ended': {
      if (is.enrolment !== null && is.enrolment.at > time) return is;
      if (change.kind === 'ended' && is.enrolment?.status !== 'enrolled') return is;
      leaveLists();
      const { expiresAt, proof, keyVersion } = change.kind === 'enrolled' ? change : noToken;
      const enrolment = { ...who, status: change.kind, at: time, expiresAt, proof, keyVersion };
      rows.put(keys.enrolment, JSON.stringify(enrolment), { version });
      rows.put({ partition: peoplePartition(change.kind, who.connection), sort: atTime(time, who) }, whoText);
      return { ...is, enrolment };
    }
    case 'resealed': {
      if (is.enrolment?.status !== 'enrolled' || is.enrolment.at > time) return is;
      const enrolment = { ...is.enrolment, keyVersion: change.keyVersion };
      rows.put(keys.enrolment, JSON.stringify(enrolment), { version });
      return { ...is, enrolment };
    }
    case 'checked': {
      // For a person without an enrolment, the check is only in the log and not in the person's row.
      if (is.enrolment === null) return is;
      const check = { ...who, outcome: change.outcome, at: time };
      rows.put(keys.check, JSON.stringify(check), { version });
      return { ...is, check };
    }
    case 'lockout': {
      const { until } = change;
      if (is.lockout === null ? until === null : is.lockout.at > time) return is;
      leaveLocked();
      const lockout = { ...who, until, at: time };
      rows.put(keys.lockout, JSON.stringify(lockout), { version });
      if (until !== null) rows.put({ partition: lockedPartition, sort: atTime(until, who) }, whoText);
      return { ...is, lockout };
    }
    case 'signed_in': {
      if (is.signIn !== null && is.signIn.at > time) return is;
      const { hook, refusedIn } = change;
      const signIn = { ...who, at: time, hook, refusedIn };
      leaveSignIns();
      rows.put(keys.signIn, JSON.stringify(signIn), { version });
      rows.put(placeOfSignIn(signIn), JSON.stringify(signIn));
      rows.put({ partition: connectionsPartition, sort: toPart(who.connection) }, '');
      return { ...is, signIn };
    }
    case 'erased': {
      for (const key of Object.values(keys)) rows.put(key, null, { version });
      const erased: Erased = { ...who, at: time, lineId };
      rows.put({ partition: erasedPartition, sort: atTime(time, who) }, JSON.stringify(erased));
      // Data that is newer than the erasure is kept.
      const isSince = (part: { readonly at: EpochMs } | null): boolean => part !== null && part.at > time;
      if (!isSince(is.enrolment)) leaveLists();
      if (!isSince(is.lockout)) leaveLocked();
      if (!isSince(is.signIn)) leaveSignIns();
      return {
        enrolment: isSince(is.enrolment) ? is.enrolment : null,
        check: isSince(is.check) ? is.check : null,
        lockout: isSince(is.lockout) ? is.lockout : null,
        signIn: isSince(is.signIn) ? is.signIn : null,
      };
    }
  }
}
