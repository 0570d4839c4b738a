import type { CameraKind } from '../../src/core/device-signals.js';

/** A camera. Its label is empty before the user permits the camera. */
export interface CameraEntry {
  readonly deviceId: string;
  readonly label: string;
}

// Labels may be in the device's language: iOS has "Rückkamera", Android "camera2 0, facing back".
const unsuitable =
  /\b(ir|infrared|infrarot\w*|infrarouge|depth|tof|rear|back|environment|world|r[üu]ck\w*|trasera|arri[eè]re)\b|خلفية/i;
const virtual =
  /\b(virtual|obs|manycam|snap camera|xsplit|splitcam|droidcam|epoccam|iriun|camo|mmhmm|nvidia broadcast|v4l2loopback|loopback|dummy)\b/i;
const front = /\b(front|user|facetime|front\w*kamera|frontal|delantera|avant)\b|أمامية/i;

export function kindOf(label: string): CameraKind {
  if (virtual.test(label)) return 'virtual';
  if (unsuitable.test(label)) return 'unsuitable';
  return front.test(label) ? 'front' : 'plain';
}

const ranks: Record<CameraKind, number> = { front: 0, plain: 1, unsuitable: 2, virtual: 3 };

/**
 * Returns the camera to open first: if possible a front camera, else one that is not infrared, rear or virtual, else
 * any.
 * @returns `null` if the cameras have no labels; the browser should then choose by `facingMode`
 */
export function chooseCamera(cameras: readonly CameraEntry[]): CameraEntry | null {
  const named = cameras.filter(({ label, deviceId }) => label !== '' && deviceId !== '');
  return named.toSorted((a, b) => ranks[kindOf(a.label)] - ranks[kindOf(b.label)])[0] ?? null;
}

export function betterCamera(current: string, cameras: readonly CameraEntry[]): CameraEntry | null {
  const best = chooseCamera(cameras);
  const isGood = (label: string): boolean => kindOf(label) === 'front' || kindOf(label) === 'plain';
  return best !== null && !isGood(current) && isGood(best.label) ? best : null;
}
