import { type Link, parseLink } from '../../audit/chain.js';
import { createEventParser } from '../../audit/events.js';
import { type AuditRecord, parseRecord } from '../../audit/records.js';
import type { SignedHead } from '../../audit/verify.js';
import type { AuditAction } from '../../core/audit-events.js';
import type { Ports } from '../../core/deps.js';
import { hexDigestOf } from '../../core/secrets.js';
import { addSec, type EpochMs, secondsPerDay, toIso } from '../../core/units.js';
import type { Gap, PackedTrail, Summarizer } from './summary.js';

/** Connection, people and period of a proof pack. */
export interface Scope {
  readonly connection: string;
  /** People by id; `null` for everyone. */
  readonly members: ReadonlySet<string> | null;
  readonly from: EpochMs;
  /** Records of this time and later are excluded. */
  readonly to: EpochMs;
}

/** Records about the whole server that a pack shows. Others can name people and connections that it does not cover. */
const serverActions: readonly string[] = [
  'configuration_loaded',
  'configuration_written',
  'configuration_not_written',
  'server_restarted',
  'key_made',
  'key_rotated',
  'key_retired',
  'key_destroyed',
  'administrator_added',
  'administrator_removed',
  'store_replaced',
  'records_removed',
] satisfies readonly AuditAction[];

const covers = ({ action, connection, subject }: AuditRecord, { connection: own, members }: Scope): boolean =>
  connection === ''
    ? subject === '' && serverActions.includes(action)
    : connection === own && (members === null || subject === '' || members.has(subject));

/** Time without a record that the pack names, in seconds. */
const longestSilenceSec = secondsPerDay;

/** Clocks are corrected by less than this, in seconds. */
const leastStepBackSec = 5;

const omit = (line: Buffer, link: Link | null) => {
  const { sequence = null, previous = null } = link ?? {};
  return { text: JSON.stringify({ sequence, previous, digest: hexDigestOf(line) }), sequence };
};

/**
 * Collects the lines of a trail that a pack has, without a gap: from the first record of the period to the first signed
 * record after the last. Lines that it does not cover become digests.
 */
export class TrailPeriod {
  readonly #parse: ReturnType<typeof createEventParser>['parse'];
  readonly #gaps: Gap[] = [];
  #lines: string[] = [];
  /** Lines since the last record of the period. */
  #later: ReturnType<typeof omit>[] = [];
  #firstOfTrail: Link | null = null;
  #first: Link | null = null;
  #last: Link | null = null;
  #latest: EpochMs | null = null;
  #hasPolicy = false;
  readonly #counts = { records: 0, omitted: 0, unreadable: 0 };

  constructor(
    private readonly number: number,
    private readonly scope: Scope,
    private readonly summarizer: Summarizer,
    private readonly deps: Ports<'auditEvents'>,
  ) {
    const actions = [...deps.auditEvents.loggedActions, 'policy_loaded' as const];
    this.#parse = createEventParser(actions, deps.auditEvents).parse;
  }

  add(line: Buffer): void {
    const { scope, number, summarizer } = this;
    const link = parseLink(line);
    if (link !== null) this.#noteTime(link);
    const isInPeriod = link !== null && link.time >= scope.from && link.time < scope.to;
    const record = parseRecord(line);
    const isCovered = record !== null && covers(record, scope);
    const found = isCovered ? this.#parse(line) : null;
    const event = found === 'unreadable' ? null : found;
    if (!isInPeriod) {
      if (this.#first !== null) this.#later.push(omit(line, link));
      if (event === null || link === null || link.time >= scope.to) return;
      this.#hasPolicy ||= event.action === 'policy_loaded';
      summarizer.add(event, number, false);
      return;
    }
    if (this.#last !== null || this.#firstOfTrail !== link)
      this.#noteSilence(this.#last?.time ?? scope.from, link.time);
    this.#first ??= link;
    this.#last = link;
    this.#lines.push(
      ...this.#later.splice(0).map(({ text }) => text),
      isCovered ? line.toString() : omit(line, link).text,
    );
    if (isCovered) this.#counts.records += 1;
    else this.#counts.omitted += 1;
    if (record === null || found === 'unreadable' || !this.deps.auditEvents.isAction(record.action))
      this.#counts.unreadable += 1;
    if (event !== null) summarizer.add(event, number, true);
  }

  get waiting(): number {
    return this.#lines.length;
  }

  takeLines(): string {
    return this.#lines
      .splice(0)
      .map((line) => `${line}\n`)
      .join('');
  }

  /** Ends the part with the first signed record at or after the last of the period. @returns the heads of the part */
  end(heads: readonly SignedHead[]): readonly SignedHead[] {
    const first = this.#first?.sequence ?? 0;
    const last = this.#last?.sequence ?? 0;
    const end = heads.find(({ sequence }) => sequence >= last)?.sequence ?? last;
    for (const { text, sequence } of this.#later.splice(0)) {
      if (sequence !== null && sequence > end) break;
      this.#lines.push(text);
    }
    return heads.filter(({ sequence }) => sequence >= first && sequence <= end);
  }

  /** @param signed - the heads of the part */
  describe(chain: string | null, isSound: boolean, signed: readonly SignedHead[]): PackedTrail {
    return {
      number: this.number,
      chain,
      isSound,
      firstSequence: this.#first?.sequence ?? null,
      lastSequence: this.#last?.sequence ?? null,
      ...this.#counts,
      signedThrough: signed.at(-1)?.sequence ?? null,
    };
  }

  findGaps({ number: trail, lastSequence, signedThrough, unreadable: records }: PackedTrail): readonly Gap[] {
    const { from, to } = this.scope;
    const begun = this.#firstOfTrail;
    const isOlder = begun !== null && begun.time < from;
    if (isOlder || this.#last !== null) this.#noteSilence(this.#last?.time ?? from, to);
    const gaps = [...this.#gaps];
    const at = begun === null ? null : toIso(begun.time);
    if (begun !== null && begun.sequence > 1) gaps.push({ kind: 'removed', trail, before: toIso(begun.time) });
    else if (!isOlder) gaps.push({ kind: 'begun', trail, at });
    if (isOlder && !this.#hasPolicy) gaps.push({ kind: 'policy_unknown', trail });
    if (records > 0) gaps.push({ kind: 'unreadable', trail, records });
    if ((lastSequence ?? 0) > (signedThrough ?? 0)) gaps.push({ kind: 'not_signed', trail, after: signedThrough });
    return gaps;
  }

  #noteTime(link: Link): void {
    this.#firstOfTrail ??= link;
    if (this.#latest !== null && addSec(link.time, leastStepBackSec) < this.#latest)
      this.#gaps.push({ kind: 'clock', trail: this.number, sequence: link.sequence });
    this.#latest = link.time;
  }

  #noteSilence(since: EpochMs, until: EpochMs): void {
    if (until > addSec(since, longestSilenceSec))
      this.#gaps.push({ kind: 'silent', trail: this.number, from: toIso(since), to: toIso(until) });
  }
}
