import { BadInput, type Source } from '../corpus/corpus.js';
import type { EmbeddedCorpus } from '../corpus/embed-corpus.js';
import { type AccuracyOptions, describeRun } from './accuracy.js';
import { findMissingAsUsed } from './by-photos.js';
import { createDecoderPool } from './decoder-pool.js';
import { chooseJudged, measureAcquisition } from './judged.js';
import { type ByGroup, roundOrNull } from './rates.js';
import { measureSource, nearestStrangers, type SourceFigures } from './source-strangers.js';

const secondsSince = (startedAt: number): number => Number(((performance.now() - startedAt) / 1000).toFixed(1));

function findMissing(source: string, { groups: { levels }, asUsed }: SourceFigures): string[] {
  const one = levels['4'];
  const three = levels['8'];
  return [
    one.fmr === null ? `false matches within ${source}: fewer than two people with a face` : null,
    one.fnmr === null
      ? `false non-matches within ${source}: no person has two photos with a face, of different sittings if file names show them`
      : null,
    one.fmr !== null && three.fmr === null
      ? `levels 6 to 8 within ${source}: no person enrolled from three photos, or no other person`
      : null,
    ...(one.fmr !== null && three.fmr !== null ? findMissingAsUsed(asUsed, `within ${source}`) : []),
  ].filter((line) => line !== null);
}

function toPhotosPerSecond(embedded: readonly EmbeddedCorpus[]): number | null {
  const examined = embedded.reduce((sum, each) => sum + each.examined, 0);
  const seconds = embedded.reduce((sum, each) => sum + each.examined / (each.photosPerSecond ?? 1), 0);
  return examined === 0 ? null : roundOrNull(examined / seconds);
}

export type GroupFigures = Awaited<ReturnType<typeof measureGroups>>;

/**
 * Measures impostors within each source of a folder.
 * @throws BadInput if nothing can be measured
 */
export async function measureGroups(options: AccuracyOptions, found: readonly Source[], say: (line: string) => void) {
  const startedAt = performance.now();
  const { data, judge, split, pairs, engine } = options;
  const sources = found.map((source) => ({ ...source, people: chooseJudged(source, judge, split) }));
  const embedded = await options.embed(sources, say);
  const secondsToEmbed = secondsSince(startedAt);
  say(`Embedded in ${secondsToEmbed} s`);
  if (embedded.every(({ people }) => people.length === 0)) throw new BadInput(`No photo in ${data} shows a face`);

  const figures: SourceFigures[] = [];
  const pool = createDecoderPool(say, engine);
  try {
    for (const [at, { source }] of sources.entries()) {
      say(`Strangers within ${source}…`);
      figures.push(await measureSource(pool, embedded[at].people, pairs));
    }
  } finally {
    await pool.close();
  }
  const bySource = <T>(figure: (at: number) => T): ByGroup<T> =>
    Object.fromEntries(sources.map(({ source }, at) => [source, figure(at)]));
  return {
    ...describeRun(
      options,
      found,
      sources.flatMap(({ people }) => people),
    ),
    missing: sources.flatMap(({ source }, at) => findMissing(source, figures[at])),
    photosPerSecond: toPhotosPerSecond(embedded),
    secondsToEmbed,
    seconds: Math.round(secondsSince(startedAt)),
    sources: bySource((at) => ({
      people: embedded[at].people.length,
      photos: embedded[at].photos,
      fta: measureAcquisition(sources[at].people, embedded[at], say),
      nearestStrangers: Math.max(0, Math.min(nearestStrangers, embedded[at].people.length - 1)),
    })),
    groups: bySource((at) => figures[at].groups.levels),
    groupsByPhotos: bySource((at) => figures[at].groups.byPhotos),
    asUsed: bySource((at) => figures[at].asUsed),
    nearest: bySource((at) => figures[at].nearest.levels),
    nearestByPhotos: bySource((at) => figures[at].nearest.byPhotos),
    embeddings: bySource((at) => figures[at].embeddings),
  };
}
