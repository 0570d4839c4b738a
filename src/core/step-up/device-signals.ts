import * as z from 'zod/mini';

/*
 * What the capture page says of the camera it used. It is the page's word, which whoever changes the page may choose: it stands
 * in the audit trail and decides nothing. The page loads this file: so nothing of Node is in here, and of zod what the page has
 * anyway.
 */

/** `unsuitable`: infrared, depth, or facing away from the person. */
export const cameraKinds = ['front', 'plain', 'virtual', 'unsuitable'] as const;
export type CameraKind = (typeof cameraKinds)[number];

/** Capabilities of a camera that a page may set, in the order they are told in (W3C Image Capture). */
export const settableModes = [
  'exposureMode',
  'exposureCompensation',
  'exposureTime',
  'whiteBalanceMode',
  'colorTemperature',
  'focusMode',
  'focusDistance',
  'iso',
  'zoom',
  'torch',
] as const;

/** Longest text of the whole. */
export const maxDeviceCharacters = 2048;

const count = (atMost: number) => z.int().check(z.minimum(0), z.maximum(atMost));
const milliseconds = z.number().check(z.minimum(0), z.maximum(60_000));

export const deviceSignals = z
  .strictObject({
    camera: z.enum(cameraKinds),
    /** Of a virtual camera alone: others are named after people. */
    label: z.nullable(z.string().check(z.maxLength(128))),
    widthPx: z.nullable(count(32_768)),
    heightPx: z.nullable(count(32_768)),
    framesPerSec: z.nullable(z.number().check(z.minimum(0), z.maximum(1000))),
    settable: z.array(z.enum(settableModes)).check(z.maxLength(settableModes.length)),
    /** Between the pictures of the video; `null` where the browser does not tell of each. */
    gap: z.nullable(z.strictObject({ meanMs: milliseconds, deviationMs: milliseconds, count: count(1_000_000) })),
  })
  .check(z.refine(({ camera, label }) => camera === 'virtual' || label === null));
export type DeviceSignals = z.output<typeof deviceSignals>;

/** Reads what a page sent. @returns `null`: it is none of this */
export function parseDeviceSignals(text: string): DeviceSignals | null {
  try {
    return deviceSignals.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
