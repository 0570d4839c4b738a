import { looksOfPage } from '../../src/core/page-protocol.js';
import { digestOf } from './digest.js';
import { frameLongestPx, type Size, toSentSize } from './frame-size.js';
import { Problem } from './problem.js';
import { sleep } from './step.js';

interface Sending {
  /** Quality of the JPEG, from 0 to 1. */
  readonly quality: number;
  /** Longest side by the shortest; more is cut off on both sides. */
  readonly longestShare: number;
}

const whole: Sending = { quality: 0.92, longestShare: Number.POSITIVE_INFINITY };
/**
 * Of 300 recorded pictures, a frame has 59 % of the bytes of .92 and the same liveness; its embedding has a cosine of
 * .996 with that of .92.
 */
const frame: Sending = { ...whole, quality: 0.8 };
/** Larger than frames, because a face on an ID is small. */
const referenceLongestPx = 2000;

const probe = { sidePx: 8, colour: [64, 128, 192], mayDiffer: 32 } as const;

/**
 * Detects browsers that return noise from canvases (`privacy.resistFingerprinting` of Firefox).
 * @throws Problem `unsupported`
 */
export function checkPictures(): void {
  const { sidePx, colour, mayDiffer } = probe;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: sidePx, height: sidePx });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Problem('unsupported');
  context.fillStyle = `rgb(${colour.join(', ')})`;
  context.fillRect(0, 0, sidePx, sidePx);
  const { data } = context.getImageData(0, 0, sidePx, sidePx);
  const isAsDrawn = data.every((level, at) => Math.abs(level - (colour[at % 4] ?? 255)) <= mayDiffer);
  if (!isAsDrawn) throw new Problem('unsupported');
}

/**
 * Takes the camera's current picture, unmirrored, as JPEG.
 * @throws Problem `camera-stopped`
 */
export const takeFrame = (video: HTMLVideoElement): Promise<Blob> =>
  toJpeg(video, { width: video.videoWidth, height: video.videoHeight }, frameLongestPx, frame);

const look: Sending = { quality: 0.8, longestShare: 4 / 3 };
type Shown = keyof typeof looksOfPage.longestPx;

export interface Look {
  readonly digest: string;
  readonly picture: Blob;
}

/** Looks between pictures: small pictures at a steady rate, of which the server draws those to send. */
export type Looks = ReturnType<typeof watchLooks>;

/** Takes looks until the camera stops. A look of the same camera picture is left out. */
export function watchLooks(video: HTMLVideoElement) {
  let taken: Look[] = [];
  let isBegun = false;
  let shown: Shown = 'ahead';
  const watch = async (): Promise<void> => {
    for (let last = ''; video.srcObject !== null; ) {
      const from = performance.now();
      const size = { width: video.videoWidth, height: video.videoHeight };
      const begun = shown;
      const picture = await toJpeg(video, size, looksOfPage.longestPx[begun], look);
      const digest = await digestOf(picture);
      // On a slow device, a look that was begun before a movement would be among those of the movement, in another size.
      if (digest !== last && begun === shown) taken.push({ digest, picture });
      last = digest;
      await sleep(from + looksOfPage.everyMs - performance.now());
    }
  };
  return {
    /** Begins to take looks, unless it has begun. */
    begin(): void {
      if (isBegun) return;
      isBegun = true;
      // Without looks, the server asks for another try.
      watch().catch(() => {});
    },
    /** Returns the looks since the last call. @param next - what the looks until the next call show */
    take(next: Shown): readonly Look[] {
      shown = next;
      const looks = taken.slice(-looksOfPage.most);
      taken = [];
      return looks;
    },
  };
}

/** Latency of screen and camera after a light is painted. */
const lightSeenAfterMs = 250;
/** After this long without a new picture, the last one is sent, and the server judges it. */
const pictureWithinMs = 1000;

/**
 * Waits for a picture taken under a light.
 * @param paintedAt - time of the paint, on the clock of `performance.now`
 */
export async function whenSeen(video: HTMLVideoElement, paintedAt: number): Promise<void> {
  const from = paintedAt + lightSeenAfterMs;
  if (!('requestVideoFrameCallback' in HTMLVideoElement.prototype)) return sleep(from - performance.now());
  const seen = new Promise<void>((resolve) => {
    const look = (now: number, { presentationTime, captureTime = now }: VideoFrameCallbackMetadata): void => {
      // Not every browser reports the capture time; all report the presentation time.
      if (presentationTime >= from && captureTime >= paintedAt) resolve();
      else if (now < from + pictureWithinMs) video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
  return Promise.race([seen, sleep(from + pictureWithinMs - performance.now())]);
}

/**
 * Takes a picture large enough for an ID.
 * @throws Problem `camera-stopped`
 */
export const takeReference = (video: HTMLVideoElement): Promise<Blob> =>
  toJpeg(video, { width: video.videoWidth, height: video.videoHeight }, referenceLongestPx);

/** Reads a chosen picture file, upright and as JPEG; `null` if unreadable. */
export async function readReference(file: Blob): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const jpeg = await toJpeg(bitmap, bitmap, referenceLongestPx);
    bitmap.close();
    return jpeg;
  } catch {
    return null;
  }
}

async function toJpeg(
  source: CanvasImageSource,
  { width, height }: Size,
  longestPx: number,
  { quality, longestShare }: Sending = whole,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  const cut = { width: Math.min(width, height * longestShare), height: Math.min(height, width * longestShare) };
  Object.assign(canvas, toSentSize(cut, longestPx));
  const context = canvas.getContext('2d');
  if (context === null || canvas.width === 0) throw new Problem('camera-stopped');
  const x = (width - cut.width) / 2;
  const y = (height - cut.height) / 2;
  context.drawImage(source, x, y, cut.width, cut.height, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  // The canvas is emptied, because Safari limits the total size of all canvases.
  canvas.width = 0;
  if (blob === null) throw new Problem('camera-stopped');
  return blob;
}
