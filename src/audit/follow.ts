import { digestOf } from './chain.js';
import { type AuditRecord, parseRecord } from './records.js';
import { type OpenSegment, openSegments } from './segments.js';

/** A record, and the SHA-256 of its line in hexadecimal, which names it for good: after a power cut its number may not. */
export interface FollowedRecord extends AuditRecord {
  readonly digest: string;
}

/** Reads on in a trail from where it stood. */
export interface Follower {
  /** The next records, not many more than `limit`, all on the disk. Throws the system's error; they are given next time. */
  read(limit: number): Promise<FollowedRecord[]>;
}

const chunkBytes = 256 * 1024;
const lineBreak = 0x0a;

/**
 * Follows a trail that is written to, over the closing of segments.
 * @param after - number of the last record that is known already
 * @param actions - records of others are passed over
 */
export function createFollower(file: string, after: number, actions: readonly string[]): Follower {
  const needles = actions.map((action) => Buffer.from(`"action":"${action}"`));
  let known = after;
  let at: { readonly identity: string; readonly offset: number } | null = null;

  const select = (lines: Buffer): FollowedRecord[] => {
    const found: FollowedRecord[] = [];
    for (let from = 0; from < lines.length; ) {
      const end = lines.indexOf(lineBreak, from);
      const line = lines.subarray(from, end);
      from = end + 1;
      const record = needles.some((needle) => line.includes(needle)) ? parseRecord(line) : null;
      if (record === null || record.sequence <= known || !actions.includes(record.action)) continue;
      known = record.sequence;
      found.push({ ...record, digest: digestOf(line) });
    }
    return found;
  };

  /** Whole lines only: what is being written comes next time. */
  const readSegment = async ({ handle, identity }: OpenSegment, limit: number): Promise<FollowedRecord[]> => {
    const { size } = await handle.stat();
    let offset = at?.identity === identity && at.offset <= size ? at.offset : 0;
    const found: FollowedRecord[] = [];
    const chunk = Buffer.alloc(Math.min(chunkBytes, size - offset));
    while (offset < size && found.length < limit) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
      const lines = chunk.subarray(0, chunk.subarray(0, bytesRead).lastIndexOf(lineBreak) + 1);
      // A line as long as that is no record.
      const passed = lines.length === 0 && bytesRead === chunkBytes ? bytesRead : lines.length;
      if (passed === 0) break;
      found.push(...select(lines));
      offset += passed;
    }
    at = { identity, offset };
    // What others are told must not be lost here.
    if (found.length > 0) await handle.datasync();
    return found;
  };

  const readNext = async (limit: number): Promise<FollowedRecord[]> => {
    const found: FollowedRecord[] = [];
    for await (const segment of openSegments(file, known)) {
      found.push(...(await readSegment(segment, limit - found.length)));
      if (found.length >= limit) break;
      known = Math.max(known, segment.lastSequence ?? 0);
    }
    return found;
  };

  return {
    async read(limit) {
      const before = { known, at };
      try {
        return await readNext(limit);
      } catch (error) {
        // What was not given yet is read again.
        ({ known, at } = before);
        throw error;
      }
    },
  };
}
