import type { Box } from '../../core/face.js';
import { type Landmarks, toEyeCentres } from './landmarks.js';
import { type Picture, type Point, sampleGrid } from './picture.js';

/** Turns of a picture by a camera, in degrees, in addition to upright. */
export const cameraTurns = [90, 180, 270] as const;

/**
 * Magnitude below which a face may be turned. Of ordinary photos, 0.5 % are below; of photos turned by 90° to 270°,
 * nearly all.
 */
export const leastUprightMagnitude = 2.95;

/** Roll above which a face is straightened, in degrees. Of ordinary photos, 99 % have a roll under 16°. */
const steepRollDeg = 25;

/** Size of a whole picture for detection: that of the detector's input. */
const searched = { widthPx: 320, heightPx: 240 };

/** Largest side of a straightened face with its surroundings. The models see at most 128 pixels of the face. */
const maxStraightPx = 448;
const surroundings = 3;

/** Returns the roll of a face in degrees, clockwise. */
export function rollOf(landmarks: Landmarks): number {
  const [left, right] = toEyeCentres(landmarks);
  return (Math.atan2(right.y - left.y, right.x - left.x) * 180) / Math.PI;
}

export const isSteep = (landmarks: Landmarks): boolean => Math.abs(rollOf(landmarks)) > steepRollDeg;

const toCentre = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 });

const aroundCentre = ({ x, y }: Point, width: number, height: number): Box => ({
  x: x - width / 2,
  y: y - height / 2,
  width,
  height,
});

/** Samples an area so that what was turned clockwise by `degrees` becomes upright. */
function turn(picture: Picture, area: Box, degrees: number, scale: number) {
  const columns = Math.max(1, Math.round(area.width * scale));
  const rows = Math.max(1, Math.round(area.height * scale));
  const cos = Math.cos((degrees * Math.PI) / 180) / scale;
  const sin = Math.sin((degrees * Math.PI) / 180) / scale;
  const across = { x: cos, y: sin };
  const down = { x: -sin, y: cos };
  const halfX = (columns - 1) / 2;
  const halfY = (rows - 1) / 2;
  const centre = toCentre(area);
  const origin = {
    x: centre.x - 0.5 - halfX * across.x - halfY * down.x,
    y: centre.y - 0.5 - halfX * across.y - halfY * down.y,
  };
  const grid = { columns, rows, origin, across, down };
  const rgb = new Float32Array(3 * columns * rows);
  sampleGrid(picture, grid, 'black', rgb);
  // The clamped array rounds. `Uint8Array.from` with a function takes ten times as long.
  const data = new Uint8Array(new Uint8ClampedArray(rgb).buffer);
  rgb.fill(0);
  return { picture: { data, widthPx: columns, heightPx: rows }, grid };
}

/**
 * Turns a whole picture for detection.
 * @returns the picture, and a function that moves the box of an upright face in it to the given picture, around the
 * face's center
 */
export function turnWhole(
  picture: Picture,
  degrees: (typeof cameraTurns)[number],
): { readonly picture: Picture; toGiven(box: Box): Box } {
  const { widthPx, heightPx } = picture;
  const [width, height] = degrees === 180 ? [widthPx, heightPx] : [heightPx, widthPx];
  const scale = Math.min(1, searched.widthPx / width, searched.heightPx / height);
  const centre = { x: widthPx / 2, y: heightPx / 2 };
  const { picture: turned, grid } = turn(picture, aroundCentre(centre, width, height), degrees, scale);
  return {
    picture: turned,
    toGiven(box) {
      const { x, y } = toCentre(box);
      const { origin, across, down } = grid;
      const found = {
        x: origin.x + (x - 0.5) * across.x + (y - 0.5) * down.x + 0.5,
        y: origin.y + (x - 0.5) * across.y + (y - 0.5) * down.y + 0.5,
      };
      return aroundCentre(found, box.width / scale, box.height / scale);
    },
  };
}

/** Cuts out a turned face with its surroundings, so that the face is upright in the middle. */
export function straighten(
  picture: Picture,
  box: Box,
  degrees: number,
): { readonly picture: Picture; readonly box: Box; readonly scale: number } {
  const side = surroundings * Math.max(box.width, box.height);
  const scale = Math.min(1, maxStraightPx / side);
  const { picture: turned } = turn(picture, aroundCentre(toCentre(box), side, side), degrees, scale);
  const centre = { x: turned.widthPx / 2, y: turned.heightPx / 2 };
  return { picture: turned, box: aroundCentre(centre, box.width * scale, box.height * scale), scale };
}
