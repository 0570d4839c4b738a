import type { Box, DetectedFace } from '../../core/face.js';
import { FaceError } from '../../errors.js';
import type { Model } from './model.js';
import { type Picture, type PlaneLayout, samplePlanes } from './picture.js';

/** Which face to use: the only one, or, in evaluation photos, the most central one. */
export type FaceChoice = 'only' | 'central';

/**
 * Width of a second face, relative to the widest face, from which a photo has several faces. Smaller faces are ignored
 * as bystanders (docs/engine.md).
 */
export const minCompanionShare = 0.5;

export function sortByWidth(faces: readonly DetectedFace[]): readonly DetectedFace[] {
  return [...faces].sort((a, b) => b.box.width - a.box.width);
}

export function hasCompanion(faces: readonly DetectedFace[]): boolean {
  const [widest, second] = sortByWidth(faces);
  return widest !== undefined && second !== undefined && second.box.width >= minCompanionShare * widest.box.width;
}

function takeOnlyFace(faces: readonly DetectedFace[]): DetectedFace {
  const [widest] = sortByWidth(faces);
  if (widest === undefined) throw new FaceError('face_none');
  if (hasCompanion(faces)) throw new FaceError('face_many', { faces: faces.length });
  return widest;
}

function takeCentralFace(
  faces: readonly DetectedFace[],
  size: { readonly widthPx: number; readonly heightPx: number },
): DetectedFace {
  const distance = ({ box }: DetectedFace): number =>
    Math.hypot(box.x + box.width / 2 - size.widthPx / 2, box.y + box.height / 2 - size.heightPx / 2);
  const [nearest] = [...faces].sort((a, b) => distance(a) - distance(b));
  if (nearest === undefined) throw new FaceError('face_none');
  return nearest;
}

export function chooseFace(
  faces: readonly DetectedFace[],
  size: { readonly widthPx: number; readonly heightPx: number },
  choice: FaceChoice,
): DetectedFace {
  return choice === 'only' ? takeOnlyFace(faces) : takeCentralFace(faces, size);
}

/** Return confident detections only, or the best guess if there are none. */
export type DetectionMode = 'sure' | 'guess';

export type FaceDetector = (picture: Picture, effort: DetectionMode) => Promise<readonly DetectedFace[]>;

const columns = 320;
const rows = 240;
const anchors = 4420;

export const minScore = 0.65;
/**
 * Threshold for pictures known to contain a face. Because 12 % of covered faces exceed it, a guess never decides about
 * a person.
 */
const minScoreOfGuess = 0.3;
const maxOverlap = 0.4;

const level = { mean: 127, deviation: 128 };
const layout: PlaneLayout = { columns, planes: [0, 1, 2], normalisations: [level, level, level] };
const black = (0 - level.mean) / level.deviation;

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

function suppressOverlaps(faces: readonly DetectedFace[]): DetectedFace[] {
  const kept: DetectedFace[] = [];
  for (const face of [...faces].sort((a, b) => b.confidence - a.confidence)) {
    if (!kept.some((better) => overlap(better.box, face.box) > maxOverlap)) kept.push(face);
  }
  return kept;
}

export function createFaceDetector(model: Model): FaceDetector {
  const { input } = model;
  return async (picture, effort) => {
    const scale = Math.min(columns / picture.widthPx, rows / picture.heightPx);
    const usedColumns = Math.max(1, Math.round(picture.widthPx * scale));
    const usedRows = Math.max(1, Math.round(picture.heightPx * scale));
    const area = { x: 0, y: 0, width: usedColumns / scale, height: usedRows / scale };
    input.fill(black);
    samplePlanes(picture, area, usedColumns, usedRows, layout, input);
    const { scores, boxes } = await model.run();
    const facesAbove = (threshold: number): DetectedFace[] => {
      const found: DetectedFace[] = [];
      for (let anchor = 0; anchor < anchors; anchor += 1) {
        const confidence = scores[2 * anchor + 1];
        if (confidence < threshold) continue;
        const x = (boxes[4 * anchor] * columns) / scale;
        const y = (boxes[4 * anchor + 1] * rows) / scale;
        const width = (boxes[4 * anchor + 2] * columns) / scale - x;
        const height = (boxes[4 * anchor + 3] * rows) / scale - y;
        if (width > 0 && height > 0) found.push({ box: { x, y, width, height }, confidence });
      }
      return suppressOverlaps(found);
    };
    input.fill(0);
    const faces = facesAbove(minScore);
    return faces.length > 0 || effort === 'sure' ? faces : facesAbove(minScoreOfGuess);
  };
}
