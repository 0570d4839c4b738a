import type { PastEvent } from '../../audit/events.js';
import { type LedgerEntry, toEntry } from '../../audit/ledger/record.js';
import type { PersonChange } from '../../core/audit-events.js';
import type { Ports } from '../../core/deps.js';
import type { EnrolmentProof } from '../../core/enrolment-proof.js';
import type { Member } from '../../core/ports.js';
import { type EpochMs, epochMs, toIso } from '../../core/units.js';
import type { Json } from '../../errors.js';
import { recoveryEvents } from '../../recovery/events.js';

/** A policy that a server loaded, or a manual switch of its mode. */
export interface PolicyEntry {
  readonly time: string;
  readonly trail: number;
  readonly mode: string;
  /** Administrator who switched the mode. `null` for a policy of the configuration. */
  readonly by: string | null;
  /** Settings and rules. `null` for a switch of the mode. */
  readonly policy: Readonly<Record<string, Json>> | null;
}

export interface ListedRecord {
  readonly time: string;
  /** Number of the trail in the pack, and number of the record in the trail. */
  readonly trail: number;
  readonly sequence: number;
  readonly subject: string | null;
  readonly action: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly reasons: readonly string[];
  readonly by: string | null;
  /** What an enrolment rests on. `null` for other records, and if it is not known. */
  readonly proof: EnrolmentProof | null;
}

interface Person {
  /** `null` if no enrolment is in the trails, or if it ended. */
  readonly enrolledAt: string | null;
  readonly expiresAt: string | null;
  readonly proof: EnrolmentProof | null;
  readonly passed: number;
  readonly withoutFace: number;
  readonly refused: number;
}

interface KnownPerson extends Person {
  readonly keyVersion: number | null;
  /** Time of the last change of the enrolment. */
  readonly changedAt: EpochMs;
}

export interface CoveredPerson extends Person {
  readonly subject: string;
  /** `null` if the person is not in the group now, or if no group was named. */
  readonly login: string | null;
  /** Whether the profile at the provider has a token now. `null` if the provider was not asked. */
  readonly hasToken: boolean | null;
}

const bypassActions: readonly string[] = ['bypass_issued', 'bypass_approved', 'another_way_passed'];
const policyActions: readonly string[] = ['configuration_loaded', 'configuration_written'];

/** The lists of a proof pack. A record can be in several. */
const lists = {
  configuration: ({ line }: LedgerEntry) => policyActions.includes(line.action),
  // A hook decides on a code that another record has already.
  withoutFace: ({ line }: LedgerEntry) =>
    line.outcome === 'let_through' && !(line.action === 'hook_decided' && line.code === 'another_way'),
  enrolments: ({ changes }: LedgerEntry) => changes.some(({ kind }) => kind === 'enrolled'),
  ended: ({ changes, line }: LedgerEntry) =>
    changes.some(({ kind }) => kind === 'ended' || kind === 'erased') || line.action === 'revoked',
  refusals: ({ line }: LedgerEntry) => line.outcome === 'refused',
  bypasses: ({ line }: LedgerEntry) => bypassActions.includes(line.action) && !line.reasons.includes('passkey'),
  recoveries: ({ line }: LedgerEntry) => Object.hasOwn(recoveryEvents.details, line.action),
  administration: ({ line }: LedgerEntry) => line.by !== null && line.action !== 'another_way_passed',
} as const;

export type ListName = keyof typeof lists;
export const listNames = Object.keys(lists).filter((name): name is ListName => Object.hasOwn(lists, name));

/** A reason why the pack is incomplete or uncertain. */
export type Gap =
  /** The period was not over when the pack was made. */
  | { readonly kind: 'under_way'; readonly to: string }
  /** The trail was changed, or its heads do not fit. `sequence` is the first faulty record, if known. */
  | { readonly kind: 'not_sound'; readonly trail: number; readonly sequence: number | null }
  /** The trail has no earlier records, and did not begin with these. */
  | { readonly kind: 'removed'; readonly trail: number; readonly before: string }
  /** The trail begins in or after the period; `null` if it has no record. */
  | { readonly kind: 'begun'; readonly trail: number; readonly at: string | null }
  /** The time of a record is before that of the record before it: the clock was changed. */
  | { readonly kind: 'clock'; readonly trail: number; readonly sequence: number }
  /** Records that this release does not know or cannot read, which no list has. */
  | { readonly kind: 'unreadable'; readonly trail: number; readonly records: number }
  /** No record for more than a day: nothing happened, or the server did not run. */
  | { readonly kind: 'silent'; readonly trail: number; readonly from: string; readonly to: string }
  /** Records after the last signed one. */
  | { readonly kind: 'not_signed'; readonly trail: number; readonly after: number | null }
  /** The policy at the beginning of the period is not in the trail. */
  | { readonly kind: 'policy_unknown'; readonly trail: number }
  /** A server recorded something about the connection, and its trail was not given. */
  | { readonly kind: 'trail_missing'; readonly chain: string; readonly records: number }
  /** The log of decisions does not go back to the beginning, so servers whose trails are missing are not known. */
  | { readonly kind: 'servers_unknown'; readonly before: string };

export interface PackedTrail {
  readonly number: number;
  readonly chain: string | null;
  readonly isSound: boolean;
  readonly firstSequence: number | null;
  readonly lastSequence: number | null;
  readonly records: number;
  /** Records that the pack has as digests only, because they are about others. */
  readonly omitted: number;
  /** Records whose fields are not those of their action, which no list has. */
  readonly unreadable: number;
  readonly signedThrough: number | null;
}

export interface Proof extends ReturnType<Summarizer['summarize']> {
  readonly connection: string;
  readonly group: string | null;
  readonly from: string;
  readonly to: string;
  readonly madeAt: string;
  readonly issuer: string;
  readonly version: string;
  readonly trails: readonly PackedTrail[];
  readonly gaps: readonly Gap[];
}

/** Collects what the covered records of the trails say. */
export class Summarizer {
  readonly #people = new Map<string, KnownPerson>();
  #policies: PolicyEntry[] = [];
  readonly #lists: Record<ListName, ListedRecord[]> = {
    configuration: [],
    withoutFace: [],
    enrolments: [],
    ended: [],
    refusals: [],
    bypasses: [],
    recoveries: [],
    administration: [],
  };

  constructor(private readonly deps: Ports<'auditEvents'>) {}

  /** Adds a record of the period, or one before it, which counts only for what is in force when the period begins. */
  add(event: PastEvent, trail: number, isInPeriod: boolean): void {
    this.#addPolicy(event, trail, isInPeriod);
    const entry = toEntry({ ...event, request: event.request ?? null }, '', null, this.deps);
    if (entry === null) return;
    this.#changePerson(entry, event, isInPeriod);
    if (entry.endsKeyVersion !== null) this.#endEnrolments(entry.endsKeyVersion, event.time);
    if (!isInPeriod) return;
    const proof = enrolmentIn(entry)?.proof ?? null;
    const { subject, action, outcome, code, reasons, by } = entry.line;
    const { sequence } = event;
    const listed = { time: toIso(event.time), trail, sequence, subject, action, outcome, code, reasons, by, proof };
    for (const name of listNames) if (lists[name](entry)) this.#lists[name].push(listed);
  }

  summarize(members: readonly Member[] | null) {
    const byTime = (a: { readonly time: string }, b: { readonly time: string }): number => (a.time < b.time ? -1 : 1);
    for (const name of listNames) this.#lists[name].sort(byTime);
    const memberOf = new Map((members ?? []).map((member) => [member.subject, member]));
    const subjects = new Set([...memberOf.keys(), ...this.#people.keys()]);
    const people = [...subjects].map((subject): CoveredPerson => {
      const { keyVersion: _, changedAt: __, ...person } = this.#people.get(subject) ?? unseen;
      const { login = null, isEnrolled: hasToken = null } = memberOf.get(subject) ?? {};
      return { subject, login, hasToken, ...person };
    });
    return { policies: this.#policies.toSorted(byTime), people, lists: this.#lists };
  }

  #addPolicy(event: PastEvent, trail: number, isInPeriod: boolean): void {
    const place = { time: toIso(event.time), trail };
    if (event.action === 'connection_mode_switched' && isInPeriod)
      this.#policies.push({ ...place, mode: event.detail.mode, by: event.detail.by, policy: null });
    if (event.action !== 'policy_loaded') return;
    const { mode, policy } = event.detail;
    const last = this.#policies.findLast((each) => each.trail === trail && each.policy !== null);
    // A server that starts again loads the same policy.
    if (JSON.stringify(last?.policy) === JSON.stringify(policy)) return;
    if (!isInPeriod) this.#policies = this.#policies.filter((each) => each.trail !== trail);
    this.#policies.push({ ...place, mode, by: null, policy });
  }

  #changePerson(entry: LedgerEntry, { time }: PastEvent, isInPeriod: boolean): void {
    const { subject, action, outcome } = entry.line;
    if (subject === null) return;
    let person = this.#people.get(subject) ?? unseen;
    for (const change of entry.changes) person = changeEnrolment(person, change, time);
    const count = (isCounted: boolean): number => (isInPeriod && isCounted ? 1 : 0);
    this.#people.set(subject, {
      ...person,
      passed: person.passed + count(action === 'verified'),
      withoutFace: person.withoutFace + count(lists.withoutFace(entry)),
      refused: person.refused + count(outcome === 'refused'),
    });
  }

  /** Ends the enrolments whose key was destroyed. */
  #endEnrolments(keyVersion: number, time: EpochMs): void {
    for (const [subject, person] of this.#people)
      if (person.keyVersion === keyVersion) this.#people.set(subject, changeEnrolment(person, { kind: 'ended' }, time));
  }
}

const noEnrolment = { enrolledAt: null, expiresAt: null, proof: null, keyVersion: null };

const unseen: KnownPerson = { ...noEnrolment, changedAt: epochMs(0), passed: 0, withoutFace: 0, refused: 0 };

/** Changes what is known of a person's enrolment. An earlier change than the last is ignored: trails are read in turn. */
function changeEnrolment(person: KnownPerson, change: PersonChange, time: EpochMs): KnownPerson {
  if (time < person.changedAt) return person;
  switch (change.kind) {
    case 'enrolled': {
      const { proof, keyVersion } = change;
      const expiresAt = change.expiresAt === null ? null : toIso(change.expiresAt);
      return { ...person, enrolledAt: toIso(time), expiresAt, proof, keyVersion, changedAt: time };
    }
    case 'resealed':
      return { ...person, keyVersion: change.keyVersion };
    case 'ended':
    case 'erased':
      return { ...person, ...noEnrolment, changedAt: time };
    default:
      return person;
  }
}

const enrolmentIn = ({ changes }: LedgerEntry) => changes.find((change) => change.kind === 'enrolled') ?? null;
