import { type Chance, createChance } from '../../eval/chance.js';
import type { Movement } from '../../src/core/ports.js';
import type { Picture, Point } from '../../src/engine/picture.js';
import { drawTurned, type Head, project, type Turn, turnHead, turnSpot } from './head.js';
import { blur, createCanvas, drawSheet, exposeAnew, recolour, type Spot, toJpeg } from './raster.js';

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

/** Where the middle of the face is: what is held before the camera turns about it. */
const toMiddle = ({ landmarks }: Head): Point => landmarks[29];

/** Holds a sheet with the victim's frame on it; `bend` is its curve across, 0 for flat, in eye distances. */
function holdSheet(canvas: Picture, victim: Head, texture: Picture, turn: Turn, how: SheetShape): Picture {
  const drawn = createCanvas(canvas);
  const middle = toMiddle(victim);
  const unit = victim.eyeDistancePx;
  drawSheet(drawn, {
    texture,
    place: (x, y): Spot | null => {
      if (!how.isPart(x, y)) return null;
      const across = (x - middle.x) / unit;
      const spot = { x: across, y: (y - middle.y) / unit, z: -1.6 - how.bend * across * across };
      return project(turnSpot(spot, turn), middle, unit);
    },
  });
  return drawn;
}

interface SheetShape {
  readonly bend: number;
  isPart(x: number, y: number): boolean;
}

/** A picture of head and shoulders as printed: in eye distances from the middle of the face. */
const isPrinted =
  (victim: Head) =>
  (x: number, y: number): boolean => {
    const middle = toMiddle(victim);
    const unit = victim.eyeDistancePx;
    return Math.abs(x - middle.x) < 2.1 * unit && Math.abs(y - middle.y) < 2.6 * unit;
  };

/** The outline of head and hair. */
const isHead =
  (victim: Head) =>
  (x: number, y: number): boolean => {
    const middle = toMiddle(victim);
    const unit = victim.eyeDistancePx;
    return Math.hypot((x - middle.x) / 1.35, (y - middle.y) / 1.75) < unit;
  };

/** Paper: fewer colours, the dots of the print, a white edge and the shine of a lamp. */
function printOut(victim: Head, glare: Point): Picture {
  const middle = toMiddle(victim);
  const unit = victim.eyeDistancePx;
  return recolour(victim.frame, (value, x, y) => {
    const isEdge = Math.abs(x - middle.x) > 2 * unit || Math.abs(y - middle.y) > 2.5 * unit;
    const dots = 8 * Math.sin(2.1 * x) * Math.sin(2.1 * y);
    const shine = 45 * Math.exp(-((x - glare.x) ** 2 + (y - glare.y) ** 2) / (2 * unit * unit));
    return isEdge ? 235 : 22 + 0.82 * value + dots + shine;
  });
}

const drawGlare = (victim: Head, chance: Chance): Point => ({
  x: toMiddle(victim).x + victim.eyeDistancePx * chance.normal(),
  y: toMiddle(victim).y + victim.eyeDistancePx * chance.normal(),
});

/** A display: its glow, the beat of its pixels with the camera's, and a black bezel. */
function showOnScreen(picture: Picture, victim: Head, chance: Chance): Picture {
  const middle = toMiddle(victim);
  const unit = victim.eyeDistancePx;
  const phase = chance.below(628) / 100;
  return recolour(picture, (value, x, y, channel) => {
    const isBezel = Math.abs(x - middle.x) > 1.95 * unit || Math.abs(y - middle.y) > 2.45 * unit;
    const moire = 6 * Math.sin(0.35 * x + 0.21 * y + phase + channel) + 3 * Math.sin(2.9 * x + phase);
    return isBezel ? 12 : 0.95 * value + (channel === 2 ? 14 : 6) + moire;
  });
}

/** The room the attacker sits in: the attacker's own picture, out of focus. */
const drawRoom = (attacker: Head): Promise<Picture> => blur(attacker.frame, 25);

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
            holdSheet(victim.frame, victim, victim.frame, drawTilt(movement, chance), { bend: 0, isPart: () => true }),
            chance,
          ),
        ),
      ),
  },
  { name: 'print', makeFrames: (scene) => makePrint(scene, 0, isPrinted(scene.victim)) },
  { name: 'bentPrint', makeFrames: (scene) => makePrint(scene, 0.3, isPrinted(scene.victim)) },
  { name: 'cutOut', makeFrames: (scene) => makePrint(scene, 0, isHead(scene.victim)) },
  {
    name: 'screen',
    makeFrames: async ({ victim, attacker, movements, seed }) => {
      const room = await drawRoom(attacker);
      return toFrames(movements, seed, (movement, chance) => {
        const shape = { bend: 0, isPart: isPrinted(victim) };
        const picture = showOnScreen(victim.frame, victim, chance);
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
        const shape = { bend: 0, isPart: isPrinted(victim) };
        const picture = showOnScreen(drawTurned(victim, drawTurn(movement, chance), chance), victim, chance);
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

async function makePrint(
  { victim, attacker, movements, seed }: Scene,
  bend: number,
  isPart: SheetShape['isPart'],
): Promise<readonly Buffer[]> {
  const room = await drawRoom(attacker);
  const paper = printOut(victim, drawGlare(victim, createChance(`${seed} glare`)));
  return toFrames(movements, seed, (movement, chance) =>
    toJpeg(exposeAnew(holdSheet(room, victim, paper, drawTilt(movement, chance), { bend, isPart }), chance)),
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
