import type { Box, DetectedFace } from '../../core/face.js';
import type { Model } from './model.js';
import type { Picture } from './picture.js';
import { type PlaneLayout, samplePlanes } from './planes.js';

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
