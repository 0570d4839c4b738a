import type { FindGroupIds } from '../connection.js';
import type { Ports } from '../deps.js';
import type { Group, Profile } from '../ports.js';
import { addSec, type EpochMs } from '../units.js';
import type { SignInFacts } from './evaluate.js';
import { isNamedGroup } from './evaluate.js';

/** Age of groups up to which a sign-in uses them without a new reading, in seconds. */
export const groupsHeldSec = 300;
/** Maximum number of people whose groups are held. */
const mostHeld = 10_000;

/** Groups of a person among those that rules name, under the names of the rules. */
export type NamedGroups = Pick<SignInFacts, 'absentGroups'> & { readonly groups: readonly Group[] };

/**
 * Creates a function that reads the groups of a user and holds them for some minutes, so that the sign-ins of one user
 * cause at most one reading at a time. Failed readings are not held.
 * @returns only groups that `names` has, so that little is held
 */
export function createReadGroups(
  {
    profile,
    names,
    findGroupIds,
  }: {
    readonly profile: Pick<Profile, 'readGroups'>;
    readonly names: readonly string[];
    readonly findGroupIds: FindGroupIds;
  },
  { clock }: Ports<'clock'>,
): (subject: string) => Promise<NamedGroups> {
  const held = new Map<string, { readonly until: EpochMs; readonly groups: Promise<NamedGroups> }>();
  // A directory that does not say which groups it has leaves the names that it reports for a person.
  const findIds = async (name: string) => ({ name, ids: await findGroupIds(name).catch(() => null) });
  const read = async (subject: string): Promise<NamedGroups> => {
    const [all, known] = await Promise.all([profile.readGroups(subject), Promise.all(names.map(findIds))]);
    const groups = all.flatMap((group) => {
      const resolved = known.filter(({ ids }) => ids?.includes(group.id)).map(({ name }) => ({ id: group.id, name }));
      return isNamedGroup(group, names) ? [group, ...resolved] : resolved;
    });
    return { groups, absentGroups: new Set(known.flatMap(({ name, ids }) => (ids?.length === 0 ? [name] : []))) };
  };
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
