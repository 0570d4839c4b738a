import type { SeededRandom } from '../../src/core/base/chance.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { type Landmarks, toEyeCentres } from '../../src/face/engine/landmarks.js';
import { type Picture, type Point, sampleGrid } from '../../src/face/engine/picture.js';
import { toPhoto } from '../data/pictures.js';
import { testShare } from '../data/share.js';
import {
  type Canvas,
  createCanvas,
  drawSheet,
  exposeAnew,
  frameHeightPx,
  frameWidthPx,
  material,
  type PlacedSpot,
  readPicture,
  type Spot,
  toJpeg,
} from './raster.js';

/** Head rotation in degrees: yaw is positive to the person's left, pitch upward. */
export interface Turn {
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

export interface Head {
  readonly frame: Picture;
  readonly landmarks: Landmarks;
  /** Distance between the eyes, the unit of depth. */
  readonly eyeDistancePx: number;
}

/** Returns the face's center, which is the pivot of held objects. */
export const toMiddle = ({ landmarks }: Head): Point => landmarks[29];

/** Face width in the frame at arm's length. */
const faceWidthPx = 180;

/**
 * Places a photo's only face into a 640×480 frame, extended at the edges.
 * @throws FaceError like `Engine.examine`
 */
export async function readHead(engine: Engine, photo: Uint8Array): Promise<Head> {
  const { face, landmarks } = await engine.examine(toPhoto(photo), ['landmarks'], testShare);
  if (landmarks === null) throw new Error('The engine left out the landmarks.');
  const picture = await readPicture(photo);
  const { box } = face;
  const step = box.width / faceWidthPx;
  const origin = {
    x: box.x + box.width / 2 - (step * frameWidthPx) / 2,
    y: box.y + box.height / 2 - step * frameHeightPx * 0.52,
  };
  const rgb = new Float32Array(3 * frameWidthPx * frameHeightPx);
  const grid = {
    columns: frameWidthPx,
    rows: frameHeightPx,
    origin,
    across: { x: step, y: 0 },
    down: { x: 0, y: step },
  };
  sampleGrid(picture, grid, 'nearest', rgb);
  const placed = landmarks.map(({ x, y }) => ({ x: (x - origin.x) / step, y: (y - origin.y) / step }));
  const [left, right] = toEyeCentres(placed);
  return {
    frame: { data: Uint8Array.from(rgb), widthPx: frameWidthPx, heightPx: frameHeightPx },
    landmarks: placed,
    eyeDistancePx: Math.hypot(right.x - left.x, right.y - left.y),
  };
}

/** Depth of the ears and of the neck's axis in eye distances. The tip of the nose has depth 0. */
const earDepth = -1.5;
const axisDepth = -1.6;

/** Distance of the camera from the face in eye distances, about 60 cm. */
export const cameraDistance = 9;

interface Shape {
  readonly centre: Point;
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly nose: readonly [Point, Point];
  readonly mouth: Point;
}

function toShape({ landmarks }: Head): Shape {
  const [left, right] = toEyeCentres(landmarks);
  const eyes = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 };
  const chin = landmarks[8];
  return {
    centre: { x: (landmarks[0].x + landmarks[16].x) / 2, y: eyes.y },
    halfWidth: (landmarks[16].x - landmarks[0].x) / 2,
    halfHeight: chin.y - eyes.y,
    nose: [landmarks[27], landmarks[30]],
    mouth: { x: (landmarks[48].x + landmarks[54].x) / 2, y: (landmarks[48].y + landmarks[54].y) / 2 },
  };
}

const bump = (x: number, y: number, width: number): number => Math.exp(-(x * x + y * y) / (2 * width * width));

const smoothStep = (value: number): number => {
  const t = Math.max(0, Math.min(1, value));
  return t * t * (3 - 2 * t);
};

/**
 * Returns the depth of a point, and how much the point moves with the head: 1 on the head, 0 far from it. Depths are
 * those of an adult head.
 */
function toDepth(head: Head, shape: Shape, x: number, y: number): { readonly z: number; readonly share: number } {
  const unit = head.eyeDistancePx;
  const across = (x - shape.centre.x) / shape.halfWidth;
  const down = (y - shape.centre.y) / shape.halfHeight;
  // A face recedes less toward the chin than toward the ears.
  const fall = Math.hypot(across, down > 0 ? down / 1.45 : down / 1.1);
  const face = -0.3 + Math.max(earDepth + 0.3, (earDepth + 0.3) * fall ** 5);
  const [bridge, tip] = shape.nose;
  const along = Math.max(0, Math.min(1.15, (y - bridge.y) / (tip.y - bridge.y)));
  const ridge = { x: bridge.x + (tip.x - bridge.x) * along, y: bridge.y + (tip.y - bridge.y) * along };
  const nose = 0.32 * along * bump((x - ridge.x) / unit, (y - ridge.y) / unit, 0.17);
  const mouth = 0.06 * bump((x - shape.mouth.x) / unit, (y - shape.mouth.y) / unit, 0.35);
  const outline = Math.hypot(across / 1.1, down > 0 ? down / 1.05 : down / 1.25);
  return { z: face + nose + mouth, share: 1 - smoothStep((outline - 1) / 0.9) };
}

/** Rotates a point about the neck. Coordinates are in eye distances from the head's center. */
export function turnSpot({ x, y, z }: Spot, { yawDeg, pitchDeg }: Turn): Spot {
  const yaw = (yawDeg * Math.PI) / 180;
  const pitch = (pitchDeg * Math.PI) / 180;
  const depth = z - axisDepth;
  // Right in the frame is the person's left; down is positive.
  const turned = { x: x * Math.cos(yaw) + depth * Math.sin(yaw), z: depth * Math.cos(yaw) - x * Math.sin(yaw) };
  return {
    x: turned.x,
    y: y * Math.cos(pitch) - turned.z * Math.sin(pitch),
    z: turned.z * Math.cos(pitch) + y * Math.sin(pitch) + axisDepth,
  };
}

/** Projects a point into the frame. */
export function project({ x, y, z }: Spot, centre: Point, unitPx: number): Spot {
  const scale = cameraDistance / (cameraDistance - z);
  return { x: centre.x + x * unitPx * scale, y: centre.y + y * unitPx * scale, z };
}

/** Natural head motion: shift in eye distances, zoom and tilt. */
export interface Sway {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly tilt: number;
}

export const drawSway = (chance: SeededRandom): Sway => ({
  x: 0.04 * chance.normal(),
  y: 0.04 * chance.normal(),
  zoom: 1 + 0.01 * chance.normal(),
  tilt: 0.015 * chance.normal(),
});

/** Renders a turned head on unchanged surroundings. */
export function composeTurned(head: Head, turn: Turn, sway: Sway): Canvas {
  const shape = toShape(head);
  const unit = head.eyeDistancePx;
  const canvas = createCanvas(head.frame);
  const place = (x: number, y: number): PlacedSpot | null => {
    const { z, share } = toDepth(head, shape, x, y);
    if (share === 0) return null;
    const from = { x: (x - shape.centre.x) / unit, y: (y - shape.centre.y) / unit, z };
    // The photo already shows the face as projected from the front, so a point moves only by the difference between
    // both projections.
    const front = project(from, shape.centre, unit);
    const back = project(turnSpot(from, turn), shape.centre, unit);
    const zoomed = {
      x: back.x - front.x + (x - shape.centre.x) * sway.zoom,
      y: back.y - front.y + (y - shape.centre.y) * sway.zoom,
    };
    const to = {
      x: shape.centre.x + zoomed.x - zoomed.y * sway.tilt + sway.x * unit,
      y: shape.centre.y + zoomed.y + zoomed.x * sway.tilt + sway.y * unit,
    };
    return {
      x: x + (to.x - x) * share,
      y: y + (to.y - y) * share,
      z: share === 1 ? back.z : earDepth - 3 * (1 - share),
      material: share > 0.5 ? material.skin : material.room,
    };
  };
  drawSheet(canvas, { texture: head.frame, place });
  return canvas;
}

/** Renders a turned head as a camera sees it. */
export const drawTurned = (head: Head, turn: Turn, chance: SeededRandom): Picture =>
  exposeAnew(composeTurned(head, turn, drawSway(chance)), chance);

export const turnHead = (head: Head, turn: Turn, chance: SeededRandom): Promise<Buffer> =>
  toJpeg(drawTurned(head, turn, chance));
