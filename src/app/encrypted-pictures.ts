import { readPictureKeys } from '../admin/operations/replicas.js';
import type { Ports } from '../core/deps.js';
import type { EncryptedPictures } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { EnginePool } from '../face/engine/pool.js';

/** More servers than usually run. A page encrypts the AES key to each. */
const mostKeys = 32;

/** Lets pages encrypt pictures to the processes of all servers, because another one than this may receive them. */
export const createEncryptedPictures = (
  engine: Pick<EnginePool, 'pictureKey' | 'describe'>,
  deps: Ports<'state' | 'clock'>,
): EncryptedPictures => ({
  async keys() {
    const [own, noted] = await Promise.all([engine.pictureKey(), readPictureKeys(deps)]);
    return [...new Set([own, ...noted])].slice(0, mostKeys);
  },
  async open(photos, contentKeys, context, share) {
    const contentKey = contentKeys[await engine.pictureKey()];
    if (contentKey === undefined)
      throw new FaceError('challenge_wrong', { reason: 'encrypted for other servers, or for a process that ended' });
    return engine.describe(photos, { contentKey, context }, share);
  },
});
