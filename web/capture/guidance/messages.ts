import { z } from 'zod';

/* Messages between the page and its worker, which both sides validate. */

// Without this, zod would test whether it may generate code. The page's content security policy forbids and reports
// that.
z.config({ jitless: true });

export const frameGuard = z.object({ frame: z.instanceof(ImageBitmap) });

const point = z.object({ x: z.number(), y: z.number() });
const seenFace = z.object({
  box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  landmarks: z.array(point).length(68).readonly(),
  quality: z.object({
    faceWidthPx: z.number(),
    eyeDistancePx: z.number(),
    sharpness: z.number(),
    brightness: z.number(),
    contrast: z.number(),
  }),
  light: z.object({ clippedShare: z.number(), surroundings: z.number(), clippedAround: z.number() }),
});
const sight = z.object({
  widthPx: z.number(),
  heightPx: z.number(),
  scale: z.number(),
  brightness: z.number(),
  faces: z.number(),
  face: seenFace.nullable(),
});

/** Replies of the worker: one when the models are loaded, then one per frame. */
export const replyGuard = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('loaded') }),
  z.object({ outcome: z.literal('seen'), sight }),
  z.object({ outcome: z.literal('failed'), reason: z.string() }),
]);
export type Reply = z.infer<typeof replyGuard>;
