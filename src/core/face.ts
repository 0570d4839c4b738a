import { z } from 'zod';

export const boxGuard = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export type Box = Readonly<z.infer<typeof boxGuard>>;

/** `confidence` is from 0 to 1. */
export const detectedFaceGuard = z.object({ box: boxGuard, confidence: z.number() });
export type DetectedFace = Readonly<z.infer<typeof detectedFaceGuard>>;

export const detectionGuard = z.object({
  widthPx: z.int(),
  heightPx: z.int(),
  faces: z.array(detectedFaceGuard).readonly(),
});
export type Detection = Readonly<z.infer<typeof detectionGuard>>;
