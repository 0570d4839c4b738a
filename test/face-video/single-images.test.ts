import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createEnginePool, type EnginePool } from '../../src/engine/pool.js';
import { modelsFolder } from '../paths.js';
import { type Head, readDemoHeads, readPicture, species } from './index.js';

let engine: EnginePool;
let heads: readonly [Head, Head, Head, Head];
beforeAll(async () => {
  engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  heads = await readDemoHeads(engine);
});
afterAll(() => engine.close());

const sitting = (seed: string) => ({ victim: heads[0], attacker: heads[1], seed });

/** How far a picture is from the photo it was made from, in levels, where the face is. */
async function holdAgainstPhoto(picture: Uint8Array) {
  const a = await readPicture(picture);
  const b = heads[0].frame;
  const { x, y } = heads[0].landmarks[29]!;
  let sum = 0;
  for (let row = -60; row < 60; row += 1)
    for (let column = -60; column < 60; column += 1) {
      const at = ((Math.round(y) + row) * a.widthPx + Math.round(x) + column) * 3;
      sum += Math.abs(a.data[at]! - b.data[at]!);
    }
  return { ...a, difference: sum / 120 ** 2 };
}

test.each(species.map((each) => [each.name, each] as const))(
  '%s: the same for the same seed, another for another, and not the photo',
  async (name, { present }) => {
    const [picture, again, other] = await Promise.all(['a', 'a', 'b'].map((seed) => present(sitting(seed))));
    expect(Buffer.compare(picture!, again!)).toBe(0);
    expect(Buffer.compare(picture!, other!)).not.toBe(0);
    const { difference, widthPx, heightPx } = await holdAgainstPhoto(picture!);
    expect([widthPx, heightPx]).toEqual([640, 480]);
    // The still is the photo, encoded anew: noise is all that it adds.
    if (name === 'still') expect(difference).toBeLessThan(5);
    else expect(difference).toBeGreaterThan(8);
  },
);
