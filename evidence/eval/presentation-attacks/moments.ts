import { mapPictures } from './looks.js';
import { type RecordedClip, readRecordedPicture, timeOf } from './recorded.js';

/** In ms from the clip's start. */
export type Moment<Look> = Look & { readonly ms: number };

/** Examines each picture of a clip. */
export async function readMoments<Look extends object>(
  { files }: RecordedClip,
  look: (bytes: Uint8Array) => Promise<Look | null>,
): Promise<readonly Moment<Look>[]> {
  const seen = await mapPictures(files, async (file) => {
    const found = await look(await readRecordedPicture(file));
    return found === null ? [] : [{ ...found, ms: timeOf(file) }];
  });
  return seen.flat();
}

/** Returns all picture pairs with that time difference, within a quarter, earlier first. */
export const pairsApart = <Look>(
  moments: readonly Moment<Look>[],
  lagMs: number,
): readonly (readonly [Moment<Look>, Moment<Look>])[] =>
  moments.flatMap((before, at) =>
    moments
      .slice(at + 1)
      .filter(({ ms }) => Math.abs(ms - before.ms - lagMs) <= lagMs / 4)
      .map((after) => [before, after] as const),
  );
