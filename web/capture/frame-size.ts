export interface Size {
  readonly width: number;
  readonly height: number;
}

export const frameLongestPx = 960;

/** Returns the size of a picture to send: its longest side is at most `longestPx`, and it is never enlarged. */
export function toSentSize({ width, height }: Size, longestPx: number): Size {
  const scale = Math.min(1, longestPx / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
