import type { CameraKind } from '../../src/core/step-up/device-signals.js';

/** A camera as `enumerateDevices` lists it. The label is empty until the person has allowed a camera. */
export interface CameraEntry {
  readonly deviceId: string;
  readonly label: string;
}

// Browsers name cameras in the language of the device: iOS says "Rückkamera", Android "camera2 0, facing back".
const unsuitable =
  /\b(ir|infrared|infrarot\w*|infrarouge|depth|tof|rear|back|environment|world|r[üu]ck\w*|trasera|arri[eè]re)\b|خلفية/i;
const virtual =
  /\b(virtual|obs|manycam|snap camera|xsplit|splitcam|droidcam|epoccam|iriun|camo|mmhmm|nvidia broadcast|v4l2loopback|loopback|dummy)\b/i;
const front = /\b(front|user|facetime|front\w*kamera|frontal|delantera|avant)\b|أمامية/i;

/** What a camera is, by its name. The server judges every picture whatever the name says. */
export function kindOf(label: string): CameraKind {
  if (virtual.test(label)) return 'virtual';
  if (unsuitable.test(label)) return 'unsuitable';
  return front.test(label) ? 'front' : 'plain';
}

const ranks: Record<CameraKind, number> = { front: 0, plain: 1, unsuitable: 2, virtual: 3 };

/**
 * The camera to begin with: a front one, else one that is neither infrared, rear nor virtual, else whatever there is.
 * @returns `null` where there is none, or none has a name yet: then the browser chooses by `facingMode`
 */
export function chooseCamera(cameras: readonly CameraEntry[]): CameraEntry | null {
  const named = cameras.filter(({ label, deviceId }) => label !== '' && deviceId !== '');
  return named.toSorted((a, b) => ranks[kindOf(a.label)] - ranks[kindOf(b.label)])[0] ?? null;
}

/**
 * A better camera than the one the browser opened.
 * @param current - the label of the open track
 * @returns `null` where the open one will do, or there is none better
 */
export function betterCamera(current: string, cameras: readonly CameraEntry[]): CameraEntry | null {
  const best = chooseCamera(cameras);
  const isGood = (label: string): boolean => kindOf(label) === 'front' || kindOf(label) === 'plain';
  return best !== null && !isGood(current) && isGood(best.label) ? best : null;
}
