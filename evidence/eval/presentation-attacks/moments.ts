import { mapPictures } from './looks.js';
import { type RecordedClip, readRecordedPicture, timeOf } from './recorded.js';

/** `ms` counts from the start of the clip. */
export type Moment<Look> = Look & { readonly ms: number };

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

/** Returns all pairs of pictures whose distance in time differs from `lagMs` by at most a quarter of `lagMs`. */
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
