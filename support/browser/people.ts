import { createSeededRandom } from '../../src/core/base/chance.js';
import { createEnginePool } from '../../src/face/engine/pool.js';
import { drawTurn, type Head, readDemoHeads, turnHead } from '../face-video/index.js';
import { modelsFolder } from '../run/paths.js';
import type { Lighting, Person, Poses } from './visitor.js';

const posesOf = new WeakMap<Head, Map<string, Promise<Poses>>>();

/** Renders pictures of a head that turns in each direction, for `playPerson`. Cached per process. */
export function makePoses(head: Head, name: string, pictures = 2): Promise<Poses> {
  const drawn = posesOf.get(head) ?? new Map<string, Promise<Poses>>();
  posesOf.set(head, drawn);
  const key = `${pictures} ${name}`;
  const poses = drawn.get(key) ?? drawPoses(head, name, pictures);
  drawn.set(key, poses);
  return poses;
}

async function drawPoses(head: Head, name: string, pictures: number): Promise<Poses> {
  const way = Array.from({ length: pictures }, (_, at) => (at + 1) / pictures);
  const turnTo = async (movement: 'left' | 'right' | 'up' | 'down'): Promise<string[]> => {
    const chance = createSeededRandom(`${name} ${movement}`);
    const { yawDeg, pitchDeg } = drawTurn(movement, chance);
    const frames = way.map((share) => turnHead(head, { yawDeg: share * yawDeg, pitchDeg: share * pitchDeg }, chance));
    return (await Promise.all(frames)).map((frame) => frame.toString('base64'));
  };
  const ahead = await turnHead(head, { yawDeg: 0, pitchDeg: 0 }, createSeededRandom(name));
  return {
    centre: [ahead.toString('base64')],
    left: await turnTo('left'),
    right: await turnTo('right'),
    up: await turnTo('up'),
    down: await turnTo('down'),
  };
}

/** A white screen adds 30 % to the light on the face, and a fifth of that to the background. */
export function lightingOf({ landmarks }: Head): Lighting {
  const middle = landmarks[29]!;
  const right = landmarks[31]!;
  const left = landmarks[35]!;
  const nose = { x: middle.x, y: middle.y, halfWidth: (left.x - right.x) / 2 };
  return { gain: 0.3, around: 0.2, colours: [0, 1, 2], nose, glass: false };
}

/**
 * Returns Ada, whose face reflects the screen's light. If her face did not reflect the light, the page would ask her to
 * try three times.
 */
export async function seatAda(): Promise<Person> {
  const { ada } = await readPeople();
  return { poses: await makePoses(ada, 'ada'), lighting: lightingOf(ada), plan: 'follow', reactionMs: 150 };
}

export interface People {
  readonly ada: Head;
  readonly eve: Head;
}
let people: Promise<People> | null = null;

/** Reads two people of the demonstration photos as camera frames. Cached per process. */
export function readPeople(): Promise<People> {
  people ??= readHeads();
  return people;
}

async function readHeads(): Promise<People> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 8, workers: 1 });
  try {
    const [ada, eve] = await readDemoHeads(engine);
    return { ada, eve };
  } finally {
    await engine.close();
  }
}
