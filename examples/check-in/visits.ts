import { randomUUID } from 'node:crypto';

/** A visit, with times in milliseconds since 1970. */
export interface Visit {
  readonly id: string;
  readonly place: string;
  readonly enteredAt: number;
  /** `null` while the person is still there. */
  readonly leftAt: number | null;
}

export interface Visits {
  /** Starts a visit, and ends the person's visit elsewhere. Does nothing if the person is already there. */
  enter(person: string, place: string): void;
  /** Ends a visit, unless it is another person's. */
  leave(person: string, id: string): void;
  countAt(place: string): number;
  of(person: string): readonly Visit[];
}

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
