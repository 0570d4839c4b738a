import { type Chance, createChance } from '../../evidence/statistics/chance.js';
import type { Movement } from '../../src/core/movements.js';
import type { Picture } from '../../src/engine/picture.js';
import { drawTurned, type Head, project, type Turn, toMiddle, turnHead, turnSpot } from './head.js';
import { type Display, drawGlare, printOut, showOnDisplay } from './materials.js';
import { createCanvas, drawSheet, exposeAnew, toJpeg } from './raster.js';
import { drawRoom, flat, holdSheet, isAll, isHead, isPrinted, type SheetShape } from './sheets.js';

/** Who attacks, with what, and what the challenge asks. */
export interface Scene {
  /** Whose enrolment is attacked, as the attacker has it: one photo. */
  readonly victim: Head;
  /** Somebody else: the attacker. */
  readonly attacker: Head;
  readonly movements: readonly Movement[];
  /** Frames with the same seed are the same. */
  readonly seed: string;
}

/** One way to pretend. */
export interface Attack {
  readonly name: string;
  /** A frame for each movement, JPEG, in the order of the challenge. */
  makeFrames(scene: Scene): Promise<readonly Buffer[]>;
}

const signs = {
  centre: { yaw: 0, pitch: 0 },
  left: { yaw: 1, pitch: 0 },
  right: { yaw: -1, pitch: 0 },
  up: { yaw: 0, pitch: 1 },
  down: { yaw: 0, pitch: -1 },
} as const satisfies Record<Movement, { yaw: number; pitch: number }>;

/** How far somebody turns who is asked to: clearly, no two times alike. */
export function drawTurn(movement: Movement, chance: Chance): Turn {
  const { yaw, pitch } = signs[movement];
  return {
    yawDeg: yaw * (22 + chance.below(9)) + 1.5 * chance.normal(),
    pitchDeg: pitch * (15 + chance.below(6)) + 1.5 * chance.normal(),
  };
}

/** What an honest person sends. */
export const makeGenuineFrames = ({ victim, movements, seed }: Scene): Promise<readonly Buffer[]> =>
  toFrames(movements, seed, (movement, chance) => turnHead(victim, drawTurn(movement, chance), chance));

const toFrames = (
  movements: readonly Movement[],
  seed: string,
  draw: (movement: Movement, chance: Chance, at: number) => Promise<Buffer>,
): Promise<readonly Buffer[]> =>
  Promise.all(movements.map((movement, at) => draw(movement, createChance(`${seed} ${at}`), at)));

const opposites = { centre: 'centre', left: 'right', right: 'left', up: 'down', down: 'up' } as const;

/** A flat thing held toward the asked direction: further than a head, as it must to look turned at all. */
const drawTilt = (movement: Movement, chance: Chance): Turn => {
  const { yawDeg, pitchDeg } = drawTurn(movement, chance);
  return { yawDeg: yawDeg * 1.7, pitchDeg: pitchDeg * 1.7 };
};

/** A display the attacker has: its pixels are a little larger than the camera's. */
const display: Display = { pixelPx: 1.06, hasBezel: true, gamma: 1, blackLevel: 8 };

/** What is tried, each on its own. The names are those of the measured rates (docs/liveness.md). */
export const attacks: readonly Attack[] = [
  {
    name: 'still',
    makeFrames: ({ victim, movements, seed }) =>
      toFrames(movements, seed, (_movement, chance) => toJpeg(victim.frame, 85 + chance.below(10))),
  },
  {
    name: 'shiftedStill',
    makeFrames: ({ victim, movements, seed }) =>
      toFrames(movements, seed, (movement, chance) => {
        const { yaw, pitch } = signs[movement];
        const tilt = 0.12 * chance.normal();
        const zoom = 1 + 0.08 * chance.normal();
        const middle = toMiddle(victim);
        const canvas = createCanvas(victim.frame);
        drawSheet(canvas, {
          texture: victim.frame,
          place: (x, y) => {
            const [u, v] = [(x - middle.x) * zoom, (y - middle.y) * zoom];
            return { x: middle.x + u - v * tilt + 50 * yaw, y: middle.y + v + u * tilt - 40 * pitch, z: 0 };
          },
        });
        return toJpeg(exposeAnew(canvas, chance));
      }),
  },
  {
    // A photo tilted as a plane by software and injected: nothing of paper or screen is to be seen.
    name: 'tiltedStill',
    makeFrames: ({ victim, movements, seed }) =>
      toFrames(movements, seed, (movement, chance) =>
        toJpeg(
          exposeAnew(
            holdSheet(victim.frame, victim, victim.frame, drawTilt(movement, chance), { ...flat, isPart: isAll }),
            chance,
          ),
        ),
      ),
  },
  { name: 'print', makeFrames: (scene) => makePrint(scene, { ...flat, isPart: isPrinted(scene.victim) }) },
  // The same, bent to a curve as deep as a face's, more than that, and about other axes.
  { name: 'bentPrint', makeFrames: bendPrint(0.3, 0) },
  { name: 'rolledPrint', makeFrames: bendPrint(0.6, 0) },
  { name: 'archedPrint', makeFrames: bendPrint(0.3, 90) },
  { name: 'slantedPrint', makeFrames: bendPrint(0.5, 45) },
  { name: 'cutOut', makeFrames: (scene) => makePrint(scene, { ...flat, isPart: isHead(scene.victim) }) },
  {
    name: 'screen',
    makeFrames: async ({ victim, attacker, movements, seed }) => {
      const room = await drawRoom(attacker);
      return toFrames(movements, seed, (movement, chance) => {
        const shape = { ...flat, isPart: isPrinted(victim) };
        const picture = showOnDisplay({ picture: victim.frame, victim }, display, chance);
        return toJpeg(exposeAnew(holdSheet(room, victim, picture, drawTilt(movement, chance), shape), chance));
      });
    },
  },
  {
    // The person's own frames, of a challenge that asked for the opposite.
    name: 'replay',
    makeFrames: (scene) =>
      makeGenuineFrames({ ...scene, movements: scene.movements.map((movement) => opposites[movement]) }),
  },
  {
    // The right movements, all of them, one place later than asked.
    name: 'replayShifted',
    makeFrames: (scene) => {
      const asked = scene.movements.slice(1, -1);
      const late = [...asked.slice(-1), ...asked.slice(0, -1)];
      return makeGenuineFrames({ ...scene, movements: [scene.movements[0], ...late, scene.movements[0]] });
    },
  },
  {
    // A recording of the person that happens to show the right movements, played on a display.
    name: 'screenReplay',
    makeFrames: async ({ victim, attacker, movements, seed }) => {
      const room = await drawRoom(attacker);
      return toFrames(movements, seed, (movement, chance) => {
        const shape = { ...flat, isPart: isPrinted(victim) };
        const picture = showOnDisplay(
          { picture: drawTurned(victim, drawTurn(movement, chance), chance), victim },
          display,
          chance,
        );
        return toJpeg(exposeAnew(holdSheet(room, victim, picture, { yawDeg: 0, pitchDeg: 0 }, shape), chance));
      });
    },
  },
  {
    // The victim's photo for the centre, the attacker's own head for the movements.
    name: 'swap',
    makeFrames: ({ victim, attacker, movements, seed }) =>
      toFrames(movements, seed, (movement, chance) =>
        turnHead(movement === 'centre' ? victim : attacker, drawTurn(movement, chance), chance),
      ),
  },
  {
    // The attacker moves the own head with the victim's printed face before it.
    name: 'maskLike',
    makeFrames: ({ victim, attacker, movements, seed }) =>
      toFrames(movements, seed, (movement, chance) => {
        const turn = drawTurn(movement, chance);
        const wearer = drawTurned(attacker, turn, chance);
        return toJpeg(wearMask(wearer, attacker, victim, turn));
      }),
  },
];

function bendPrint(bend: number, axisDeg: number): Attack['makeFrames'] {
  return (scene) => makePrint(scene, { bend, axisDeg, isPart: isPrinted(scene.victim) });
}

async function makePrint({ victim, attacker, movements, seed }: Scene, shape: SheetShape): Promise<readonly Buffer[]> {
  const room = await drawRoom(attacker);
  const paper = printOut(victim, { dotPx: 3, hasEdge: true, glare: drawGlare(victim, createChance(`${seed} glare`)) });
  return toFrames(movements, seed, (movement, chance) =>
    toJpeg(exposeAnew(holdSheet(room, victim, paper, drawTilt(movement, chance), shape), chance)),
  );
}

/** A flat mask in front of a head that turns: it moves with the nose and shows no depth of its own. */
function wearMask(wearer: Picture, attacker: Head, victim: Head, turn: Turn): Picture {
  const canvas = createCanvas(wearer);
  const [from, to] = [toMiddle(victim), toMiddle(attacker)];
  const isFace = isHead(victim);
  const unit = victim.eyeDistancePx;
  drawSheet(canvas, {
    texture: victim.frame,
    place: (x, y) => {
      if (!isFace(x, y)) return null;
      const spot = { x: (x - from.x) / unit, y: (y - from.y) / unit, z: -0.2 };
      const front = project(spot, to, attacker.eyeDistancePx);
      const back = project(turnSpot(spot, turn), to, attacker.eyeDistancePx);
      const flat = { x: to.x + spot.x * attacker.eyeDistancePx, y: to.y + spot.y * attacker.eyeDistancePx };
      return { x: flat.x + back.x - front.x, y: flat.y + back.y - front.y, z: 1 };
    },
  });
  return canvas;
}
