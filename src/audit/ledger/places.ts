import { z } from 'zod';
import { enforcedDecisions, type Ruled } from '../../core/audit-events.js';
import type { SubjectRef } from '../../core/connection.js';
import { type EnrolmentProof, enrolmentProofs } from '../../core/enrolment-proof.js';
import type { LedgerKey, LedgerRange, LedgerStore } from '../../core/ports.js';
import { type PolicyMode, policyModes } from '../../core/rules/rule.js';
import { digestOf, hexDigestOf } from '../../core/secrets.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { namedBrowser } from '../../core/user-agent.js';
import { type LineReply, lineReply } from './replies.js';

/**
 * `device` is the browser of the person, which administrators do not see; `null`: not known. `ruled` is for counts. A
 * line of an earlier version has none.
 */
const lineGuard = lineReply.omit({ id: true, time: true }).extend({
  device: namedBrowser.nullable(),
  ruled: z.array(z.object({ rule: z.string(), isRefused: z.boolean() })),
});

/** A line of the log. It has ids only, but no name, login or face data. */
export type LogLine = Readonly<z.output<typeof lineGuard> & Pick<LineReply, 'id'>>;

/** Fields that the stored form of a line may omit. */
export const emptyLine = {
  subject: null,
  code: null,
  reasons: [],
  application: null,
  hook: null,
  enforced: null,
  ruled: [],
  by: null,
  requestId: null,
  stepUpId: null,
  network: null,
  device: null,
  seconds: null,
};

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Converts a line to its stored form, without empty fields. */
export function serializeLine({ id: _, ...line }: LogLine): string {
  const told = Object.entries(line).filter(([, value]) => !isEmpty(value));
  return JSON.stringify({ connection: line.connection, ...Object.fromEntries(told) });
}

export const parseLine = (id: string, text: string): LogLine => ({
  id,
  ...lineGuard.parse({ ...emptyLine, ...JSON.parse(text) }),
});

/*
 * Key layout of the ledger. `|` ends each part of a `sort`; `~` sorts after any part.
 *
 *   log:<day>            <line id>                          the line
 *   days                 <day>                              days with lines
 *   of:<nn>              <person>|<line id>                 lines of a person, spread over 64 partitions
 *   request:<nn>         <request>|<line id>                lines of a request
 *   network:<nn>         <network>|<line id>                lines from a network
 *   stepup:<nn>          <step-up>|<line id>                lines of a step-up
 *   activity             <line id>                          lines of administrators and clients
 *   activity-since       since                              time from which they are complete
 *   checks:<day>         <connection>|<outcome>|<line id>   face checks, for counts; a passed check has its duration
 *   refusals:<connection>
 *                        <code>|<line id>                   refused face checks by reason, for counts
 *   decided:<day>        <connection>|<hook>|<decision>|<code>|<line id>
 *                                                           decisions of hooks, for counts
 *   ruled:<day>          <connection>|<rule>|<refused or not>|<line id>
 *                                                           sign-ins by rule, for counts; with a digest of the subject
 *   signins:<day>        <connection>|<what>|<subject>      people of whom hooks decided, and those refused
 *   person:<nn>          <person>|enrolment, check, lockout, signin
 *                                                           data on a person
 *   counts:<day>         <connection>                       counts of these, once the day is over
 *   signedin:<connection>:<what>
 *                        <time>|<person>                    people by their last sign-in, and what it was
 *   connections          <connection>                       connections with sign-ins
 *   enrolled:<connection>, ended
 *                        <time>|<person>                    people by time of enrolment, or of its end
 *   locked               <until>|<person>                   people locked out until that time
 *   erased               <time>|<person>                    erased people, so that lines written later are erased too
 */

const longestPart = 200;
const greatest = '~';

/** Encodes text as part of a key, in printable ASCII without `|` and `~`. Long text becomes a digest. */
export function toPart(text: string): string {
  // `Buffer` replaces unpaired surrogates, which cannot be encoded.
  const part = encodeURIComponent(Buffer.from(text).toString()).replaceAll('~', '%7E');
  return part.length <= longestPart ? part : `!${hexDigestOf(text)}`;
}

const spreadOver = 64;

const spread = (name: string, part: string): string => `${name}:${(digestOf(part)[0] ?? 0) % spreadOver}`;

const timePart = (time: EpochMs): string => String(Math.max(0, time)).padStart(13, '0');

/**
 * Returns the id of a line: time, hash chain and number in the chain. Later lines have greater ids. A rebuilt log has the
 * same ids.
 */
export const lineIdOf = (time: EpochMs, trail: string, sequence: number): string =>
  `${timePart(time)}-${trail.slice(0, chainCharacters)}-${String(sequence).padStart(10, '0')}`;

/** Number of characters of the hash chain's name in the id of a line. */
export const chainCharacters = 12;

export const chainOfId = (id: string): string => id.slice(14, 14 + chainCharacters);

export const timeOfId = (id: string): EpochMs => epochMs(Number(id.slice(0, 13)));

export const idAt = (time: EpochMs): string => timePart(time);

/** Returns the number of days since 1970 in UTC, in five digits. */
export const dayOf = (time: EpochMs): string => String(Math.floor(time / 1000 / secondsPerDay)).padStart(5, '0');

export const startOfDay = (day: string): EpochMs => addSec(epochMs(0), Number(day) * secondsPerDay);

export const personPart = ({ connection, subject }: SubjectRef): string => `${toPart(connection)}|${toPart(subject)}`;

export const logPartition = (day: string): string => `log:${day}`;
export const daysPartition = 'days';
export const lockedPartition = 'locked';
export const connectionsPartition = 'connections';

/** The modes that refuse a person's last sign-in: `shadow` for enforce mode alone; `null`: it was not refused. */
export const refusedIns = [...policyModes, null] as const;

/** @param part - connection, as `toPart` returns it */
export const signedInPartition = (part: string, refusedIn: PolicyMode | null): string =>
  `signedin:${part}:${refusedIn ?? 'none'}`;
export const erasedPartition = 'erased';

export const rangeOf = (partition: string, ...parts: readonly string[]): LedgerRange => {
  const start = parts.map((part) => `${part}|`).join('');
  return { partition, after: start, before: `${start}${greatest}` };
};

const spreadRange = (name: string, part: string): LedgerRange => rangeOf(spread(name, part), part);

export const ofPerson = (who: SubjectRef): LedgerRange => spreadRange('of', personPart(who));
export const ofRequest = (requestId: string): LedgerRange => spreadRange('request', toPart(requestId));
export const ofNetwork = (network: string): LedgerRange => spreadRange('network', toPart(network));
export const ofStepUp = (stepUpId: string): LedgerRange => spreadRange('stepup', toPart(stepUpId));
export const activityRange = rangeOf('activity');
export const activitySinceKey: LedgerKey = { partition: 'activity-since', sort: 'since' };
export const refusalsOf = (connection: string): LedgerRange => rangeOf(`refusals:${toPart(connection)}`);

export const checksOf = (day: string, connection: string, outcome: 'passed' | 'refused'): LedgerRange =>
  rangeOf(`checks:${day}`, toPart(connection), outcome);

export const decidedPartition = (day: string): string => `decided:${day}`;
export const countsPartition = (day: string): string => `counts:${day}`;
export const ruledPartition = (day: string): string => `ruled:${day}`;
export const signInsPartitionOf = (day: string): string => `signins:${day}`;

export const decidedOf = (day: string, connection: string): LedgerRange =>
  rangeOf(decidedPartition(day), toPart(connection));

export const ruledOf = (day: string, connection: string, { rule, isRefused }: Ruled): LedgerRange =>
  rangeOf(ruledPartition(day), toPart(connection), toPart(rule), isRefused ? 'refused' : 'not');

/** @param what - `all` people of whom hooks decided on a day, or those whom a mode refuses */
export const signInsOf = (day: string, connection: string, what: 'all' | PolicyMode): LedgerRange =>
  rangeOf(signInsPartitionOf(day), toPart(connection), what);

export const countedDecisions = ['verified', 'denied', 'claimOmitted', 'notNeeded', ...enforcedDecisions] as const;
/** A decision of a hook, as counts name it. */
export type CountedDecision = (typeof countedDecisions)[number];

/** Returns what a hook decided, or `null` for another line. */
function toDecision({ action, outcome, code, enforced }: LogLine): CountedDecision | null {
  if (action !== 'hook_decided') return null;
  if (enforced !== null) return enforced;
  if (outcome === 'refused') return 'denied';
  if (outcome === 'passed' || code === 'another_way') return 'verified';
  return code === 'no_check_needed' ? 'notNeeded' : 'claimOmitted';
}

/** Returns the rows by which the decision of a hook is counted. Those of its person are shared by the day. */
function toDecidedRows(line: LogLine): readonly LedgerKey[] {
  const { id, connection, subject, hook, code } = line;
  const decision = toDecision(line);
  if (decision === null) return [];
  const day = dayOf(timeOfId(id));
  const { partition, after } = decidedOf(day, connection);
  const group = [toPart(hook ?? ''), decision, decision === 'undecided' ? toPart(code ?? '') : ''].join('|');
  const isDenied = decision === 'denied';
  const counted = ['all', isDenied ? 'enforce' : null, isDenied || line.enforced !== null ? 'shadow' : null] as const;
  const ofPerson = counted.flatMap((what) => {
    if (what === null || subject === null) return [];
    const people = signInsOf(day, connection, what);
    return [{ partition: people.partition, sort: `${people.after}${toPart(subject)}` }];
  });
  return [{ partition, sort: `${after}${group}|${id}` }, ...ofPerson];
}

export const lineKeyOf = (reference: string): LedgerKey => {
  const id = reference.slice(reference.lastIndexOf('|') + 1);
  return { partition: logPartition(dayOf(timeOfId(id))), sort: id };
};

/** Returns the rows under which a line is found or counted. That of a passed check stores its seconds. */
export function referencesTo(line: LogLine): (LedgerKey & { readonly value: string })[] {
  const { id, connection, subject, requestId, stepUpId, network, action, outcome, code, seconds, by } = line;
  // A person passes with a code that the help desk issued: no act of the help desk.
  const isAct = by !== null && action !== 'another_way_passed';
  const day = dayOf(timeOfId(id));
  // A failure of the vendor ends a check before a comparison.
  const isRefused = action === 'verification_refused' || (action === 'liveness_vendor_failed' && outcome === 'refused');
  const passed = action === 'verified' ? checksOf(day, connection, 'passed') : null;
  const ranges = [
    subject === null ? null : ofPerson({ connection, subject }),
    requestId === null ? null : ofRequest(requestId),
    stepUpId === null ? null : ofStepUp(stepUpId),
    network === null ? null : ofNetwork(network),
    isAct ? activityRange : null,
    isRefused ? checksOf(day, connection, 'refused') : null,
    isRefused && code !== null ? rangeOf(refusalsOf(connection).partition, toPart(code)) : null,
    passed,
  ];
  const references = ranges.flatMap((range) => {
    if (range === null) return [];
    const value = range === passed && seconds !== null ? String(seconds) : '';
    return [{ partition: range.partition, sort: `${range.after}${id}`, value }];
  });
  const ruled = line.ruled.map((each) => {
    const { partition, after } = ruledOf(day, connection, each);
    return { partition, sort: `${after}${id}`, value: subject === null ? '' : hexDigestOf(subject) };
  });
  const decided = toDecidedRows(line).map(({ partition, sort }) => ({ partition, sort, value: '' }));
  return [...references, ...ruled, ...decided];
}

/** Returns the keys of a person's rows, which are updated independently. */
export const personKeys = (who: SubjectRef) => {
  const part = personPart(who);
  const partition = spread('person', part);
  return {
    enrolment: { partition, sort: `${part}|enrolment` },
    check: { partition, sort: `${part}|check` },
    lockout: { partition, sort: `${part}|lockout` },
    signIn: { partition, sort: `${part}|signin` },
  };
};

export type ListedStatus = 'enrolled' | 'ended';

/**
 * Returns the partition of listed people. Each connection has its own partition of enrolled people, so that they can be
 * counted.
 */
export const peoplePartition = (status: ListedStatus, connection: string): string =>
  status === 'ended' ? status : `${status}:${toPart(connection)}`;

export const atTime = (time: EpochMs, who: SubjectRef): string => `${timePart(time)}|${personPart(who)}`;

/** Returns the range of people before a time or a cursor. */
export const timesOf = (
  partition: string,
  { since, before }: { readonly since: EpochMs | null; readonly before: EpochMs | string | null },
): LedgerRange => ({
  partition,
  after: since === null ? '' : timePart(since),
  before: typeof before === 'number' ? timePart(before) : (before ?? greatest),
});

/** Ids of the person, included in each row because the row's key contains only digests of long ids. */
const whoGuard = { connection: z.string(), subject: z.string() };

export const listedGuard = z.object(whoGuard);

const enrolmentGuard = z.object({
  ...whoGuard,
  status: z.enum(['enrolled', 'ended']),
  at: epochMsGuard,
  expiresAt: epochMsGuard.nullable(),
  proof: z.enum(enrolmentProofs).nullable().default(null),
  /** Version of the key that seals the token. `null`: not known. */
  keyVersion: z.int().nullable().default(null),
});
const checkGuard = z.object({ ...whoGuard, outcome: z.enum(['passed', 'refused']), at: epochMsGuard });
/** `null` once an administrator has ended the lockout. */
const lockoutGuard = z.object({ ...whoGuard, until: epochMsGuard.nullable(), at: epochMsGuard });

/** The last decision of a hook. */
export const signInGuard = z.object({
  ...whoGuard,
  at: epochMsGuard,
  hook: z.string(),
  refusedIn: z.enum(policyModes).nullable(),
});

export interface StoredPerson {
  readonly enrolment: z.output<typeof enrolmentGuard> | null;
  readonly check: z.output<typeof checkGuard> | null;
  readonly lockout: z.output<typeof lockoutGuard> | null;
  readonly signIn: z.output<typeof signInGuard> | null;
}

export interface IndexedPerson extends SubjectRef {
  /** `none`: never enrolled within the retention time. */
  readonly status: 'enrolled' | 'expired' | 'ended' | 'none';
  readonly enrolledAt: EpochMs | null;
  readonly expiresAt: EpochMs | null;
  /** Proof of the enrolment. `null` if it is unknown, or the user is not enrolled. */
  readonly proof: EnrolmentProof | null;
  readonly endedAt: EpochMs | null;
  readonly lastCheck: { readonly at: EpochMs; readonly outcome: 'passed' | 'refused' } | null;
  readonly lockedUntil: EpochMs | null;
}

const parseIf = <Value>(guard: z.ZodType<Value>, text: string | null | undefined): Value | null =>
  text === null || text === undefined ? null : guard.parse(JSON.parse(text));

/** Returns the range of a part of all people's rows. */
export const personRanges: readonly LedgerRange[] = Array.from({ length: spreadOver }, (_, at) =>
  rangeOf(`person:${at}`),
);

/** Parses a row of these ranges. Returns `null` for a row that is not about a person's enrolment. */
export const parseEnrolment = (sort: string, value: string): StoredPerson['enrolment'] =>
  sort.endsWith('|enrolment') ? enrolmentGuard.parse(JSON.parse(value)) : null;

export async function readPeople(people: readonly SubjectRef[], ledger: LedgerStore): Promise<StoredPerson[]> {
  const found = await ledger.get(
    people.flatMap((who) => {
      const { enrolment, check, lockout, signIn } = personKeys(who);
      return [enrolment, check, lockout, signIn];
    }),
  );
  return people.map((_, index) => ({
    enrolment: parseIf(enrolmentGuard, found[index * 4]),
    check: parseIf(checkGuard, found[index * 4 + 1]),
    lockout: parseIf(lockoutGuard, found[index * 4 + 2]),
    signIn: parseIf(signInGuard, found[index * 4 + 3]),
  }));
}

export const unknownPerson: StoredPerson = { enrolment: null, check: null, lockout: null, signIn: null };

export function toIndexed(
  who: SubjectRef,
  { enrolment, check, lockout }: StoredPerson = unknownPerson,
  now: EpochMs,
): IndexedPerson {
  const isEnrolled = enrolment?.status === 'enrolled';
  const expiresAt = isEnrolled ? enrolment.expiresAt : null;
  const isExpired = expiresAt !== null && expiresAt <= now;
  const until = lockout?.until ?? null;
  return {
    connection: who.connection,
    subject: who.subject,
    status: isExpired ? 'expired' : (enrolment?.status ?? 'none'),
    enrolledAt: isEnrolled ? enrolment.at : null,
    expiresAt,
    proof: isEnrolled ? enrolment.proof : null,
    endedAt: enrolment?.status === 'ended' ? enrolment.at : null,
    lastCheck: check === null ? null : { at: check.at, outcome: check.outcome },
    lockedUntil: until !== null && until > now ? until : null,
  };
}
