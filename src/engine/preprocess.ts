import { z } from 'zod';
import { alignedSizePx, type FivePoints, facePlaces } from './align.js';

/** Sides of a picture that a recognition model may take, in pixels. */
const [leastSizePx, mostSizePx] = [32, 512];

/** Places that lie on one another, or nearly, have no turn and no scale. */
const leastSpread = 0.1;

const pointGuard = z.strictObject({ x: z.number(), y: z.number() });
const channelsGuard = z.tuple([z.number(), z.number(), z.number()]);

const isInside = ({ size, places }: { readonly size: number; readonly places: FivePoints }): boolean =>
  places.every(({ x, y }) => x >= 0 && y >= 0 && x < size && y < size);

/** Whether the points are a face: eyes beside each other, the mouth below them. */
const isUpright = ({ size, places }: { readonly size: number; readonly places: FivePoints }): boolean => {
  const [left, right, , mouthLeft, mouthRight] = places;
  const least = leastSpread * size;
  return (
    right.x - left.x >= least &&
    mouthRight.x - mouthLeft.x > 0 &&
    (mouthLeft.y + mouthRight.y) / 2 - (left.y + right.y) / 2 >= least
  );
};

/** How a face is shown to a recognition model. */
export const preprocessGuard = z
  .strictObject({
    /** Side of the square picture, in pixels. */
    size: z.int().min(leastSizePx).max(mostSizePx),
    /** Which colour comes first. */
    channels: z.enum(['rgb', 'bgr']),
    /** `(value − mean) / deviation`, of values from 0 to 255: of red, green and blue, whichever comes first. */
    mean: channelsGuard,
    deviation: channelsGuard.refine(
      (values) => values.every((value) => Math.abs(value) >= 1e-3),
      'expected none near 0',
    ),
    /** Where the eyes, the nose and the corners of the mouth stand in it, each left one first as the viewer sees it. */
    places: z.tuple([pointGuard, pointGuard, pointGuard, pointGuard, pointGuard]),
    /** Whether the mirror image is embedded too, and the mean direction of both taken: a second run of the model. */
    mirror: z.boolean(),
  })
  .refine(isInside, { path: ['places'], error: 'expected points inside the picture' })
  .refine(isUpright, { path: ['places'], error: 'expected eyes, nose and corners of the mouth of an upright face' });

export type Preprocess = z.output<typeof preprocessGuard>;

/** What our own model takes. */
const facestep: Preprocess = {
  size: alignedSizePx,
  channels: 'bgr',
  mean: [127, 127, 127],
  deviation: [128, 128, 128],
  places: [...facePlaces],
  mirror: true,
};

/** Ready-made ones, by name. */
export const presets = {
  facestep,
  /** As models trained with ArcFace's published code take it: InsightFace's among them. */
  'arcface-112': { ...facestep, channels: 'rgb', mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] },
} as const satisfies Record<string, Preprocess>;
