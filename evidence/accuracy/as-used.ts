import type { AccuracyFigures } from './accuracy.js';
import type { ModeRates } from './by-photos.js';
import type { GroupFigures } from './groups.js';
import type { By } from './rates.js';

/** Returns the figures that cannot be measured because the source has too few people. */
export const findMissingAsUsed = (asUsed: By<ModeRates>, where: string): string[] =>
  [
    asUsed['4'].fmr === null
      ? `false matches as a step-up uses it ${where}: nobody who is enrolled from three photos`
      : null,
    asUsed['4'].fnmr === null
      ? `false non-matches as a step-up uses it ${where}: nobody has four photos with a face, of different sittings where names tell`
      : null,
  ].filter((line) => line !== null);

export type SourceAsUsed = ReturnType<typeof ofPeople>[string];

/** Returns the figures that `as-used.json` gathers from several runs, by source. */
export function ofPeople(source: string, figures: AccuracyFigures) {
  const { date, command, engine, judge, data, asUsed, multi } = figures;
  return { [source]: { date, command, engine, judge, people: data.judgedPeople, asUsed, byPhotos: multi } };
}

export function ofSources(figures: GroupFigures): By<SourceAsUsed> {
  const { date, command, engine, judge, asUsed, groupsByPhotos } = figures;
  return Object.fromEntries(
    Object.entries(figures.sources).map(([source, { people }]) => [
      source,
      { date, command, engine, judge, people, asUsed: asUsed[source], byPhotos: groupsByPhotos[source] },
    ]),
  );
}
