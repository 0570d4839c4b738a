import type { Ports } from '../deps.js';
import type { Group, Profile } from '../ports.js';
import { addSec, type EpochMs } from '../units.js';
import { isNamedGroup } from './evaluate.js';

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
