import type { Ports } from '../core/deps.js';
import type { Group, Profile } from '../core/ports.js';
import { withTimeout } from '../core/resilience.js';
import { isNamedGroup } from '../core/rules/evaluate.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';

/** Returns the only match. @throws FaceError `not_found` if there is none or more than one */
export function singleMatch<Group>(found: readonly Group[]): Group {
  const [group, ...others] = found;
  if (group === undefined || others.length > 0) throw new FaceError('not_found', { groups: found.length });
  return group;
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

/** Age of groups up to which a sign-in uses them without a new reading, in seconds. */
export const groupsHeldSec = 300;
/** Maximum number of people whose groups are held. */
const mostHeld = 10_000;

/**
 * Creates a function that reads the groups of a user and holds them for some minutes, so that the sign-ins of one user
 * cause at most one reading at a time. Failed readings are not held.
 * @returns only groups that `names` has, so that little is held
 */
export function createReadGroups(
  { profile, names }: { readonly profile: Pick<Profile, 'readGroups'>; readonly names: readonly string[] },
  { clock }: Ports<'clock'>,
): (subject: string) => Promise<readonly Group[]> {
  const held = new Map<string, { readonly until: EpochMs; readonly groups: Promise<readonly Group[]> }>();
  const read = async (subject: string): Promise<readonly Group[]> =>
    (await profile.readGroups(subject)).filter((group) => isNamedGroup(group, names));
  return (subject) => {
    const now = clock.now();
    const known = held.get(subject);
    if (known !== undefined && now < known.until) return known.groups;
    const groups = read(subject);
    held.delete(subject);
    held.set(subject, { until: addSec(now, groupsHeldSec), groups });
    groups.catch(() => {
      if (held.get(subject)?.groups === groups) held.delete(subject);
    });
    for (const oldest of held.keys()) {
      if (held.size <= mostHeld) break;
      held.delete(oldest);
    }
    return groups;
  };
}
