import { join } from 'node:path';
import type { Json } from '../../../src/base/json.js';
import type { Engine } from '../../../src/engine/engine.js';
import { type FaceRegion, faceRegions, type Region, type RegionReadings, toLuminance } from './light-regions.js';
import { list, readRecordedPicture } from './recorded.js';
import { lookAtRegions } from './region-look.js';

const round = (value: number): number => Number(value.toFixed(3));

/** Returns the log ratio of each region's brightness with and without flash; `null` if the region is unreadable. */
function toAnswers(without: RegionReadings, flashed: RegionReadings): Json {
  const answerOf = (region: Region): number | null => {
    const [before, after] = [without[region], flashed[region]];
    return before === null || after === null ? null : Math.log(toLuminance(after) / toLuminance(before));
  };
  const meanOf = (...regions: readonly FaceRegion[]): number | null => {
    const answers = regions.map(answerOf).filter((answer) => answer !== null);
    return answers.length === 0 ? null : answers.reduce((sum, answer) => sum + answer, 0) / answers.length;
  };
  const minus = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : round(one - other);
  const face = meanOf(...faceRegions);
  return {
    faceMinusBackground: minus(face, answerOf('background')),
    noseMinusCheeks: minus(meanOf('leftFlank', 'rightFlank'), meanOf('leftCheek', 'rightCheek')),
    flanksLeftMinusRight: minus(answerOf('leftFlank'), answerOf('rightFlank')),
    ...Object.fromEntries(
      [...faceRegions, 'background' as const].map((region) => [region, minus(answerOf(region), 0)]),
    ),
  };
}

/** Reads the effect of flashes from `flash-pairs/<species>/<pair>_background.jpg` and `<pair>_flash.jpg`. */
export async function readFlashPairs(engine: Engine, folder: string): Promise<Json[]> {
  const rows: Json[] = [];
  for (const species of await list(join(folder, 'flash-pairs')))
    for (const name of await list(join(folder, 'flash-pairs', species))) {
      const pair = /^(.+)_flash\.jpg$/.exec(name)?.[1];
      if (pair === undefined) continue;
      const look = async (light: string) =>
        lookAtRegions(engine, await readRecordedPicture(join(folder, 'flash-pairs', species, `${pair}_${light}.jpg`)));
      const [without, flashed] = [await look('background'), await look('flash')];
      rows.push({
        pair: `${species} ${pair}`,
        answers: without === null || flashed === null ? null : toAnswers(without.readings, flashed.readings),
      });
    }
  return rows;
}
