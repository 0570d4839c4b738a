import type { Box } from '../../../src/core/face.js';
import { type FaceDetector, minCompanionShare, sortByWidth } from '../../../src/face/engine/detect.js';
import type { LandmarkFinder } from '../../../src/face/engine/landmarks.js';
import { type Picture, type Point, sampleGrid, toCellGrid, toGreys } from '../../../src/face/engine/picture.js';
import { measureQuality, type PixelQuality } from '../../../src/face/engine/quality.js';

interface Light {
  /** Share of the face's box that is overexposed to white, 0 to 1. */
  readonly clippedShare: number;
  /** Mean gray level around the face, 0 to 255; if the face fills the picture, the gray level of the face. */
  readonly surroundings: number;
  /** Share of the surroundings that is overexposed to white, such as windows and lamps, 0 to 1. */
  readonly clippedAround: number;
}

/** Pictures have no detail from this gray level on. */
const clippedLevel = 250;

const faceGrid = { columns: 48, rows: 48 };
const pictureGrid = { columns: 32, rows: 24 };

function readGreys(picture: Picture, area: Box, { columns, rows }: { columns: number; rows: number }): Float32Array {
  const rgb = new Float32Array(3 * columns * rows);
  const greys = new Float32Array(columns * rows);
  sampleGrid(picture, toCellGrid(area, columns, rows), 'nearest', rgb);
  toGreys(rgb, greys, 1);
  return greys;
}

const toClippedShare = (greys: readonly number[]): number =>
  greys.filter((grey) => grey >= clippedLevel).length / Math.max(1, greys.length);
const toMean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const wholeOf = ({ widthPx, heightPx }: Picture): Box => ({ x: 0, y: 0, width: widthPx, height: heightPx });

const measureBrightness = (picture: Picture): number => toMean([...readGreys(picture, wholeOf(picture), pictureGrid)]);

/**
 * Measures light on and around a face. A margin of a quarter of the box on each side (hair, neck) counts as neither.
 */
function measureLight(picture: Picture, face: Box): Light {
  const onFace = [...readGreys(picture, face, faceGrid)];
  const { columns, rows } = pictureGrid;
  const around = [...readGreys(picture, wholeOf(picture), pictureGrid)].filter((_, at) => {
    const x = (((at % columns) + 0.5) * picture.widthPx) / columns;
    const y = ((Math.floor(at / columns) + 0.5) * picture.heightPx) / rows;
    const acrossFace = Math.abs(x - face.x - face.width / 2) < face.width * 0.75;
    return !(acrossFace && Math.abs(y - face.y - face.height / 2) < face.height * 0.75);
  });
  return {
    clippedShare: toClippedShare(onFace),
    surroundings: toMean(around.length > 0 ? around : onFace),
    clippedAround: toClippedShare(around),
  };
}

/** The only face of a picture, in pixels of the analyzed picture. */
export interface SeenFace {
  readonly box: Box;
  readonly landmarks: readonly Point[];
  readonly quality: PixelQuality;
  readonly light: Light;
}

export interface FrameReading {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly scale: number;
  /** Mean gray level of the picture, 0 to 255. */
  readonly brightness: number;
  /** Faces at least half as wide as the widest, as on the server. */
  readonly faces: number;
  readonly face: SeenFace | null;
}

/** @param scale - camera pixels per analyzed pixel */
export async function analyzePicture(
  picture: Picture,
  scale: number,
  stages: { readonly detect: FaceDetector; readonly findLandmarks: LandmarkFinder },
): Promise<FrameReading> {
  const { widthPx, heightPx } = picture;
  const found = sortByWidth(await stages.detect(picture, 'sure'));
  const counted = found.filter(({ box }) => box.width >= minCompanionShare * found[0].box.width);
  const reading = { widthPx, heightPx, scale, brightness: measureBrightness(picture), faces: counted.length };
  if (counted.length !== 1) return { ...reading, face: null };
  const [{ box }] = counted;
  const landmarks = await stages.findLandmarks(picture, box);
  const quality = measureQuality(picture, box, landmarks, scale);
  return { ...reading, face: { box, landmarks, quality, light: measureLight(picture, box) } };
}
