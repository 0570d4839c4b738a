import type { Engine } from '../../../src/engine/engine.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { withoutRefusal } from './heads.js';
import { readRecordedPicture } from './recorded.js';

/** Looks at all pictures, as many at once as there are workers. */
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

/** What passive liveness says of a picture: 0 to 1, or `null` where no single face is found. */
export const scorePicture = (engine: Engine, file: string): Promise<number | null> =>
  withoutRefusal(async () => {
    const photo = toPhoto(await readRecordedPicture(file));
    return (await engine.examine(photo, ['liveness'], testShare)).liveness;
  });
