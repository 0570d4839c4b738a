import type { JSONWebKeySet } from 'jose';
import type { Clock, State } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { ChainCheck, type ChainReport } from './chain-check.js';
import { readChainName } from './chain-name.js';
import { type Head, headKeyOf } from './heads.js';
import { findLinesIn } from './read.js';
import { createHeadVerifier, type HeadsReport, readHeads } from './read-heads.js';
import { openSegments } from './segments.js';

/**
 * Time after which an audit log without any signed head is suspicious, in seconds. Its end should be signed every
 * minute.
 */
const longestUnsignedSec = 5 * 60;

export type StateFinding =
  | { readonly kind: 'not asked' | 'no head' | 'unreachable' | 'unknown key' | 'invalid' }
  | { readonly kind: 'head'; readonly sequence: number };

export interface TrailReport extends ChainReport {
  readonly file: string;
  readonly chain: string | null;
  readonly heads: {
    readonly verified: number;
    readonly unknownKey: number;
    readonly lastSequence: number;
    readonly invalid: HeadsReport['invalid'];
    /** True if a signed head belongs to another audit log. */
    readonly isForeign: boolean;
  };
  readonly state: StateFinding;
  readonly isNeverSigned: boolean;
  readonly isSound: boolean;
}

/**
 * Verifies an audit log: its hash chain and its signed heads (statements about its end). A server may write to the log
 * at the same time.
 */
export async function verifyTrail(
  file: string,
  {
    keys,
    state,
    clock,
    onRead = () => {},
    signal,
  }: {
    readonly keys: JSONWebKeySet;
    readonly state: Pick<State, 'read'> | null;
    readonly clock: Clock;
    readonly onRead?: (bytes: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<TrailReport> {
  const verify = createHeadVerifier(keys);
  const chain = await readChainName(file);
  // Heads are read before records: a running server writes records first, so each head read has its records.
  const { heads, unknownKey, invalid } = await readHeads(file, verify);
  const kept = await readStateHead(chain, state, verify);
  const all = [...heads, ...(kept.head === null ? [] : [kept.head])];
  const check = new ChainCheck(new Map(all.toReversed().map(({ sequence, digest }) => [sequence, digest])));
  for await (const segment of openSegments(file)) {
    const stream = segment.handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false });
    let line = 0;
    for await (const bytes of findLinesIn(stream, [''])) {
      line += 1;
      check.add(bytes, { file: segment.file, line });
      onRead(bytes.length + 1);
      signal?.throwIfAborted();
    }
  }
  const report = check.report();
  const isForeign = all.some((head) => chain !== null && head.chain !== chain);
  const headsReport = {
    verified: heads.length,
    unknownKey,
    invalid,
    isForeign,
    lastSequence: heads.at(-1)?.sequence ?? 0,
  };
  const isHeadsSound = invalid === null && !isForeign && (unknownKey === 0 || heads.length > 0);
  // A missing head in the store is not a fault if the log's file has heads: the store may have been emptied, and the
  // server stores the next head again.
  const isStateSound = kept.finding.kind !== 'invalid' && (kept.finding.kind !== 'no head' || heads.length === 0);
  // Someone who rewrites the log could change the chain's name, under which the store has no head. An old log without
  // any head is therefore a fault.
  const { lastTime } = check;
  const isOld = lastTime !== null && addSec(lastTime, longestUnsignedSec) < clock.now();
  const isNeverSigned = kept.finding.kind === 'no head' && heads.length === 0 && isOld;
  const isNamed = chain !== null || report.lastSequence === 0;
  const isSound = report.tampering === null && isHeadsSound && isStateSound && isNamed && !isNeverSigned;
  return { file, chain, ...report, heads: headsReport, state: kept.finding, isNeverSigned, isSound };
}

async function readStateHead(
  chain: string | null,
  state: Pick<State, 'read'> | null,
  verify: ReturnType<typeof createHeadVerifier>,
): Promise<{ readonly finding: StateFinding; readonly head: Head | null }> {
  if (chain === null || state === null) return { finding: { kind: 'not asked' }, head: null };
  try {
    const found = await state.read(headKeyOf(chain));
    if (found === null) return { finding: { kind: 'no head' }, head: null };
    const head = typeof found.value === 'string' ? await verify(found.value) : 'invalid';
    if (typeof head === 'string') return { finding: { kind: head }, head: null };
    return { finding: { kind: 'head', sequence: head.sequence }, head };
  } catch (error) {
    if (error instanceof FaceError) return { finding: { kind: 'unreachable' }, head: null };
    throw error;
  }
}
