import { z } from 'zod';
import { parseJsonAs } from '../core/base/json.js';
import { hexDigestOf } from '../core/secrets.js';
import type { EpochMs } from '../core/units.js';
import { noDigest, parseLink } from './chain.js';
import { trailDetails } from './own-events.js';
import type { TamperKind } from './tamper-kinds.js';

export interface LinePlace {
  readonly file: string;
  readonly line: number;
}

export interface Tampering {
  readonly kind: TamperKind;
  /** The first faulty line. If lines are missing, the line after them, or `null` at the end of the trail. */
  readonly place: LinePlace | null;
  /** Number of the first record that is faulty or missing. */
  readonly sequence: number;
}

export interface ChainReport {
  readonly tampering: Tampering | null;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Number of lines that a crash left unfinished. They remain part of the chain. */
  readonly unfinishedLines: number;
}

interface Line {
  readonly place: LinePlace;
  readonly digest: string;
}

interface RecordLine extends Line {
  readonly sequence: number;
  readonly previous: string;
  readonly time: EpochMs;
}

interface Break {
  readonly at: RecordLine;
  readonly before: RecordLine | null;
  readonly unreadable: Line | null;
  readonly isChained: boolean;
  readonly isRepetition: boolean;
  readonly isFork: boolean;
  after: RecordLine | null;
  cameLater: boolean;
}

const removalGuard = z.object({
  action: z.literal('records_removed'),
  detail: trailDetails.records_removed,
});

/**
 * Number of recent records that are remembered. With them, lines of a second writing process are distinguished from
 * inserted lines.
 */
const rememberedRecords = 4096;

export class ChainCheck {
  readonly #heads: ReadonlyMap<number, string>;
  readonly #recent = new Map<number, string>();
  /** Records that retention removed: sequence number of the last one, and digest of its line. */
  readonly #removals = new Map<number, string>();
  #first: (RecordLine & { readonly isAfterTorn: boolean }) | null = null;
  #last: RecordLine | null = null;
  #unreadable: Line | null = null;
  #unfinishedLines = 0;
  #break: Break | null = null;
  #damage: Tampering | null = null;
  #rewritten: RecordLine | null = null;

  constructor(heads: ReadonlyMap<number, string>) {
    this.#heads = heads;
  }

  add(line: Buffer, place: LinePlace): void {
    const digest = hexDigestOf(line);
    const link = parseLink(line);
    if (link === null) {
      if (this.#break === null && this.#unreadable !== null) this.#unfinishedLines += 1;
      if (this.#break === null) this.#unreadable = { place, digest };
      return;
    }
    const record = { place, digest, ...link };
    if (line.includes('"records_removed"')) this.#noteRemoval(line);
    if (this.#break === null) this.#follow(record);
    else {
      this.#break.after ??= record;
      this.#break.cameLater ||= record.sequence === nextAfter(this.#break.before);
    }
  }

  /** Notes that the rest of a compressed file is unreadable. @param place - the first line that was not read */
  addDamage(place: LinePlace): void {
    if (this.#break === null) this.#damage ??= { kind: 'edited', place, sequence: nextAfter(this.#last) };
  }

  get lastTime(): EpochMs | null {
    return this.#last?.time ?? null;
  }

  report(): ChainReport {
    // A torn last line, which is counted only when a record follows it.
    const isTorn = this.#break === null && this.#unreadable !== null;
    return {
      tampering: this.#tampering(),
      firstSequence: this.#first?.sequence ?? 0,
      lastSequence: this.#last?.sequence ?? 0,
      unfinishedLines: this.#unfinishedLines + (isTorn ? 1 : 0),
    };
  }

  #follow(record: RecordLine): void {
    const before = this.#last;
    const expected = this.#unreadable?.digest ?? before?.digest ?? noDigest;
    const isBeginning = before === null && record.sequence > 1;
    const isChained = record.previous === expected || isBeginning;
    if (!isChained || (!isBeginning && record.sequence !== nextAfter(before))) {
      this.#break = {
        at: record,
        before,
        unreadable: this.#unreadable,
        isChained,
        after: null,
        cameLater: false,
        isRepetition: this.#recent.get(record.sequence) === record.digest,
        isFork: this.#recent.get(record.sequence - 1) === record.previous,
      };
      return;
    }
    this.#first ??= { ...record, isAfterTorn: this.#unreadable?.digest === record.previous };
    if (this.#unreadable !== null) this.#unfinishedLines += 1;
    this.#unreadable = null;
    this.#last = record;
    this.#remember(record);
    const signed = this.#heads.get(record.sequence);
    if (signed !== undefined && signed !== record.digest) this.#rewritten ??= record;
  }

  #remember({ sequence, digest }: RecordLine): void {
    this.#recent.set(sequence, digest);
    this.#recent.delete(sequence - rememberedRecords);
  }

  #noteRemoval(line: Buffer): void {
    const removal = parseJsonAs(line, removalGuard);
    if (removal !== undefined) this.#removals.set(removal.detail.through, removal.detail.digest);
  }

  #tampering(): Tampering | null {
    if (this.#damage !== null) return this.#damage;
    const first = this.#first;
    if (first !== null && first.sequence > 1) {
      const removed = this.#removals.get(first.sequence - 1);
      if (removed === undefined || (removed !== first.previous && !first.isAfterTorn)) {
        return { kind: 'deleted', place: first.place, sequence: first.sequence - 1 };
      }
    }
    if (this.#rewritten !== null) {
      return { kind: 'rewritten', place: this.#rewritten.place, sequence: this.#rewritten.sequence };
    }
    if (this.#break !== null) return toTampering(this.#break);
    const signed = Math.max(0, ...this.#heads.keys());
    const last = this.#last?.sequence ?? 0;
    return signed > last ? { kind: 'truncated', place: null, sequence: last + 1 } : null;
  }
}

const nextAfter = (before: RecordLine | null): number => (before?.sequence ?? 0) + 1;

function toTampering({ at, before, unreadable, after, ...found }: Break): Tampering {
  const expected = nextAfter(before);
  const toFinding = (kind: TamperKind, { place }: Line, sequence = expected): Tampering => ({ kind, place, sequence });
  if (found.isChained) return toFinding('edited', at, at.sequence);
  if (at.sequence > expected) {
    if (found.cameLater) return toFinding('reordered', at, at.sequence);
    const isInPlace = unreadable !== null && at.sequence === expected + 1;
    return isInPlace ? toFinding('edited', unreadable) : toFinding('deleted', at);
  }
  if (at.sequence < expected) {
    return toFinding(found.isFork && !found.isRepetition ? 'forked' : 'inserted', at, at.sequence);
  }
  if (unreadable !== null) {
    return toFinding(at.previous === (before?.digest ?? noDigest) ? 'inserted' : 'edited', unreadable);
  }
  // Either the previous line was changed, or this line's digest of it. If the next line contains the right digest of
  // this line, this line is intact, so the previous line was changed.
  const isSound = after === null || after.previous === at.digest;
  return isSound && before !== null ? toFinding('edited', before, before.sequence) : toFinding('edited', at);
}
