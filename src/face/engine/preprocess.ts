import { z } from 'zod';
import { alignedSizePx, type FivePoints, facePlaces } from './align.js';

const [leastSizePx, mostSizePx] = [32, 512];

const leastSpread = 0.1;

const pointGuard = z.strictObject({ x: z.number(), y: z.number() });
const channelsGuard = z.tuple([z.number(), z.number(), z.number()]);

const isInside = ({ size, places }: { readonly size: number; readonly places: FivePoints }): boolean =>
  places.every(({ x, y }) => x >= 0 && y >= 0 && x < size && y < size);

const isUpright = ({ size, places }: { readonly size: number; readonly places: FivePoints }): boolean => {
  const [left, right, , mouthLeft, mouthRight] = places;
  const least = leastSpread * size;
  return (
    right.x - left.x >= least &&
    mouthRight.x - mouthLeft.x > 0 &&
    (mouthLeft.y + mouthRight.y) / 2 - (left.y + right.y) / 2 >= least
  );
};

export const preprocessGuard = z
  .strictObject({
    size: z.int().min(leastSizePx).max(mostSizePx),
    channels: z.enum(['rgb', 'bgr']),
    /** Mean and deviation of each channel: a value from 0 to 255 becomes `(value − mean) / deviation`. */
    mean: channelsGuard,
    deviation: channelsGuard.refine(
      (values) => values.every((value) => Math.abs(value) >= 1e-3),
      'expected none near 0',
    ),
    places: z.tuple([pointGuard, pointGuard, pointGuard, pointGuard, pointGuard]),
    /** If true, the embedding of the face is averaged with the embedding of its mirror image. */
    mirror: z.boolean(),
  })
  .refine(isInside, { path: ['places'], error: 'expected points inside the picture' })
  .refine(isUpright, { path: ['places'], error: 'expected eyes, nose and corners of the mouth of an upright face' });

export type Preprocess = z.output<typeof preprocessGuard>;

const facestep: Preprocess = {
  size: alignedSizePx,
  channels: 'bgr',
  mean: [127, 127, 127],
  deviation: [128, 128, 128],
  places: [...facePlaces],
  mirror: true,
};

export const presets = {
  facestep,
  'arcface-112': { ...facestep, channels: 'rgb', mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] },
} as const satisfies Record<string, Preprocess>;
