import type { Photo } from '../../core/concealed.js';
import { FaceError } from '../../errors.js';
import { mostPhotos } from '../token/format.js';

/** @throws `photo_missing`, `photo_too_many` unless there are 1 to 5 */
export function checkPhotoCount(photos: readonly Photo[]): void {
  if (photos.length === 0) throw new FaceError('photo_missing');
  if (photos.length > mostPhotos) throw new FaceError('photo_too_many');
}
