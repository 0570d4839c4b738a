import { livenessBoundary } from '../../../src/core/ports.js';
import type { Engine } from '../../../src/engine/engine.js';
import { type Head, readHead, species } from '../../../test/face-video/index.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { withoutRefusal } from './heads.js';
import type { Scores } from './presentation-rates.js';

export interface PassiveScores {
  readonly genuine: Scores;
  readonly bySpecies: ReadonlyMap<string, Scores>;
}

/** Passive liveness thresholds of the product: for one picture, and for the mean of five. */
export const shownBounds = [livenessBoundary, 0.5] as const;

/**
 * Scores photos of different people, and an attack of each species made from each photo. Photos that the engine refuses
 * are skipped, because an attacker would not choose them.
 */
export async function scorePassive(
  engine: Engine,
  photos: readonly Uint8Array[],
  say: (line: string) => void,
): Promise<PassiveScores> {
  const scoreOf = (picture: Uint8Array): Promise<number | null> =>
    withoutRefusal(async () => (await engine.examine(toPhoto(picture), ['liveness'], testShare)).liveness);
  const genuine: (number | null)[] = [];
  const bySpecies = new Map<string, (number | null)[]>(species.map(({ name }) => [name, []]));
  let before: Head | null = null;
  for (const [at, photo] of photos.entries()) {
    genuine.push(await scoreOf(photo));
    const victim = await withoutRefusal(() => readHead(engine, photo));
    if (victim === null) continue;
    // The person of the previous photo acts as the attacker, in whose room the attack takes place.
    const sitting = { victim, attacker: before ?? victim, seed: `person ${at}` };
    const scored = species.map(async ({ name, present }) => ({ name, score: await scoreOf(await present(sitting)) }));
    for (const { name, score } of await Promise.all(scored)) bySpecies.get(name)?.push(score);
    before = victim;
    if ((at + 1) % 20 === 0) say(`single images: ${at + 1} of ${photos.length} people`);
  }
  return { genuine, bySpecies };
}
