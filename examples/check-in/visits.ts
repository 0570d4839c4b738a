import { randomUUID } from 'node:crypto';

/** Somebody was somewhere. Times are milliseconds since 1970. */
export interface Visit {
  readonly id: string;
  readonly place: string;
  readonly enteredAt: number;
  /** `null`: still there, as far as anybody said. */
  readonly leftAt: number | null;
}

/** Who is where. Persons are opaque: nothing here tells whom one is. */
export interface Visits {
  /** Notes that somebody came. Whoever was elsewhere has left there; whoever is there already came then. */
  enter(person: string, place: string): void;
  /** Notes that they left; nothing where the visit is another's, or over. */
  leave(person: string, id: string): void;
  /** How many are at a place now. */
  countAt(place: string): number;
  /** One person's own, the latest first. */
  of(person: string): readonly Visit[];
}

/**
 * Keeps visits in memory.
 * @param keepMs - after so long a visit is forgotten, also one that nobody ended
 */
export function createVisits({ keepMs, now }: { readonly keepMs: number; readonly now: () => number }): Visits {
  let visits: (Visit & { readonly person: string })[] = [];
  const kept = () => {
    visits = visits.filter(({ enteredAt }) => enteredAt + keepMs > now());
    return visits;
  };
  const end = (isEnded: (visit: (typeof visits)[number]) => boolean): void => {
    visits = kept().map((visit) => (visit.leftAt === null && isEnded(visit) ? { ...visit, leftAt: now() } : visit));
  };
  return {
    enter(person, place) {
      end((visit) => visit.person === person && visit.place !== place);
      if (visits.some((visit) => visit.person === person && visit.leftAt === null)) return;
      visits.push({ person, place, id: randomUUID(), enteredAt: now(), leftAt: null });
    },
    leave: (person, id) => end((visit) => visit.person === person && visit.id === id),
    countAt: (place) => kept().filter((visit) => visit.place === place && visit.leftAt === null).length,
    of: (person) =>
      kept()
        .filter((visit) => visit.person === person)
        .map(({ person: _, ...visit }) => visit)
        .reverse(),
  };
}
