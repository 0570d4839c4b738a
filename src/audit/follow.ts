import type { AuditAction } from '../core/audit-events.js';
import { hexDigestOf } from '../core/secrets.js';
import { readUncompressed } from './compressed.js';
import { createEventParser, type EventSchemas, type PastEvent } from './events.js';
import { linesWith, piecesOf } from './read.js';
import { type OpenSegment, openSegments } from './segments.js';
import { isCompressed } from './trail-files.js';

/** A record with the SHA-256 of its line as a permanent id. Its number may be reused after a power failure. */
export type FollowedEvent<Action extends AuditAction> = PastEvent<Action> & { readonly digest: string };

export interface Follower<Action extends AuditAction> {
  /**
   * Returns records that were not returned before, all of them synced to disk. It may return slightly more than
   * `limit`. If a call fails with a system error, the next call returns the same records.
   */
  read(limit: number): Promise<FollowedEvent<Action>[]>;
}

const chunkBytes = 256 * 1024;
const lineBreak = 0x0a;

export function createFollower<Action extends AuditAction>(
  file: string,
  afterSequence: number,
  actions: readonly Action[],
  schemas: EventSchemas,
): Follower<Action> {
  const { marks, parse } = createEventParser(actions, schemas);
  let known = afterSequence;
  let at: { readonly identity: string; readonly offset: number } | null = null;

  const select = (lines: Buffer): FollowedEvent<Action>[] => {
    const found: FollowedEvent<Action>[] = [];
    for (const line of linesWith(marks, lines)) {
      const event = parse(line);
      if (event === null || event === 'unreadable' || event.sequence <= known) continue;
      known = event.sequence;
      found.push({ ...event, digest: hexDigestOf(line) });
    }
    return found;
  };

  const readSegment = async ({ handle, identity }: OpenSegment, limit: number): Promise<FollowedEvent<Action>[]> => {
    const { size } = await handle.stat();
    let offset = at?.identity === identity && at.offset <= size ? at.offset : 0;
    const found: FollowedEvent<Action>[] = [];
    const chunk = Buffer.alloc(Math.min(chunkBytes, size - offset));
    while (offset < size && found.length < limit) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset);
      const lines = chunk.subarray(0, chunk.subarray(0, bytesRead).lastIndexOf(lineBreak) + 1);
      // A line as long as a chunk is no record.
      const passed = lines.length === 0 && bytesRead === chunkBytes ? bytesRead : lines.length;
      if (passed === 0) break;
      found.push(...select(lines));
      offset += passed;
    }
    at = { identity, offset };
    // Callers send these records to other services, so a crash must not remove them from this log afterwards.
    if (found.length > 0) await handle.datasync();
    return found;
  };

  /** Reads a compressed file, from its beginning each time: only a follower that is weeks behind needs one. */
  const readCompressed = async (segment: OpenSegment, limit: number): Promise<FollowedEvent<Action>[]> => {
    const found: FollowedEvent<Action>[] = [];
    for await (const lines of piecesOf(readUncompressed(segment))) {
      found.push(...select(lines));
      if (found.length >= limit) break;
    }
    return found;
  };

  const readNext = async (limit: number): Promise<FollowedEvent<Action>[]> => {
    const found: FollowedEvent<Action>[] = [];
    for await (const segment of openSegments(file, known)) {
      const read = isCompressed(segment.file) ? readCompressed : readSegment;
      found.push(...(await read(segment, limit - found.length)));
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
        ({ known, at } = before);
        throw error;
      }
    },
  };
}
