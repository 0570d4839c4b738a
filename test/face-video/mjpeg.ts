import { writeFileSync } from 'node:fs';

/**
 * Writes frames as a video that Chromium takes for a camera: `--use-file-for-fake-video-capture=<path>` together with
 * `--use-fake-device-for-media-stream`. Its file name has to end in `.mjpeg`: JPEG pictures one after the other, all of one
 * size. Chromium shows them at 30 a second and begins again after the last, so each is repeated to last `frameMs`.
 */
export function makeVideo(frames: readonly Uint8Array[], path: string, frameMs = 1000 / 30): void {
  const repeats = Math.max(1, Math.round((frameMs * 30) / 1000));
  writeFileSync(path, Buffer.concat(frames.flatMap((frame) => Array.from({ length: repeats }, () => frame))));
}
