import { z } from 'zod';
import { parseJson } from '../core/base/json.js';
import type { Ports } from '../core/deps.js';
import type { QueueShare } from '../core/fair-queue.js';
import type { ContentKeys } from '../core/ports.js';
import type { Photo } from '../core/secrets.js';
import { FaceError } from '../errors.js';

const contentKeysGuard = z.record(z.base64url().length(87), z.base64url().length(151));

export const contentKeysField = z
  .string()
  .max(8192)
  .transform(parseJson)
  .pipe(contentKeysGuard)
  .optional()
  .describe(
    'JSON text: for each key of `/face/picture-keys`, the AES key of the pictures, encrypted to it by HPKE (P-256, HKDF-SHA256, AES-256-GCM) with the info `facestep pictures 1 ` and the nonce. The pictures are encrypted by AES-256-GCM, after 12 bytes of initialization vector. Required if that call returns keys.',
  );

/**
 * Hands encrypted pictures to the process that parses them. Returns the same photos, still encrypted, with their
 * description (size and format). If no pictures are encrypted, returns the photos as they are.
 * @throws `request_malformed` if they are not encrypted; `challenge_wrong` if they were encrypted for another process or
 * check
 */
export async function openPictures(
  photos: readonly Photo[],
  {
    contentKeys,
    context,
    share,
  }: { readonly contentKeys: ContentKeys | null; readonly context: string; readonly share: QueueShare },
  { encryptedPictures }: Ports<'encryptedPictures'>,
): Promise<readonly Photo[]> {
  if (encryptedPictures === null || photos.length === 0) return photos;
  if (contentKeys === null) throw new FaceError('request_malformed', { field: 'contentKeys', reason: 'required' });
  return encryptedPictures.open(photos, contentKeys, context, share);
}
