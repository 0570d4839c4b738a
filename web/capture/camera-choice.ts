import type { CameraKind } from '../../src/core/device-signals.js';

/** Side that a camera faces. Computers' webcams have none. */
export type Facing = 'user' | 'environment';

/** A camera. Its label is empty before the user permits the camera. */
export interface CameraEntry {
  readonly deviceId: string;
  readonly label: string;
  /** As the browser reports it, or `null`. It does not depend on the device's language, as the label does. */
  readonly facing: Facing | null;
}

const infrared = /\b(ir|infrared|infrarot\w*|infrarouge|depth|tof)\b/i;
// The view of the desk below the screen, from the camera of a Mac or an iPhone.
const desk = /\bdesk ?view\b|schreibtischansicht|bureauweergave|デスクビュー/i;
// Only for browsers that do not report the side. Labels may be in the device's language: iOS has "Rückkamera".
const rear =
  /\b(rear|back|environment|world|r[üu]ck\w*|trase[ir]r?a|arri[eè]re|posterior\w*|achter\w*|tyln\w*)\b|خلفية|背面|背後|リア|アウトカメラ|後面|задн|тыльн|后置|後置|후면/i;
const virtual =
  /\b(virtual|obs|manycam|snap camera|xsplit|splitcam|droidcam|epoccam|iriun|camo|mmhmm|nvidia broadcast|v4l2loopback|loopback|dummy)\b/i;
const front =
  /\b(front|user|facetime|front\w*kamera|frontal|delantera|avant|anterior\w*|voor(?:kant|zijde)|przedni\w*)\b|أمامية|前面|フロント|インカメラ|передн|фронтальн|前置|전면/i;

export function kindOf({ label, facing }: Pick<CameraEntry, 'label' | 'facing'>): CameraKind {
  if (virtual.test(label)) return 'virtual';
  if (infrared.test(label) || desk.test(label)) return 'unsuitable';
  if (facing !== null) return facing === 'user' ? 'front' : 'unsuitable';
  if (rear.test(label)) return 'unsuitable';
  return front.test(label) ? 'front' : 'plain';
}

const ranks: Record<CameraKind, number> = { front: 0, plain: 1, unsuitable: 2, virtual: 3 };

const isGood = (camera: Pick<CameraEntry, 'label' | 'facing'>): boolean => ranks[kindOf(camera)] <= ranks.plain;

/**
 * Returns a camera to use instead of one that is infrared, rear or virtual: if possible a front camera, else another.
 * @returns `null` if the current one is good, or no other is better
 */
export function betterCamera(
  current: Pick<CameraEntry, 'label' | 'facing'>,
  cameras: readonly CameraEntry[],
): CameraEntry | null {
  if (isGood(current)) return null;
  const good = cameras.filter((camera) => camera.label !== '' && camera.deviceId !== '' && isGood(camera));
  return good.toSorted((a, b) => ranks[kindOf(a)] - ranks[kindOf(b)])[0] ?? null;
}

/** Returns true for the browser inside another app, such as Android WebView. Many of them have no camera. */
export const isInApp = (userAgent: string): boolean =>
  /; wv\)|\b(FBAN|FBAV|Instagram|Line|MicroMessenger|LinkedInApp)\b/.test(userAgent) ||
  (/iPhone|iPad/.test(userAgent) && !userAgent.includes('Safari/'));
