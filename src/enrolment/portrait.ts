import type { Ports } from '../core/deps.js';
import type { QueueShare } from '../core/fair-queue.js';
import type { Accuracy } from '../core/ports.js';
import type { Photo } from '../core/secrets.js';
import { FaceError, isOneOf, type PhotoCode, photoCodes, toCode } from '../errors.js';

/**
 * Level at which a portrait is compared with a live face. A portrait is years old and taken elsewhere, so it is less
 * similar than the pictures of one session. Fitted in docs/company-photo.md.
 */
export const portraitAccuracy: Accuracy = 3;

/** Returns why a portrait cannot be compared, or `null` if it has exactly one usable face. */
export async function findUnusable(
  portrait: Photo,
  share: QueueShare,
  { verifier }: Ports<'verifier'>,
): Promise<PhotoCode | null> {
  try {
    await verifier.liveness(portrait, share);
    return null;
  } catch (error) {
    const code = toCode(error);
    if (isOneOf(photoCodes, code)) return code;
    throw error;
  }
}

/**
 * Compares a portrait with the pictures straight ahead: the first and the last. One match is enough, because the judge
 * has verified that all pictures show one person.
 * @throws `photo_*` and `face_*` of a picture
 */
export async function isPortraitOf(
  { portrait, photos }: { readonly portrait: Photo; readonly photos: readonly Photo[] },
  share: QueueShare,
  { verifier }: Ports<'verifier'>,
): Promise<boolean> {
  const straight = [photos[0], photos.at(-1)].flatMap((photo) => (photo === undefined ? [] : [photo]));
  const compared = await verifier.match(portrait, straight, portraitAccuracy, share);
  for (const each of compared) if (each.score === null) throw new FaceError(each.code);
  return compared.some(({ match }) => match);
}
