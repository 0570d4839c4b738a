import * as z from 'zod/mini';
import { parseJsonAs } from './base/json.js';

/*
 * Camera data from the page. It can be forged, so it is only recorded. The page bundles this file, so it must not
 * import Node modules or additional parts of zod.
 */

/** `unsuitable`: an infrared or depth camera, or one that faces away. */
const cameraKinds = ['front', 'plain', 'virtual', 'unsuitable'] as const;
export type CameraKind = (typeof cameraKinds)[number];

/** Camera settings, in the order in which the page reports them (W3C Image Capture). */
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

export const maxDeviceCharacters = 2048;

const count = (atMost: number) => z.int().check(z.minimum(0), z.maximum(atMost));
const milliseconds = z.number().check(z.minimum(0), z.maximum(60_000));

export const deviceSignals = z
  .strictObject({
    camera: z.enum(cameraKinds),
    /** Name of a virtual camera. `null` for other cameras, because their names can be personal. */
    label: z.nullable(z.string().check(z.maxLength(128))),
    widthPx: z.nullable(count(32_768)),
    heightPx: z.nullable(count(32_768)),
    framesPerSec: z.nullable(z.number().check(z.minimum(0), z.maximum(1000))),
    settable: z.array(z.enum(settableModes)).check(z.maxLength(settableModes.length)),
    /** Time between frames, or `null` if the browser does not report frames. */
    gap: z.nullable(z.strictObject({ meanMs: milliseconds, deviationMs: milliseconds, count: count(1_000_000) })),
  })
  .check(z.refine(({ camera, label }) => camera === 'virtual' || label === null));
export type DeviceSignals = z.output<typeof deviceSignals>;

export const parseDeviceSignals = (text: string): DeviceSignals | null => parseJsonAs(text, deviceSignals) ?? null;

/* The page bundles this file too. */

/**
 * Returns true if the browser claims to be a phone or tablet. The claim can be forged, and a tablet in desktop mode
 * claims to be a computer.
 * @param userAgent - `null` if missing
 */
export const isPhone = (userAgent: string | null): boolean =>
  /\b(?:Android|iPhone|iPad|iPod|Mobile)\b/.test((userAgent ?? '').slice(0, 512));
