import { createSeededRandom } from '../../src/core/base/chance.js';
import type { Movement } from '../../src/core/movements.js';
import { composeHead, makeGenuineFrames, makeGenuineLitFrames, takeGenuineLitPictures } from './genuine.js';
import { composeTurned, drawSway, drawTurned, toMiddle } from './head.js';
import { drawOtherSteps, injectFrames, type LitScene, takeLitFrames, takeLitPictures } from './lit-scenes.js';
import { wearMask } from './mask.js';
import { type Display, drawGlare, printOut, showOnDisplay } from './materials.js';
import { type Canvas, createCanvas, drawSheet, exposeAnew, material, toJpeg } from './raster.js';
import { type Compose, drawFrames, type Scene, type Setting, takeFrames } from './scenes.js';
import { drawRoom, flatGlass, flatPaper, holdSheet, isAll, isHead, isPrinted, type SheetShape } from './sheets.js';
import { drawTilt, drawTurn, shaken, signs, steady } from './turns.js';

export interface Attack {
  readonly name: string;
  makeFrames(scene: Scene): Promise<readonly Buffer[]>;
  makeLitFrames(scene: LitScene): Promise<readonly Buffer[]>;
}

type Prepare = (setting: Setting) => Compose | Promise<Compose>;

const held = (name: string, prepare: Prepare): Attack => ({
  name,
  makeFrames: async (scene) => takeFrames(scene, await prepare(scene)),
  makeLitFrames: async (scene) => takeLitFrames(scene, await prepare(scene)),
});

/** Frames computed by software and injected instead of the camera's, so that no screen light falls on them. */
const computed = (name: string, prepare: (setting: Setting) => Compose): Attack => ({
  name,
  makeFrames: (scene) => takeFrames(scene, prepare(scene)),
  makeLitFrames: (scene) => injectFrames(scene, prepare(scene), (canvas, chance) => toJpeg(exposeAnew(canvas, chance))),
});

/** Injected recording of another challenge, with its own movements and light. */
const recorded = (name: string, toRecorded: (asked: readonly Movement[]) => readonly Movement[]): Attack => ({
  name,
  makeFrames: (scene) => makeGenuineFrames({ ...scene, movements: toRecorded(scene.movements) }),
  makeLitFrames: (scene) =>
    makeGenuineLitFrames({
      ...scene,
      steps: drawOtherSteps(scene.steps, createSeededRandom(`${scene.seed} recorded row`), toRecorded),
    }),
});

const opposites = { centre: 'centre', left: 'right', right: 'left', up: 'down', down: 'up' } as const;

/** Typical display, whose pixels are slightly larger than the camera's. */
const display: Display = { pixelPx: 1.06, hasBezel: true, gamma: 1, blackLevel: 8 };

const shiftStill =
  ({ victim }: Setting): Compose =>
  (movement, chance, shake) => {
    const { yaw, pitch } = signs[movement];
    const tilt = 0.12 * chance.normal();
    const zoom = 1 + 0.08 * chance.normal();
    const middle = toMiddle(victim);
    const canvas = createCanvas(victim.frame);
    const aside = 50 * yaw + shake.yawDeg;
    const down = 40 * pitch + shake.pitchDeg;
    drawSheet(canvas, {
      texture: victim.frame,
      place: (x, y) => {
        const u = (x - middle.x) * zoom;
        const v = (y - middle.y) * zoom;
        const to = { x: middle.x + u - v * tilt + aside, y: middle.y + v + u * tilt - down };
        return { ...to, z: 0, material: material.paper };
      },
    });
    return canvas;
  };

const print =
  (toShape: (setting: Setting) => SheetShape): Prepare =>
  async (setting) => {
    const { victim, attacker, seed } = setting;
    const room = await drawRoom(attacker);
    const glare = drawGlare(victim, createSeededRandom(`${seed} glare`));
    const paper = printOut(victim, { dotPx: 3, hasEdge: true, glare });
    const shape = toShape(setting);
    return (movement, chance, shake) =>
      holdSheet(room, victim, paper, shaken(drawTilt(movement, chance), shake), shape);
  };

const bentPrint = (bend: number, axisDeg: number): Prepare =>
  print(({ victim }) => ({ ...flatPaper, bend, axisDeg, isPart: isPrinted(victim) }));

const still: Attack = {
  name: 'still',
  makeFrames: (scene) => drawFrames(scene, (_movement, chance) => toJpeg(scene.victim.frame, 85 + chance.below(10))),
  makeLitFrames: (scene) =>
    injectFrames(
      scene,
      () => createCanvas(scene.victim.frame),
      (canvas, chance) => toJpeg(canvas, 85 + chance.below(10)),
    ),
};

const screen: Prepare = async ({ victim, attacker }) => {
  const room = await drawRoom(attacker);
  const shape = { ...flatGlass, isPart: isPrinted(victim) };
  return (movement, chance, shake) => {
    const picture = showOnDisplay({ picture: victim.frame, victim }, display, chance);
    return holdSheet(room, victim, picture, shaken(drawTilt(movement, chance), shake), shape);
  };
};

/** Recording with the right movements but the wrong light, played on a display. */
const screenReplay: Attack = {
  name: 'screenReplay',
  async makeFrames(scene) {
    const { victim, attacker } = scene;
    const room = await drawRoom(attacker);
    const shape = { ...flatGlass, isPart: isPrinted(victim) };
    return takeFrames(scene, (movement, chance) => {
      const picture = drawTurned(victim, drawTurn(movement, chance), chance);
      return holdSheet(room, victim, showOnDisplay({ picture, victim }, display, chance), steady, shape);
    });
  },
  async makeLitFrames(scene) {
    const { victim, attacker, seed } = scene;
    const room = await drawRoom(attacker);
    const shape = { ...flatGlass, isPart: isPrinted(victim) };
    const recording = takeGenuineLitPictures({
      ...scene,
      seed: `${seed} recorded`,
      steps: drawOtherSteps(scene.steps, createSeededRandom(`${seed} recorded row`)),
    });
    const pictures = takeLitPictures(scene, (at, _movement, chance, shake) => {
      const shown = showOnDisplay({ picture: recording[at], victim }, display, chance);
      return holdSheet(room, victim, shown, shake, shape);
    });
    return Promise.all(pictures.map((picture) => toJpeg(picture)));
  },
};

/** Shows the victim's photo on paper for the center, and the attacker's own head for movements. */
const swap =
  ({ victim, attacker }: Setting): Compose =>
  (movement, chance, shake) => {
    if (movement !== 'centre') return composeHead(attacker)(movement, chance, shake);
    const canvas = composeHead(victim)(movement, chance, shake);
    canvas.materials.fill(material.paper);
    canvas.nearness.fill(0);
    return canvas;
  };

/** The attacker's head moves behind the victim's printed face. */
const maskLike: Attack = {
  name: 'maskLike',
  makeFrames: (scene) =>
    drawFrames(scene, (movement, chance) => {
      const { victim, attacker } = scene;
      const turn = drawTurn(movement, chance);
      const wearer = composeTurned(attacker, turn, drawSway(chance));
      const taken: Canvas = { ...wearer, ...exposeAnew(wearer, chance) };
      wearMask(taken, attacker, victim, turn);
      return toJpeg(taken);
    }),
  makeLitFrames: (scene) =>
    takeLitFrames(scene, (movement, chance, shake) => {
      const { victim, attacker } = scene;
      const turn = shaken(drawTurn(movement, chance), shake);
      const wearer = composeTurned(attacker, turn, drawSway(chance));
      wearMask(wearer, attacker, victim, turn);
      return wearer;
    }),
};

/** All attacks, named as in the measured rates (docs/liveness-method.md). */
export const attacks: readonly Attack[] = [
  still,
  computed('shiftedStill', shiftStill),
  // Photo that software tilts like a plane. It is injected, so it has no traces of paper or screen.
  computed('tiltedStill', ({ victim }) => (movement, chance, shake) => {
    const tilt = shaken(drawTilt(movement, chance), shake);
    return holdSheet(victim.frame, victim, victim.frame, tilt, { ...flatPaper, isPart: isAll });
  }),
  held('print', bentPrint(0, 0)),
  // Prints bent as deep as a face, bent deeper than a face, and bent about different axes.
  held('bentPrint', bentPrint(0.3, 0)),
  held('rolledPrint', bentPrint(0.6, 0)),
  held('archedPrint', bentPrint(0.3, 90)),
  held('slantedPrint', bentPrint(0.5, 45)),
  held(
    'cutOut',
    print(({ victim }) => ({ ...flatPaper, isPart: isHead(victim) })),
  ),
  held('screen', screen),
  // Frames of the victim in a challenge with the opposite movements.
  recorded('replay', (asked) => asked.map((movement) => opposites[movement])),
  // The right movements, each one position later than asked.
  recorded('replayShifted', (asked) => {
    const turned = asked.slice(1);
    return [...asked.slice(0, 1), ...turned.slice(-1), ...turned.slice(0, -1)];
  }),
  screenReplay,
  held('swap', swap),
  maskLike,
];
