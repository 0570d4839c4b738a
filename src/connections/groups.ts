import type { Group, NamedGroup } from '../core/ports.js';
import { withTimeout } from '../core/resilience.js';
import { FaceError } from '../errors.js';

/** Returns the only match. @throws FaceError `not_found` if there is none or more than one */
export function singleMatch<Group>(found: readonly Group[]): Group {
  const [group, ...others] = found;
  if (group === undefined || others.length > 0) throw new FaceError('not_found', { groups: found.length });
  return group;
}

export const mostFound = 20;

/** Selects the groups to return for a part of a name. Some providers ignore a filter, or interpret it in another way. */
export const selectNamed = (text: string, groups: readonly NamedGroup[]): readonly NamedGroup[] =>
  groups.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())).slice(0, mostFound);

const mostGroups = 5_000;
const mostPages = 100;

const totalTimeoutMs = 15_000;

export interface GroupPage<Cursor> {
  readonly groups: readonly Group[];
  readonly next: Cursor | null;
}

/**
 * Reads all pages of groups. It fails rather than return an incomplete list, which would grant wrong rights.
 * @throws FaceError `profile_unavailable`; errors of `readPage`
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
  return withTimeout(read(), totalTimeoutMs, () => {
    isLate = true;
    throw new FaceError('profile_unavailable', { reason: 'timeout' });
  });
}
