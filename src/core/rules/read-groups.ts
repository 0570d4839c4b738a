import type { FindGroupIds } from '../connection.js';
import type { Ports } from '../deps.js';
import { createKeptValues } from '../kept-values.js';
import type { Group, Profile } from '../ports.js';
import { isNamedGroup, type SignInFacts } from './evaluate.js';

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
  deps: Ports<'clock'>,
): (subject: string) => Promise<NamedGroups> {
  const held = createKeptValues<Promise<NamedGroups>>({ lifeSec: groupsHeldSec, most: mostHeld }, deps);
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
    const known = held.read(subject);
    if (known !== undefined) return known;
    const groups = read(subject);
    held.write(subject, groups);
    groups.catch(() => {
      if (held.read(subject) === groups) held.remove(subject);
    });
    return groups;
  };
}
