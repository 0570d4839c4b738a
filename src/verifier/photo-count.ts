import type { Photo } from '../core/concealed.js';
import { FaceError } from '../errors.js';
import { mostPhotos } from '../token/format.js';

/** Checks for 1 to 5 photos. @throws `photo_missing`, `photo_too_many` */
export function checkPhotoCount(photos: readonly Photo[]): void {
  if (photos.length === 0) throw new FaceError('photo_missing');
  if (photos.length > mostPhotos) throw new FaceError('photo_too_many');
}
