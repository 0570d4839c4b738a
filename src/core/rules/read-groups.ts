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
export interface NamedGroups extends Required<Pick<SignInFacts, 'absentGroups'>> {
  readonly groups: readonly Group[];
  /** False if a look-up failed, so that it is repeated at the next sign-in. */
  readonly isComplete: boolean;
}

export interface ReadNamedGroups {
  readonly profile: Pick<Profile, 'readGroups'>;
  /** Groups as rules name them. */
  readonly names: readonly string[];
  readonly findGroupIds: FindGroupIds;
}

/**
 * Creates a function that reads the groups of a user and holds them for some minutes, so that the sign-ins of one user
 * cause at most one reading at a time. Failed readings are not held.
 * @returns only groups that `names` has, so that little is held
 */
export function createReadGroups(
  { profile, names, findGroupIds }: ReadNamedGroups,
  deps: Ports<'clock'>,
): (subject: string) => Promise<NamedGroups> {
  const held = createKeptValues<Promise<NamedGroups>>({ lifeSec: groupsHeldSec, most: mostHeld }, deps);
  const findIds = async (name: string) => ({ name, ids: await findGroupIds(name).catch(() => null) });
  const read = async (subject: string): Promise<NamedGroups> => {
    const [all, known] = await Promise.all([profile.readGroups(subject), Promise.all(names.map(findIds))]);
    const groups = all.flatMap((group) => {
      const resolved = known.filter(({ ids }) => ids?.includes(group.id)).map(({ name }) => ({ id: group.id, name }));
      return isNamedGroup(group, names) ? [group, ...resolved] : resolved;
    });
    // If the provider states the names of all groups of a person, a failed look-up hides nothing.
    const hidesNames = all.some(({ name }) => name === null);
    const isAbsent = (ids: readonly string[] | null): boolean => (ids === null ? hidesNames : ids.length === 0);
    const absent = known.filter(({ ids }) => isAbsent(ids));
    return {
      groups,
      absentGroups: new Set(absent.map(({ name }) => name)),
      isComplete: absent.every(({ ids }) => ids),
    };
  };
  return (subject) => {
    const known = held.read(subject);
    if (known !== undefined) return known;
    const groups = read(subject);
    held.write(subject, groups);
    const forget = (): void => {
      if (held.read(subject) === groups) held.remove(subject);
    };
    groups.then(({ isComplete }) => {
      if (!isComplete) forget();
    }, forget);
    return groups;
  };
}
