import type { DetectedFace } from '../../core/face.js';
import { FaceError } from '../../errors.js';

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

function takeOnlyFace(faces: readonly DetectedFace[]): DetectedFace {
  const [widest, second] = sortByWidth(faces);
  if (widest === undefined) throw new FaceError('face_none');
  if (second !== undefined && second.box.width >= minCompanionShare * widest.box.width)
    throw new FaceError('face_many', { faces: faces.length });
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
