import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import { parseJsonAs } from '../core/base/json.js';
import type { Clock, State } from '../core/ports.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { readIfThere } from '../files/durable-file.js';
import { ChainCheck, type ChainReport } from './chain-check.js';
import { readUncompressed } from './compressed.js';
import { type Head, headGuard, headKeyOf, headType } from './heads.js';
import { findLinesIn } from './read.js';
import { openSegments } from './segments.js';
import { closedFileOf, closedSegmentsOf, headsFileOf, readChainName } from './trail-files.js';

export interface SignedHead extends Head {
  readonly jws: string;
}

export interface HeadsReport {
  readonly heads: readonly SignedHead[];
  readonly unknownKey: number;
  readonly invalid: { readonly file: string; readonly line: number } | null;
}

export type HeadFinding = Head | 'unknown key' | 'invalid';

export const createHeadVerifier = (keys: JSONWebKeySet): ((jws: string) => Promise<HeadFinding>) => {
  const keySet = createLocalJWKSet(keys);
  return async (jws) => {
    try {
      const { payload, protectedHeader } = await compactVerify(jws, keySet);
      if (protectedHeader.typ !== headType) return 'invalid';
      return parseJsonAs(payload, headGuard) ?? 'invalid';
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key';
      return 'invalid';
    }
  };
};

export async function readHeads(file: string, verify: (jws: string) => Promise<HeadFinding>): Promise<HeadsReport> {
  const newest = headsFileOf(file);
  const closed = (await closedSegmentsOf(file)).map(({ lastSequence }) => closedFileOf(newest, lastSequence));
  const heads: SignedHead[] = [];
  let unknownKey = 0;
  let invalid: HeadsReport['invalid'] = null;
  for (const each of [...closed, newest]) {
    const lines = ((await readIfThere(each)) ?? '').split('\n').slice(0, -1);
    for (const [index, jws] of lines.entries()) {
      const found = await verify(jws);
      if (found === 'unknown key') unknownKey += 1;
      else if (found === 'invalid') invalid ??= { file: each, line: index + 1 };
      else heads.push({ ...found, jws });
    }
  }
  return { heads, unknownKey, invalid };
}

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

interface VerifyDeps {
  readonly keys: JSONWebKeySet;
  readonly state: Pick<State, 'read'> | null;
  readonly clock: Clock;
}

/**
 * Verifies an audit log: its hash chain and its signed heads (statements about its end). A server may write to the log
 * at the same time.
 */
export async function verifyTrail(
  file: string,
  {
    onRead = () => {},
    signal,
    ...deps
  }: VerifyDeps & { readonly onRead?: (bytes: number) => void; readonly signal?: AbortSignal },
): Promise<TrailReport> {
  const reading = readVerified(file, deps);
  let next = await reading.next();
  while (next.done !== true) {
    onRead(next.value.length + 1);
    signal?.throwIfAborted();
    next = await reading.next();
  }
  return next.value.report;
}

/** Reads the lines of an audit log and verifies them meanwhile. @returns the report, and the signed heads that are valid */
export async function* readVerified(
  file: string,
  { keys, state, clock }: VerifyDeps,
): AsyncGenerator<Buffer, { readonly report: TrailReport; readonly heads: readonly SignedHead[] }> {
  const verify = createHeadVerifier(keys);
  const chain = await readChainName(file);
  // Heads are read before records: a running server writes records first, so each head read has its records.
  const { heads, unknownKey, invalid } = await readHeads(file, verify);
  const kept = await readStoredHead(chain, state, verify);
  const all = [...heads, ...(kept.head === null ? [] : [kept.head])];
  const check = new ChainCheck(new Map(all.toReversed().map(({ sequence, digest }) => [sequence, digest])));
  for await (const segment of openSegments(file)) {
    let line = 0;
    const onDamage = (): void => check.addDamage({ file: segment.file, line: line + 1 });
    for await (const bytes of findLinesIn(readUncompressed(segment, onDamage), [''])) {
      line += 1;
      check.add(bytes, { file: segment.file, line });
      yield bytes;
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
  const found = { file, chain, ...report, heads: headsReport, state: kept.finding, isNeverSigned, isSound };
  return { report: found, heads };
}

/**
 * Reads the signed head of the audit chain from the state store and verifies it.
 * @param chain - name of the chain, or `null` if the log does not contain one
 */
async function readStoredHead(
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
