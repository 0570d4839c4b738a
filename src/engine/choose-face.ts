import type { DetectedFace } from '../core/face.js';
import { FaceError } from '../errors.js';

/** Which face of a picture is meant: the only one, or, in evaluation photos, the one nearest the middle. */
export type Choice = 'only' | 'central';

/**
 * A face beside the widest one counts when it is at least this part as wide. Bystanders far behind do not; a person
 * looking over a shoulder does. Measured in docs/engine.md: 6.1 % of evaluation photos refuse, and in all others the
 * widest face is the person the photo is of.
 */
export const minCompanionShare = 0.5;

/** Widest first. */
export function sortByWidth(faces: readonly DetectedFace[]): readonly DetectedFace[] {
  return [...faces].sort((a, b) => b.box.width - a.box.width);
}

/** The only face that counts. @throws FaceError `face_none`, `face_many` */
function takeOnlyFace(faces: readonly DetectedFace[]): DetectedFace {
  const [widest, second] = sortByWidth(faces);
  if (widest === undefined) throw new FaceError('face_none');
  if (second !== undefined && second.box.width >= minCompanionShare * widest.box.width)
    throw new FaceError('face_many', { faces: faces.length });
  return widest;
}

/** The face whose middle is nearest the middle of the picture. @throws FaceError `face_none` */
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

/** Takes the face that is meant. @throws FaceError `face_none`; for `only`, `face_many` */
export function chooseFace(
  faces: readonly DetectedFace[],
  size: { readonly widthPx: number; readonly heightPx: number },
  choice: Choice,
): DetectedFace {
  return choice === 'only' ? takeOnlyFace(faces) : takeCentralFace(faces, size);
}
