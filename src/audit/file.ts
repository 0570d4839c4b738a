import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { chmod, open } from 'node:fs/promises';
import { z } from 'zod';
import type { Audit, AuditEvent, Clock } from '../core/ports.js';
import { toIso } from '../core/units.js';
import { FaceError } from '../errors.js';

/** Where the chain stands. */
interface Tail {
  /** Number of the last record; 0 before the first. */
  readonly sequence: number;
  /** SHA-256 of the last line without its line break, in hexadecimal; zeros before the first. */
  readonly digest: string;
  /** What ends the last line, if a crash cut its line break off. */
  readonly mend: '' | '\n';
}

const beginning: Tail = { sequence: 0, digest: '0'.repeat(64), mend: '' };

const recordGuard = z.object({ sequence: z.int().min(1), previous: z.string() });

/** Looked through from the end for the last record; a line is a few hundred bytes. */
const tailBytes = 1024 * 1024;

const lineBreak = 0x0a;

/** How every trail begins. */
const firstRecord = '{"sequence":1,';

const digestOf = (line: Uint8Array | string): string => createHash('sha256').update(line).digest('hex');

/**
 * The audit trail as a file of JSON lines that only its owner can read. Each line holds its number, its time and the
 * SHA-256 of the line before it, so a line that was changed, taken out or put in shows; only lines cut off at the end do
 * not, unless the last number or digest is kept elsewhere. One process writes to one file. A line that a crash left
 * unfinished stays and is covered by the digest in the next.
 * @throws FaceError `state_unavailable`: the file cannot be read or written. `append` throws it too, and what was not
 *   written then is not counted.
 */
export async function createFileAudit({ file, clock }: { file: string; clock: Clock }): Promise<Audit> {
  let tail: Tail | null = await guarded(() => openTail(file));
  let queue: Promise<unknown> = Promise.resolve();

  const write = async (event: AuditEvent): Promise<void> => {
    // After a failed write nobody knows how much of it is there.
    const { sequence, digest, mend } = tail ?? (await openTail(file));
    tail = null;
    const { action, connection, subject, detail } = event;
    const record = { sequence: sequence + 1, time: toIso(clock.now()), previous: digest };
    const line = JSON.stringify({ ...record, action, connection, subject, detail });
    // A few hundred bytes into the page cache: over sooner than another thread would have begun.
    appendFileSync(file, `${mend}${line}\n`, { mode: 0o600 });
    tail = { sequence: sequence + 1, digest: digestOf(line), mend: '' };
  };

  return {
    append(event) {
      const written = queue.then(() => guarded(() => write(event)));
      queue = written.catch(() => {});
      return written;
    },
  };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FaceError) throw error;
    throw new FaceError('state_unavailable', { store: 'audit' }, { cause: error });
  }
}

/** Finds where the chain stands; makes the file if there is none. */
async function openTail(file: string): Promise<Tail> {
  const handle = await open(file, 'a+', 0o600);
  try {
    await chmod(file, 0o600);
    const { size } = await handle.stat();
    if (size === 0) return beginning;
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return toTail(bytes);
  } finally {
    await handle.close();
  }
}

function toTail(bytes: Buffer): Tail {
  const mend = bytes.at(-1) === lineBreak ? '' : '\n';
  let end = mend === '' ? bytes.length - 1 : bytes.length;
  let digest: string | null = null;
  while (end >= 0) {
    const start = bytes.lastIndexOf(lineBreak, end - 1) + 1;
    const line = bytes.subarray(start, end);
    digest ??= digestOf(line);
    const sequence = parseSequence(line);
    if (sequence !== null) return { sequence, digest, mend };
    end = start - 1;
  }
  // The very first record, cut off.
  if (digest !== null && firstRecord.startsWith(bytes.toString('utf8', 0, firstRecord.length).trimEnd()))
    return { sequence: 0, digest, mend };
  throw new FaceError('state_unavailable', { store: 'audit', problem: 'no record at the end of the file' });
}

function parseSequence(line: Buffer): number | null {
  try {
    return recordGuard.parse(JSON.parse(line.toString('utf8'))).sequence;
  } catch {
    return null;
  }
}
