import { cameraMemory } from './browser-memory.js';
import { betterCamera, type CameraEntry, chooseCamera } from './camera-choice.js';
import { type DeviceWatch, watchDevice } from './device.js';
import { el } from './dom.js';
import { createExposure } from './exposure.js';
import { Problem, type ProblemName, toCameraProblem } from './problem.js';

const size = { width: { ideal: 1280 }, height: { ideal: 720 } } as const;

/** A camera that says it runs and shows nothing for this long does not run. */
const firstPictureWithinMs = 10_000;
/** Phones mute the camera for a moment when a call or a notification comes. */
const mutedForMs = 1500;

/** A camera that runs, with the picture it shows. */
export interface Camera {
  readonly video: HTMLVideoElement;
  readonly deviceId: string;
  readonly label: string;
  readonly device: DeviceWatch;
  /** All cameras of the device, named now that the person has allowed one. */
  readonly cameras: readonly CameraEntry[];
  /** Rejects with `camera-stopped` when the camera ends by itself; never resolves. */
  readonly lost: Promise<never>;
  /** Keeps exposure and white balance as they are now until it stops, where the camera can. */
  holdExposure(): void;
  stop(): void;
}

/** Whether the browser says that it would open a camera without asking. Most don't say. */
export async function isCameraAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state === 'granted';
  } catch {
    return false;
  }
}

/** @throws Problem `insecure`, `unsupported` */
export function checkCameraSupport(): void {
  if (!window.isSecureContext) throw new Problem('insecure');
  if (!('mediaDevices' in navigator) || !('getUserMedia' in navigator.mediaDevices)) throw new Problem('unsupported');
}

/**
 * Opens a camera: the one named, else the one that looks at the person. Asks the browser once, and a second time only
 * where the browser is known not to ask the person again: some browsers would repeat their question without end.
 * @throws Problem with a camera's name
 */
export async function openCamera(deviceId: string | null, facing: 'user' | 'environment' = 'user'): Promise<Camera> {
  checkCameraSupport();
  const wanted = deviceId ?? (facing === 'user' ? chooseCamera(await listCameras())?.deviceId : null) ?? null;
  const stream = await request(wanted === null ? { facingMode: facing } : { deviceId: { exact: wanted } });
  const cameras = await listCameras();
  if (deviceId === null && facing === 'user') {
    const better = betterCamera(stream.getVideoTracks()[0]?.label ?? '', cameras);
    if (better !== null && (await isCameraAllowed())) {
      stopAll(stream);
      return start(await request({ deviceId: { exact: better.deviceId } }), cameras);
    }
  }
  return start(stream, cameras);
}

/** The camera itself is in the way: another one may do. */
const isOfCamera = (problem: ProblemName): boolean =>
  problem === 'camera-none' || problem === 'camera-busy' || problem === 'camera-stopped';

/**
 * Opens the camera that the person chose last; where that is gone, the one that looks at them. One that does not run is told of,
 * and the next try is with the usual one: only a camera that runs leads to where another can be chosen.
 * @throws Problem with a camera's name
 */
export async function openLastCamera(): Promise<Camera> {
  const last = cameraMemory.read();
  if (last === null) return openCamera(null);
  try {
    return await openCamera(last);
  } catch (error) {
    if (!(error instanceof Problem) || !isOfCamera(error.problem)) throw error;
    cameraMemory.clear();
    if (error.problem !== 'camera-none') throw error;
    return openCamera(null);
  }
}

async function request(choice: MediaTrackConstraints): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...choice } });
  } catch (error) {
    throw toCameraProblem(error);
  }
}

async function listCameras(): Promise<readonly CameraEntry[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput').map(({ deviceId, label }) => ({ deviceId, label }));
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
  // Whoever waits for it hears of it; nobody may be waiting just then.
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
  const device = watchDevice(track, video);
  return {
    ...{ video, device, cameras, lost, stop },
    deviceId: track?.getSettings().deviceId ?? '',
    label: track?.label ?? '',
    holdExposure: () => exposure?.hold(),
  };
}

async function firstPicture(video: HTMLVideoElement): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Problem('camera-stopped')), firstPictureWithinMs);
    video.addEventListener(
      'loadeddata',
      () => {
        clearTimeout(late);
        resolve();
      },
      { once: true },
    );
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
