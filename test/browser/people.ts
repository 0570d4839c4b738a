import { createChance } from '../../eval/statistics/chance.js';
import { createEnginePool } from '../../src/engine/pool.js';
import { drawTurn, type Head, readDemoHeads, turnHead } from '../face-video/index.js';
import { modelsFolder } from '../paths.js';
import type { Poses } from './visitor.js';

/** What a camera sees of a head that turns each way, for `playPerson`. @param pictures - on the way to its end */
export async function makePoses(head: Head, name: string, pictures = 2): Promise<Poses> {
  const way = Array.from({ length: pictures }, (_, at) => (at + 1) / pictures);
  const turnTo = async (movement: 'left' | 'right' | 'up' | 'down'): Promise<string[]> => {
    const chance = createChance(`${name} ${movement}`);
    const { yawDeg, pitchDeg } = drawTurn(movement, chance);
    const frames = way.map((share) => turnHead(head, { yawDeg: share * yawDeg, pitchDeg: share * pitchDeg }, chance));
    return (await Promise.all(frames)).map((frame) => frame.toString('base64'));
  };
  const ahead = await turnHead(head, { yawDeg: 0, pitchDeg: 0 }, createChance(name));
  return {
    centre: [ahead.toString('base64')],
    left: await turnTo('left'),
    right: await turnTo('right'),
    up: await turnTo('up'),
    down: await turnTo('down'),
  };
}

/** Two people of the demonstration photos, as frames of a camera. */
export async function readPeople(): Promise<{ readonly ada: Head; readonly eve: Head }> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 8, workers: 1 });
  try {
    const [ada, eve] = await readDemoHeads(engine);
    return { ada, eve };
  } finally {
    await engine.close();
  }
}
