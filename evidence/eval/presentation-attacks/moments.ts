import { mapPictures } from './looks.js';
import { type RecordedClip, readRecordedPicture, timeOf } from './recorded.js';

/** What one picture of a clip shows, and when it was taken, in ms from the clip's start. */
export type Moment<Look> = Look & { readonly ms: number };

/** Looks at each picture of a clip. @param look - `null`: the picture is left out */
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

/** All pairs of a clip's pictures that are so far apart in time, within a quarter: the earlier one first. */
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
