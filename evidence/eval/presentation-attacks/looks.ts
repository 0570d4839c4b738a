import type { Engine } from '../../../src/engine/engine.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { withoutRefusal } from './heads.js';
import { readRecordedPicture } from './recorded.js';

/** Examines all pictures, as many concurrently as there are workers. */
export async function mapPictures<From, To>(
  pictures: readonly From[],
  look: (picture: From) => Promise<To>,
): Promise<To[]> {
  const seen: To[] = [];
  const queue = pictures.entries();
  const work = async (): Promise<void> => {
    for (const [at, picture] of queue) seen[at] = await look(picture);
  };
  await Promise.all([work(), work(), work(), work()]);
  return seen;
}

/** Returns a picture's passive liveness score, 0 to 1; `null` unless it has exactly one face. */
export const scorePicture = (engine: Engine, file: string): Promise<number | null> =>
  withoutRefusal(async () => {
    const photo = toPhoto(await readRecordedPicture(file));
    return (await engine.examine(photo, ['liveness'], testShare)).liveness;
  });
