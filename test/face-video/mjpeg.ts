import { writeFileSync } from 'node:fs';

/**
 * Writes frames as camera video for Chromium (`--use-file-for-fake-video-capture=<path>`). The file name must end in
 * `.mjpeg`. Chromium shows 30 frames a second, so each frame is repeated for `frameMs`.
 */
export function makeVideo(frames: readonly Uint8Array[], path: string, frameMs = 1000 / 30): void {
  const repeats = Math.max(1, Math.round((frameMs * 30) / 1000));
  writeFileSync(path, Buffer.concat(frames.flatMap((frame) => Array.from({ length: repeats }, () => frame))));
}
