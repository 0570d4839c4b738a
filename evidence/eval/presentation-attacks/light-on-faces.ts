import { createChance } from '../../../src/core/base/chance.js';
import { type Embedding, Photo } from '../../../src/core/concealed.js';
import { type ScreenLight, toLinear } from '../../../src/core/screen-light.js';
import { proportion, toJson } from '../../../src/extensions/measuring/statistics/proportion.js';
import type { Engine } from '../../../src/face/engine/engine.js';
import type { LightReading, LightRegion, Rgb } from '../../../src/face/engine/light.js';
import { findLight, type LitPair } from '../../../src/face/liveness/light.js';
import { bounds } from '../../../src/face/liveness/signals.js';
import { cosineOf } from '../../../src/face/verifier/embeddings.js';
import { drawLitSteps, type Head, makeGenuineLitFrames } from '../../../test/face-video/index.js';
import { testShare } from '../../../test/share.js';
import type { Say } from '../program.js';
import { rateOf } from './presentation-rates.js';

const toPhoto = (frame: Buffer): Photo => new Photo(Uint8Array.from(frame));

const threeDigits = (value: number): number => Number(value.toFixed(3));

export async function measureSameFace(engine: Engine, heads: readonly Head[], say: Say) {
  const textures: (readonly [Embedding, Embedding])[] = [];
  for (const [at, victim] of heads.entries()) {
    const seed = `same face ${at}`;
    const steps = drawLitSteps(['centre'], 'across', createChance(seed));
    const [, , shown, after] = await makeGenuineLitFrames({ victim, attacker: victim, steps, seed, gain: 0.15 });
    const first = await engine.examine(toPhoto(shown), ['light'], testShare);
    const second = await engine.examineAgain(toPhoto(after), ['light'], first.face.box, testShare);
    if (first.texture !== null && second.texture !== null) textures.push([first.texture, second.texture]);
  }
  say('light: same face');
  const own = textures.map(([first, second]) => cosineOf(first, second));
  const strangers = textures.flatMap(([first], at) =>
    textures.flatMap(([, second], other) => (other === at ? [] : [cosineOf(first, second)])),
  );
  return {
    people: textures.length,
    least: threeDigits(Math.min(...own)),
    strangerPairs: strangers.length,
    strangersMostAlike: threeDigits(Math.max(...strangers)),
    strangersTaken: rateOf(strangers, (cosine) => cosine >= bounds.light_same_face.atLeast),
  };
}

const chanceRows = 200_000;

/** Measures how often a face lit by an independent random sequence of colors matches the requested sequence. */
export function matchByChance() {
  const chance = createChance('rows by chance');
  const toReading = ({ first }: ScreenLight): LightReading => {
    const [red, green, blue] = toLinear(first);
    const seen: Rgb = [1 + 0.15 * red, 1 + 0.15 * green, 1 + 0.15 * blue];
    const regions: Record<LightRegion, Rgb> = {
      ...{ leftCheek: seen, rightCheek: seen, leftFlank: seen, rightFlank: seen },
      ...{ bridge: seen, noseBase: seen, chin: seen, forehead: seen },
    };
    return { regions, background: null, tones: [] };
  };
  const poses = ['centre', 'left', 'right', 'up', 'down'] as const;
  let hits = 0;
  for (let row = 0; row < chanceRows; row += 1) {
    const told = drawLitSteps(poses, 'across', chance);
    const lit = drawLitSteps(poses, 'across', chance);
    const litAt = (at: number) => ({ light: told[at].light, reading: toReading(lit[at].light) });
    const pairs = poses.map((_, pose): LitPair => [litAt(2 * pose + 2), litAt(2 * pose + 3)]);
    if (findLight(pairs, [litAt(0), litAt(1)]).match >= bounds.light_match.atLeast) hits += 1;
  }
  return { ...toJson(proportion(hits, chanceRows)), oneIn: Math.round(chanceRows / Math.max(1, hits)) };
}
