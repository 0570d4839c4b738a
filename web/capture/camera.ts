import { z } from 'zod/mini';
import type { DeviceSignals } from '../../src/core/device-signals.js';
import { ahead } from './ahead.js';
import { betterCamera, type CameraEntry, type Facing, isInApp, kindOf } from './camera-choice.js';
import { sleep } from './step.js';
import './zod-settings.js';
import { cameraMemory } from './browser-memory.js';
import { el } from './dom.js';
import { Problem, type ProblemName, toCameraProblem } from './problem.js';

/* Holds the exposure, because cameras would compensate for the screen's light. Safari does not support this. */

const modes = z.optional(z.array(z.string()));

/**
 * Capabilities of cameras that TypeScript's DOM types lack.
 * @see https://www.w3.org/TR/image-capture/#mediatrackcapabilities-section
 */
const capabilitiesGuard = z.object({ exposureMode: modes, whiteBalanceMode: modes });

type Mode = 'manual' | 'continuous';
type Held = keyof z.output<typeof capabilitiesGuard>;

function holdable(track: MediaStreamTrack): readonly Held[] {
  if (!('getCapabilities' in track)) return [];
  const found = capabilitiesGuard.safeParse(track.getCapabilities());
  if (!found.success) return [];
  const { data } = found;
  return (['exposureMode', 'whiteBalanceMode'] as const).filter(
    (name) => data[name]?.includes('manual') && data[name].includes('continuous'),
  );
}

async function setAll(track: MediaStreamTrack, held: readonly Held[], mode: Mode): Promise<void> {
  if (held.length === 0) return;
  const advanced = held.map((name) => ({ [name]: mode }));
  await track.applyConstraints({ ...track.getConstraints(), advanced });
}

/**
 * Longest wait until exposure is automatic again. Without this, some drivers would keep the fixed exposure after the
 * camera stops.
 */
const releasedWithinMs = 500;

function createExposure(track: MediaStreamTrack) {
  let held: readonly Held[] = [];
  let setting: Promise<unknown> = Promise.resolve();
  return {
    hold() {
      held = holdable(track);
      setting = setAll(track, held, 'manual').catch(() => {});
    },
    isHeld: () => held.length > 0,
    /** Resolves when exposure is automatic again, or cannot be changed. */
    release() {
      const released = setting.then(() => setAll(track, held, 'continuous')).catch(() => {});
      return Promise.race([released, sleep(releasedWithinMs)]);
    },
  };
}

const size = { width: { ideal: 1280 }, height: { ideal: 720 } } as const;

/** Longest wait for the camera's first picture. After this time, the camera counts as failed. */
const firstPictureWithinMs = 10_000;
/** Longest wait for the user's answer to the browser's prompt, or for a prompt that never appears. */
const unansweredMs = 60_000;
/** Shorter mutes are ignored, because phones mute the camera for calls and notifications. */
const mutedForMs = 1500;

export interface Camera {
  readonly video: HTMLVideoElement;
  readonly deviceId: string;
  readonly label: string;
  readonly facing: Facing | null;
  readonly device: DeviceSignals;
  readonly cameras: readonly CameraEntry[];
  /** Promise that rejects with `camera-stopped` if the camera stops. It never resolves. */
  readonly lost: Promise<never>;
  holdExposure(): void;
  stop(): void;
}

/**
 * Returns true if the browser reports that the page may use the camera without a prompt. Not every browser reports
 * this.
 */
export async function isCameraAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state === 'granted';
  } catch {
    return false;
  }
}

/** Returns true if a header of this page forbids the camera. Only browsers based on Chromium report this. */
function isCameraForbidden(): boolean {
  const policy = 'featurePolicy' in document ? document.featurePolicy : null;
  if (typeof policy !== 'object' || policy === null || !('allowsFeature' in policy)) return false;
  return typeof policy.allowsFeature === 'function' && policy.allowsFeature('camera') === false;
}

/** @throws Problem `insecure`, `in-app`, `unsupported`, `camera-forbidden` */
export function checkCameraSupport(): void {
  if (!window.isSecureContext) throw new Problem('insecure');
  // Undefined in some browsers of apps, although the property exists.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (typeof devices?.getUserMedia !== 'function')
    throw new Problem(isInApp(navigator.userAgent) ? 'in-app' : 'unsupported');
  // Behind a proxy, the header may be another than the one that the server sent.
  if (isCameraForbidden()) throw new Problem('camera-forbidden');
}

/**
 * Opens the named camera, else the front one, which the browser chooses by its capability and not by its label. A
 * second request is made only if the browser is known not to prompt, because some browsers would prompt endlessly.
 * @throws Problem about the camera
 */
export async function openCamera(deviceId: string | null, facing: 'user' | 'environment' = 'user'): Promise<Camera> {
  checkCameraSupport();
  const stream = await request(
    deviceId === null ? { facingMode: { ideal: facing } } : { deviceId: { exact: deviceId } },
  );
  const cameras = await listCameras();
  const [track] = stream.getVideoTracks();
  if (deviceId === null && facing === 'user') {
    const better = betterCamera({ label: track?.label ?? '', facing: facingOf(track) }, cameras);
    if (better !== null && (await isCameraAllowed())) {
      stopAll(stream);
      return start(await request({ deviceId: { exact: better.deviceId } }), cameras);
    }
  }
  return start(stream, cameras);
}

const cameraProblems: readonly ProblemName[] = ['camera-none', 'camera-busy', 'camera-stopped'];

/**
 * Opens the last chosen camera, else the front one. If that fails, opens the default one, because the user can only
 * change a running camera.
 * @throws Problem about the camera
 */
async function openLastCamera(): Promise<Camera> {
  const last = cameraMemory.read();
  if (last === null) return openCamera(null);
  try {
    return await openCamera(last);
  } catch (error) {
    if (!(error instanceof Problem) || !cameraProblems.includes(error.problem)) throw error;
    cameraMemory.clear();
    if (error.problem !== 'camera-none') throw error;
    return openCamera(null);
  }
}

/** The last chosen camera, which can be opened while the page waits for the server. */
export const lastCamera = ahead(openLastCamera);

/** Stops a camera that was opened ahead and is not needed. */
export const stopCameraAhead = (): void => lastCamera.drop(({ stop }) => stop());

async function request(choice: MediaTrackConstraints): Promise<MediaStream> {
  const opening = navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...choice } });
  let late: ReturnType<typeof setTimeout> | undefined;
  const unanswered = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => {
      // A camera that opens after all must not stay on.
      opening.then(stopAll, () => {});
      reject(new Problem('camera-unanswered'));
    }, unansweredMs);
  });
  try {
    return await Promise.race([opening, unanswered]);
  } catch (error) {
    throw error instanceof Problem ? error : toCameraProblem(error);
  } finally {
    clearTimeout(late);
  }
}

const facingGuard = z.object({ facingMode: z.optional(z.union([z.string(), z.array(z.string())])) });

/** Returns the side that a camera faces, `null` if the browser does not report it. Webcams of computers have none. */
function facingOf(device: MediaDeviceInfo | MediaStreamTrack | undefined): Facing | null {
  if (device === undefined || !('getCapabilities' in device) || typeof device.getCapabilities !== 'function')
    return null;
  const modes = [facingGuard.safeParse(device.getCapabilities()).data?.facingMode ?? []].flat();
  return modes.includes('user') ? 'user' : modes.includes('environment') ? 'environment' : null;
}

/** Lists the cameras. The list is only for choosing another one, so a browser that refuses it has none to choose. */
async function listCameras(): Promise<readonly CameraEntry[]> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  return devices
    .filter(({ kind }) => kind === 'videoinput')
    .map((device) => ({ deviceId: device.deviceId, label: device.label, facing: facingOf(device) }));
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function start(stream: MediaStream, cameras: readonly CameraEntry[]): Promise<Camera> {
  const [track] = stream.getVideoTracks();
  const video = el('video', { class: 'preview', autoplay: true, playsinline: true, 'aria-hidden': 'true' });
  video.muted = true;
  video.srcObject = stream;
  const lost = track === undefined ? Promise.reject(new Problem('camera-stopped')) : whenLost(track);
  // Prevents an unhandled rejection while nothing awaits this promise.
  lost.catch(() => {});
  const exposure = track === undefined ? null : createExposure(track);
  const stop = (): void => {
    video.srcObject = null;
    if (exposure?.isHeld()) void exposure.release().then(() => stopAll(stream));
    else stopAll(stream);
  };
  try {
    await Promise.race([lost, firstPicture(video)]);
  } catch (error) {
    stop();
    throw error;
  }
  const label = track?.label ?? '';
  const facing = facingOf(track);
  const kind = kindOf({ label, facing });
  return {
    video,
    // The audit log records this. The server cannot verify it.
    device: { camera: kind, label: kind === 'virtual' ? label.slice(0, 128) : null },
    cameras,
    lost,
    stop,
    deviceId: track?.getSettings().deviceId ?? '',
    label,
    facing,
    holdExposure: () => exposure?.hold(),
  };
}

function firstPicture(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Problem('camera-stopped')), firstPictureWithinMs);
    video.addEventListener('loadeddata', () => resolve(), { once: true });
    video.play().catch((cause: unknown) => reject(new Problem('camera-stopped', null, { cause })));
  });
}

function whenLost(track: MediaStreamTrack): Promise<never> {
  return new Promise((_resolve, reject) => {
    let muted: ReturnType<typeof setTimeout> | undefined;
    const giveUp = (): void => reject(new Problem('camera-stopped'));
    track.addEventListener('ended', giveUp);
    track.addEventListener('mute', () => {
      muted = setTimeout(giveUp, mutedForMs);
    });
    track.addEventListener('unmute', () => clearTimeout(muted));
  });
}
