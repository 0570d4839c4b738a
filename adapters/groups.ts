import { inTime } from '../src/core/deadline.js';
import type { Group } from '../src/core/ports.js';
import { FaceError } from '../src/errors.js';

/** Far more than anybody is in who is not in them by mistake. */
const mostGroups = 5_000;
const mostPages = 100;

/** Somebody waits for it: of all pages together. */
const totalTimeoutMs = 15_000;

/** One page of a user's groups. */
export interface GroupPage<Cursor> {
  readonly groups: readonly Group[];
  /** Leads to the next page; `null` on the last. */
  readonly next: Cursor | null;
}

/**
 * The groups of all pages: a part of them would be other rights than somebody has.
 * @param readPage - `null` is the first page
 * @throws FaceError `profile_unavailable`: there are more than can be read while somebody waits; and what `readPage` throws
 */
export async function readAllGroups<Cursor>(
  readPage: (cursor: Cursor | null) => Promise<GroupPage<Cursor>>,
): Promise<readonly Group[]> {
  let isLate = false;
  const read = async (): Promise<readonly Group[]> => {
    const found: Group[] = [];
    let cursor: Cursor | null = null;
    for (let page = 0; page < mostPages && !isLate; page++) {
      const { groups, next }: GroupPage<Cursor> = await readPage(cursor);
      found.push(...groups);
      if (found.length > mostGroups) break;
      if (next === null) return found;
      cursor = next;
    }
    throw new FaceError('profile_unavailable', { reason: 'too many groups' });
  };
  return inTime(read(), totalTimeoutMs, () => {
    isLate = true;
    throw new FaceError('profile_unavailable', { reason: 'timeout' });
  });
}
