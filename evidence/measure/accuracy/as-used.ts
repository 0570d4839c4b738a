import type { AccuracyFigures } from './accuracy.js';
import type { GroupFigures } from './groups.js';
import type { ByGroup } from './rates.js';

export type SourceAsUsed = ReturnType<typeof ofPeople>[string];

/** Returns the figures that `as-used.json` gathers from several runs, by source. */
export function ofPeople(source: string, figures: AccuracyFigures) {
  const { date, command, engine, judge, data, asUsed, multi } = figures;
  return { [source]: { date, command, engine, judge, people: data.judgedPeople, asUsed, byPhotos: multi } };
}

export function ofSources(figures: GroupFigures): ByGroup<SourceAsUsed> {
  const { date, command, engine, judge, asUsed, groupsByPhotos } = figures;
  return Object.fromEntries(
    Object.entries(figures.sources).map(([source, { people }]) => [
      source,
      { date, command, engine, judge, people, asUsed: asUsed[source], byPhotos: groupsByPhotos[source] },
    ]),
  );
}
