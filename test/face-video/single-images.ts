import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import type { Picture } from '../../src/face/engine/picture.js';
import { drawTurned, type Head, type Turn } from './head.js';
import { type Display, drawGlare, printOut, showOnDisplay } from './materials.js';
import { exposeAnew, toJpeg } from './raster.js';
import { drawRoom, flatGlass, flatPaper, holdSheet, isAll, isHead, isPrinted, type SheetShape } from './sheets.js';

export interface Sitting {
  readonly victim: Head;
  readonly attacker: Head;
  readonly seed: string;
}

/** One presentation attack instrument species of ISO/IEC 30107-3. */
export interface Species {
  readonly name: string;
  present(sitting: Sitting): Promise<Buffer>;
}

type Draw = (sitting: Sitting, chance: SeededRandom) => Picture | Promise<Picture>;

const toSpecies = ([name, draw]: readonly [string, Draw]): Species => ({
  name,
  present: async (sitting) => {
    const chance = createSeededRandom(`${sitting.seed} ${name}`);
    return toJpeg(exposeAnew(await draw(sitting, chance), chance));
  },
});

/** Draws a small random tilt, because objects are never held quite level. */
const drawTilt = (chance: SeededRandom): Turn => ({ yawDeg: 5 * chance.normal(), pitchDeg: 4 * chance.normal() });

async function hold({ victim, attacker }: Sitting, texture: Picture, how: SheetShape, chance: SeededRandom) {
  return holdSheet(await drawRoom(attacker), victim, texture, drawTilt(chance), how);
}

const printDots =
  (dotPx: number): Draw =>
  (sitting, chance) =>
    hold(
      sitting,
      printOut(sitting.victim, { dotPx, hasEdge: false, glare: null }),
      { ...flatPaper, isPart: isAll },
      chance,
    );

const printSheet =
  (shape: { readonly isShining: boolean; readonly isCutOut: boolean; readonly bend: number }): Draw =>
  (sitting, chance) => {
    const { victim } = sitting;
    const glare = shape.isShining ? drawGlare(victim, chance) : null;
    const isPart = shape.isCutOut ? isHead(victim) : isPrinted(victim);
    return hold(
      sitting,
      printOut(victim, { dotPx: 3, hasEdge: true, glare }),
      { ...flatPaper, bend: shape.bend, isPart },
      chance,
    );
  };

const display =
  (how: Display): Draw =>
  (sitting, chance) => {
    const { victim } = sitting;
    const shown = showOnDisplay({ picture: victim.frame, victim }, how, chance);
    return hold(sitting, shown, { ...flatGlass, isPart: how.hasBezel ? isPrinted(victim) : isAll }, chance);
  };

const plainSheet = { isShining: false, isCutOut: false, bend: 0 } as const;
const plainDisplay = { pixelPx: 1.06, hasBezel: false, gamma: 1, blackLevel: 8 } as const;

/** All species, named as in the measured rates (docs/liveness-method.md). */
export const species: readonly Species[] = (
  [
    // The unchanged photo, encoded again, as control for all other species.
    ['still', ({ victim }) => victim.frame],
    [
      'warpedStill',
      ({ victim }, chance) =>
        drawTurned(victim, { yawDeg: (chance.below(2) === 0 ? -1 : 1) * 20, pitchDeg: 0 }, chance),
    ],
    ['printFine', printDots(2.4)],
    ['printMedium', printDots(4)],
    ['printCoarse', printDots(7)],
    ['printEdge', printSheet(plainSheet)],
    ['printGlare', printSheet({ ...plainSheet, isShining: true })],
    ['bentPrint', printSheet({ ...plainSheet, bend: 0.3 })],
    ['cutOut', printSheet({ ...plainSheet, isCutOut: true })],
    ['screenFine', display({ ...plainDisplay, pixelPx: 0.55 })],
    ['screenNear', display(plainDisplay)],
    ['screenCoarse', display({ ...plainDisplay, pixelPx: 2.6 })],
    ['screenBezel', display({ ...plainDisplay, hasBezel: true })],
    ['screenWashedOut', display({ ...plainDisplay, gamma: 1.4, blackLevel: 40 })],
  ] as const satisfies readonly (readonly [string, Draw])[]
).map(toSpecies);
