import { open } from 'node:fs/promises';
import { z } from 'zod';
import { parseJsonAs } from '../core/base/json.js';
import { hexDigestOf } from '../core/secrets.js';
import { type EpochMs, fromIso } from '../core/units.js';
import { FaceError } from '../errors.js';
import { readUncompressed } from './compressed.js';
import { linesWith, readPieces } from './read.js';
import { closedSegmentsOf } from './trail-files.js';

export const noDigest = '0'.repeat(64);

const linkGuard = z.object({
  sequence: z.int().min(1),
  time: z.iso.datetime().transform(fromIso),
  previous: z.string(),
});

export type Link = z.output<typeof linkGuard>;

export const parseLink = (line: Buffer): Link | null => parseJsonAs(line, linkGuard) ?? null;

export interface Tail {
  readonly sequence: number;
  readonly digest: string;
  /** Digest of the last record. It differs from `digest` if a crash left an unfinished line after that record. */
  readonly recordDigest: string;
  readonly time: EpochMs | null;
}

export interface FileEnd extends Tail {
  readonly repair: '' | '\n';
  readonly bytes: number;
  readonly since: EpochMs | null;
}

const beginning: Tail = { sequence: 0, digest: noDigest, recordDigest: noDigest, time: null };

const lookedThroughBytes = 1024 * 1024;

const lineBreak = 0x0a;

const firstRecord = '{"sequence":1,';

/** @throws `state_unavailable` if the file is not an audit log; system errors */
export async function openEnd(file: string): Promise<FileEnd> {
  await using handle = await open(file, 'a+', 0o600);
  await handle.chmod(0o600);
  const { size: bytes } = await handle.stat();
  if (bytes === 0) return { ...(await readClosedEnd(file)), repair: '', bytes, since: null };
  const length = Math.min(bytes, lookedThroughBytes);
  const first = Buffer.alloc(length);
  const last = Buffer.alloc(length);
  await handle.read(first, 0, length, 0);
  await handle.read(last, 0, length, bytes - length);
  const repair = last.at(-1) === lineBreak ? '' : '\n';
  const { sequence, recordDigest, time } = findLast(last) ?? (await readClosedEnd(file));
  if (sequence === 0 && !isCutFirst(last)) throw notATrail();
  const digest = hexDigestOf(lastLineOf(last));
  return { sequence, digest, recordDigest, time, repair, bytes, since: findFirst(first)?.time ?? null };
}

/** Reads the end of a file. @returns `null` if the file is damaged or has no record */
export async function readTail(file: string): Promise<Tail | null> {
  await using handle = await open(file, 'r');
  let end: Buffer = Buffer.alloc(0);
  let isWhole = true;
  for await (const chunk of readUncompressed({ file, handle }, () => (isWhole = false)))
    end = Buffer.concat([end, chunk]).subarray(-lookedThroughBytes);
  const last = findLast(end);
  return isWhole && last !== null ? { ...last, digest: hexDigestOf(lastLineOf(end)) } : null;
}

async function readClosedEnd(file: string): Promise<Tail> {
  const newest = (await closedSegmentsOf(file)).at(-1);
  const tail = newest === undefined ? beginning : await readTail(newest.file);
  if (tail === null) throw notATrail();
  return tail;
}

/** Reads the first record in the files of a trail that have records after a number. */
export async function findFirstLink(file: string, after = 0): Promise<Link | null> {
  for await (const piece of readPieces(file, after)) {
    for (const line of linesWith(['"sequence":'], piece)) {
      const first = parseLink(line);
      if (first !== null) return first;
    }
  }
  return null;
}

const isCutFirst = (bytes: Buffer): boolean =>
  firstRecord.startsWith(bytes.toString('utf8', 0, firstRecord.length).trimEnd());

const notATrail = (): FaceError =>
  new FaceError('state_unavailable', { store: 'audit', problem: 'no record at the end of the file' });

function lastLineOf(bytes: Buffer): Buffer {
  const end = bytes.at(-1) === lineBreak ? bytes.length - 1 : bytes.length;
  return bytes.subarray(bytes.subarray(0, end).lastIndexOf(lineBreak) + 1, end);
}

function findLast(bytes: Buffer): Omit<Tail, 'digest'> | null {
  let rest = bytes;
  while (rest.length > 0) {
    const line = lastLineOf(rest);
    const link = parseLink(line);
    if (link !== null) return { sequence: link.sequence, time: link.time, recordDigest: hexDigestOf(line) };
    rest = rest.subarray(0, line.byteOffset - rest.byteOffset);
  }
  return null;
}

function findFirst(bytes: Buffer): Link | null {
  let from = 0;
  while (from < bytes.length) {
    const found = bytes.indexOf(lineBreak, from);
    const end = found === -1 ? bytes.length : found;
    const link = parseLink(bytes.subarray(from, end));
    if (link !== null) return link;
    from = end + 1;
  }
  return null;
}
