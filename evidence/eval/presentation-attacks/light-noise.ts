import { createSeededRandom, type SeededRandom } from '../../../src/core/base/chance.js';
import { type Instruction, toPoses } from '../../../src/core/poses.js';
import type { Json } from '../../../src/errors.js';
import type { Engine } from '../../../src/face/engine/engine.js';
import type { LightReading } from '../../../src/face/engine/light.js';
import { findLight, type LightFinding, type LitPair } from '../../../src/face/liveness/light.js';
import { measureLight } from '../../../src/face/liveness/signals.js';
import { drawLights, drawMovements } from '../../../src/step-up/movement-challenge.js';
import { toPhoto } from '../../../support/data/pictures.js';
import { presentationsFolder } from '../../../support/data/recorded-presentations.js';
import { testShare } from '../../../support/data/share.js';
import { BadInput } from '../../measure/corpus/corpus.js';
import { type EvalProgram, keepFigures, type PrintLine } from '../../measure/program.js';
import { rateByPerson } from '../../measure/statistics/clustered-rate.js';
import { mapConcurrently, withEngine, withoutRefusal } from './heads.js';
import { rateAsJson } from './presentation-rates.js';
import { liveSpecies, type RecordedClip, readClips, readRecordedPicture, timeOf } from './recorded.js';

/* Judges real clips, recorded without screen light, as if they were injected in light challenges with random colors. */

const rowsOfOne = 1000;

/** Time between the pictures of two colors. */
const apartMs = 450;

type PairOfReadings = readonly [LightReading, LightReading];

/** Returns all pairs of pictures whose distance in time differs from `apartMs` by at most a quarter of it. */
async function readPairs(engine: Engine, { files }: RecordedClip): Promise<readonly PairOfReadings[]> {
  const seen = await mapConcurrently(files, (file) =>
    withoutRefusal(async () => {
      const { light } = await engine.examine(toPhoto(await readRecordedPicture(file)), ['light'], testShare);
      if (light === null) throw new Error('The engine left out the light.');
      return { light, ms: timeOf(file) };
    }),
  );
  const moments = seen.filter((moment) => moment !== null);
  return moments.flatMap((before, at) =>
    moments
      .slice(at + 1)
      .filter(({ ms }) => Math.abs(ms - before.ms - apartMs) <= apartMs / 4)
      .map((after): PairOfReadings => [before.light, after.light]),
  );
}

function answerRow(pairs: readonly PairOfReadings[], chance: SeededRandom): LightFinding {
  const toPair = ([first, second]: readonly (Instruction | null)[]): LitPair => {
    const [before, after] = pairs[chance.below(pairs.length)];
    if (first?.light == null || second?.light == null) throw new Error('A row of lights has a light for each picture.');
    return [
      { light: first.light, reading: before },
      { light: second.light, reading: after },
    ];
  };
  const poses = toPoses(drawLights(drawMovements(chance.bytes), 'across', chance.bytes));
  return findLight(
    poses.map(({ shown, after }) => toPair([shown, after])),
    toPair(poses[0].halves),
  );
}

interface Answered {
  readonly person: string;
  readonly hit: boolean;
}

/** Returns for each random row whether the clip passes all light signals. */
function answerAll(person: string, pairs: readonly PairOfReadings[]): readonly Answered[] {
  if (pairs.length === 0) return [];
  const chance = createSeededRandom(`rows of light for ${person}`);
  return Array.from({ length: rowsOfOne }, () => {
    const measured = measureLight(answerRow(pairs, chance)).map(({ measurement }) => measurement);
    return { person, hit: measured.every(({ pass }) => pass) };
  });
}

/** @throws BadInput */
async function measureNoise([folder, ...others]: readonly string[], say: PrintLine, out: string | null) {
  if (others.length > 0) throw new BadInput('light-noise takes one --data');
  const isLive = ({ species }: RecordedClip): boolean => species === liveSpecies;
  const movements = await readClips(folder, 'movements');
  const clips = {
    holdingStill: (await readClips(folder, 'still-selfies')).filter(isLive),
    moving: movements.filter(isLive),
    replays: movements.filter((clip) => !isLive(clip)),
  };
  if (clips.holdingStill.length + clips.moving.length === 0) throw new BadInput(`No clips of people in ${folder}`);
  return withEngine(async (engine) => {
    const underRows: Record<string, Json> = {};
    for (const [shown, each] of Object.entries(clips)) {
      const rows: Answered[] = [];
      for (const clip of each) rows.push(...answerAll(clip.person, await readPairs(engine, clip)));
      underRows[shown] = { rowsOfEach: rowsOfOne, passes: rateAsJson(rateByPerson(rows)) };
      say(`${shown}: ${each.length} clips`);
    }
    await keepFigures(out, 'light-noise', { underRows });
    return { underRows };
  });
}

export const lightNoise: EvalProgram = {
  about: 'whether recorded clips without screen light pass the light challenge',
  runOn: measureNoise,
  run: (say, out) => measureNoise([presentationsFolder], say, out),
};
