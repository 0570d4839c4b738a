import type { FindGroupIds } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { foldCase } from '../core/fold-case.js';
import type { Directory, Group, NamedGroup } from '../core/ports.js';
import { withTimeout } from '../core/resilience.js';
import { isNamedGroup } from '../core/rules/evaluate.js';
import { groupsHeldSec } from '../core/rules/read-groups.js';
import { addSec, type EpochMs } from '../core/units.js';
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
  groups.filter(({ name }) => foldCase(name).includes(foldCase(text))).slice(0, mostFound);

/**
 * Finds the groups that have an id or name, as rules compare it. Empty if the provider has none, or only groups whose
 * name anyone may choose: these count by id.
 * @throws `provider_refused`; `profile_unavailable`, also if more groups have similar names than a search returns
 */
export async function findGroupIdsIn(
  named: string,
  { searchGroups, listMembers }: Pick<Directory, 'searchGroups' | 'listMembers'>,
): Promise<readonly string[]> {
  const alike = await searchGroups(named);
  const found = alike.filter((group) => isNamedGroup(group, [named]));
  const isTrusted = ({ id, isNameOpen }: NamedGroup): boolean => isNameOpen !== true || id === named;
  if (found.length > 0) return found.filter(isTrusted).map(({ id }) => id);
  if (alike.length >= mostFound)
    throw new FaceError('profile_unavailable', { reason: 'too many groups with such names' });
  // A search finds no ids.
  try {
    for await (const _ of listMembers(named)) break;
    return [named];
  } catch (error) {
    if (error instanceof FaceError && error.code === 'not_found') return [];
    throw error;
  }
}

/** Seconds until a search that failed is repeated. */
const failureHeldSec = 60;

/** Creates a function that finds groups and holds them for some minutes, and longer while the provider does not answer. */
export function createFindGroupIds(open: () => Promise<Directory>, { clock }: Ports<'clock'>): FindGroupIds {
  const held = new Map<string, { until: EpochMs; ids: Promise<readonly string[]> }>();
  return (named) => {
    const now = clock.now();
    const known = held.get(named);
    if (known !== undefined && now < known.until) return known.ids;
    // A hook does not wait for what is only held too long.
    const found = { until: addSec(now, groupsHeldSec), ids: open().then((each) => findGroupIdsIn(named, each)) };
    found.ids = found.ids.catch((error: unknown) => {
      found.until = addSec(now, failureHeldSec);
      if (known === undefined) throw error;
      return known.ids;
    });
    held.set(named, found);
    return known?.ids ?? found.ids;
  };
}

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
