import { frameLongestPx, toSentSize } from './frame-size.js';
import { Problem } from './problem.js';

const jpegQuality = 0.92;
/** A face on an ID is small within the picture. */
const referenceLongestPx = 2000;

/** The picture that the camera shows now, unmirrored, as JPEG. @throws Problem `camera-stopped` where it shows none */
export const takeFrame = (video: HTMLVideoElement): Promise<Blob> =>
  toJpeg(video, { width: video.videoWidth, height: video.videoHeight }, frameLongestPx);

/** The same, large enough for an ID. @throws Problem `camera-stopped` */
export const takeReference = (video: HTMLVideoElement): Promise<Blob> =>
  toJpeg(video, { width: video.videoWidth, height: video.videoHeight }, referenceLongestPx);

/** A picture file that the person chose, upright and as JPEG; `null` where the browser cannot read it. */
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
  size: { readonly width: number; readonly height: number },
  longestPx: number,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, toSentSize(size, longestPx));
  const context = canvas.getContext('2d');
  if (context === null || canvas.width === 0) throw new Problem('camera-stopped');
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', jpegQuality));
  // Safari counts every canvas against one small budget until it has no size.
  canvas.width = 0;
  if (blob === null) throw new Problem('camera-stopped');
  return blob;
}

/** SHA-256 of the very bytes of a picture, base64url. */
export async function digestOf(picture: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await picture.arrayBuffer()));
  return btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
