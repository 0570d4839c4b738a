import type { Json } from '../../../src/base/json.js';
import { type Asked, drawLights, toPoses } from '../../../src/core/step-up/light-row.js';
import { drawMovements } from '../../../src/core/step-up/movement-challenge.js';
import type { Engine } from '../../../src/engine/engine.js';
import type { LightReading } from '../../../src/engine/light.js';
import { findLight, type LightFinding, type LitPair } from '../../../src/liveness/light.js';
import { measureLight } from '../../../src/liveness/signals.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { type Chance, createChance } from '../../statistics/chance.js';
import { rateByPerson } from '../../statistics/clustered-rate.js';
import { withoutRefusal } from './heads.js';
import { pairsApart, readMoments } from './moments.js';
import { rateAsJson } from './rate-cells.js';
import type { RecordedClip } from './recorded.js';

/* Judges real clips, recorded without screen light, as if they were injected in light challenges with random colors. */

const rowsOfOne = 1000;

/** Time between the pictures of two colors. */
const apartMs = 450;

type Look = { readonly reading: LightReading };

const lookAt = (engine: Engine, bytes: Uint8Array): Promise<Look | null> =>
  withoutRefusal(async () => {
    const { light } = await engine.examine(toPhoto(bytes), ['light'], testShare);
    if (light === null) throw new Error('The engine left out the light.');
    return { reading: light };
  });

function answerRow(pairs: readonly (readonly [Look, Look])[], chance: Chance): LightFinding {
  const toPair = ([first, second]: readonly (Asked | null)[]): LitPair => {
    const [before, after] = pairs[chance.below(pairs.length)];
    if (first?.light == null || second?.light == null) throw new Error('A row of lights has a light for each picture.');
    return [
      { light: first.light, reading: before.reading },
      { light: second.light, reading: after.reading },
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
  readonly gain: number;
  /** Difference in light between the two sides of the nose; `null` if a side is not visible. */
  readonly noseSides: number | null;
  readonly seemsLit: boolean;
  readonly passes: boolean;
}

async function answerAll(engine: Engine, clip: RecordedClip): Promise<readonly Answered[]> {
  const pairs = pairsApart(await readMoments(clip, (bytes) => lookAt(engine, bytes)), apartMs);
  if (pairs.length === 0) return [];
  const chance = createChance(`rows of light for ${clip.person}`);
  return Array.from({ length: rowsOfOne }, () => {
    const finding = answerRow(pairs, chance);
    const measured = measureLight(finding).map(({ measurement }) => measurement);
    return {
      person: clip.person,
      gain: finding.gain,
      noseSides: finding.normals === null ? null : finding.normals * finding.gain,
      seemsLit: measured.some(({ name, pass }) => name === 'light_gain' && pass),
      passes: measured.every(({ pass }) => pass),
    };
  });
}

const round = (value: number): number => Number(value.toPrecision(2));

function toStrengths(values: readonly number[]): Json {
  const strengths = values.map(Math.abs).sort((one, other) => one - other);
  const at = (share: number): number => round(strengths[Math.floor((strengths.length - 1) * share)]);
  return { median: at(0.5), nineteenOf20: at(0.95), highest: at(1) };
}

const shareOf = (rows: readonly Answered[], isHit: (row: Answered) => boolean): Json =>
  rateAsJson(rateByPerson(rows.map((row) => ({ person: row.person, hit: isHit(row) }))));

export async function judgeUnlit(
  engine: Engine,
  clips: Readonly<Record<string, readonly RecordedClip[]>>,
): Promise<{ readonly [shown: string]: Json }> {
  const judged: Record<string, Json> = {};
  for (const [shown, each] of Object.entries(clips)) {
    const rows: Answered[] = [];
    for (const clip of each) rows.push(...(await answerAll(engine, clip)));
    judged[shown] =
      rows.length === 0
        ? { clips: 0 }
        : {
            clips: new Set(rows.map(({ person }) => person)).size,
            rowsOfEach: rowsOfOne,
            gain: toStrengths(rows.map(({ gain }) => gain)),
            noseSides: toStrengths(rows.flatMap(({ noseSides }) => noseSides ?? [])),
            seemsLit: shareOf(rows, ({ seemsLit }) => seemsLit),
            passes: shareOf(rows, ({ passes }) => passes),
          };
  }
  return judged;
}
