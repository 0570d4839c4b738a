import * as z from 'zod/mini';
import { parseJsonAs } from './base/json.js';

/*
 * Camera data from the page. It can be forged, so it is only recorded. The page bundles this file, so it must not
 * import Node modules or additional parts of zod.
 */

/** `unsuitable`: an infrared or depth camera, or one that faces away. */
const cameraKinds = ['front', 'plain', 'virtual', 'unsuitable'] as const;
export type CameraKind = (typeof cameraKinds)[number];

export const maxDeviceCharacters = 2048;

/** Other members are ignored: records and pages of earlier versions have more. */
export const deviceSignals = z
  .object({
    camera: z.enum(cameraKinds),
    /** Name of a virtual camera. `null` for other cameras, because their names can be personal. */
    label: z.nullable(z.string().check(z.maxLength(128))),
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
