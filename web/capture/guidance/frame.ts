import type { Picture } from '../../../src/face/engine/picture.js';

/** Large enough, because faces are detected at 320 and landmarks at 64 pixels. */
const maxSidePx = 640;

/** Returns the number of camera pixels per analyzed pixel, on each side. It is at least 1. */
const toFrameScale = (widthPx: number, heightPx: number): number =>
  Math.max(1, Math.max(widthPx, heightPx) / maxSidePx);

export function readFrame(
  context: OffscreenCanvasRenderingContext2D,
  source: CanvasImageSource,
  widthPx: number,
  heightPx: number,
): { readonly picture: Picture; readonly scale: number } {
  const scale = toFrameScale(widthPx, heightPx);
  const width = Math.round(widthPx / scale);
  const height = Math.round(heightPx / scale);
  const { canvas } = context;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  context.clearRect(0, 0, width, height);
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + 1];
    rgb[to + 2] = data[from + 2];
  }
  return { picture: { data: rgb, widthPx: width, heightPx: height }, scale };
}
