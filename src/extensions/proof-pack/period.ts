import { type Link, parseLink } from '../../audit/chain.js';
import { readUncompressed } from '../../audit/compressed.js';
import { createEventParser, type PastEvent } from '../../audit/events.js';
import { type Head, headGuard } from '../../audit/heads.js';
import { findLinesIn } from '../../audit/read.js';
import { type AuditRecord, parseRecord } from '../../audit/records.js';
import { openSegments } from '../../audit/segments.js';
import { closedFileOf, closedSegmentsOf, headsFileOf } from '../../audit/trail-files.js';
import { parseJsonAs } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { hexDigestOf } from '../../core/secrets.js';
import type { EpochMs } from '../../core/units.js';
import { readIfThere } from '../../files/durable-file.js';

/** What a proof pack covers. */
export interface Scope {
  readonly connection: string;
  /** People by id; `null` for everyone. Records that name no person are always covered. */
  readonly members: ReadonlySet<string> | null;
  readonly from: EpochMs;
  /** Records of this time and later are excluded. */
  readonly to: EpochMs;
}

/** A line of a trail in the pack. */
export interface PackedLine {
  /** The record as it is in the trail, or only its number and digest if the pack does not cover it. */
  readonly text: string;
  readonly isCovered: boolean;
  /** What a covered record says. `null` if no list has its action, or if its fields are not those of the action. */
  readonly event: PastEvent | 'unreadable' | null;
  /** Number and time of the record. `null` for a line that a crash left unfinished. */
  readonly link: Link | null;
}

const covers = ({ connection, subject }: AuditRecord, { connection: own, members }: Scope): boolean =>
  connection === '' || (connection === own && (members === null || subject === '' || members.has(subject)));

/**
 * Reads the part of a trail in a period without a gap, so that the hash chain of the pack has no gap either. It ends with
 * the first signed record at or after the end of the period, so that the signature covers the period.
 * @param signed - numbers of the signed records, in order
 * @param onEarlier - called with each covered record before the period
 */
export async function* readPeriod(
  file: string,
  scope: Scope,
  { signed, onEarlier }: { readonly signed: readonly number[]; readonly onEarlier: (event: PastEvent) => void },
  { auditEvents }: Ports<'auditEvents'>,
): AsyncGenerator<PackedLine> {
  const { parse } = createEventParser([...auditEvents.loggedActions, 'policy_loaded'], auditEvents);
  let isInPeriod = false;
  let last = 0;
  let end: number | null = null;
  for await (const segment of openSegments(file)) {
    for await (const line of findLinesIn(readUncompressed(segment), [''])) {
      const link = parseLink(line);
      if (link !== null && link.time >= scope.to) end ??= signed.find((sequence) => sequence >= last) ?? last;
      if (end !== null && (link === null || link.sequence > end)) return;
      if (link !== null) last = link.sequence;
      isInPeriod ||= link !== null && link.time >= scope.from;
      const record = end === null ? parseRecord(line) : null;
      const isCovered = record !== null && covers(record, scope);
      const event = isCovered ? parse(line) : null;
      if (!isInPeriod) {
        if (event !== null && event !== 'unreadable') onEarlier(event);
        continue;
      }
      const omitted = { sequence: link?.sequence ?? null, digest: hexDigestOf(line) };
      yield { text: isCovered ? line.toString() : JSON.stringify(omitted), isCovered, event, link };
    }
  }
}

export interface SignedHead extends Pick<Head, 'sequence' | 'time'> {
  readonly jws: string;
}

/** Reads the signed heads of a trail, oldest first, unverified. */
export async function readSignedHeads(file: string): Promise<readonly SignedHead[]> {
  const newest = headsFileOf(file);
  const closed = (await closedSegmentsOf(file)).map(({ lastSequence }) => closedFileOf(newest, lastSequence));
  const texts = await Promise.all([...closed, newest].map(readIfThere));
  return texts.flatMap((text) =>
    (text ?? '').split('\n').flatMap((jws) => {
      const head = parseJsonAs(Buffer.from(jws.split('.')[1] ?? '', 'base64url'), headGuard);
      return head === undefined ? [] : [{ jws, sequence: head.sequence, time: head.time }];
    }),
  );
}
