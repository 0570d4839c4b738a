/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Of a frame that is sent: more than the server's engine makes use of would only cost time on the way. */
export const frameLongestPx = 960;

/** The size at which a picture is sent: its longest side at most `longestPx`, never enlarged. */
export function toSentSize({ width, height }: Size, longestPx: number): Size {
  const scale = Math.min(1, longestPx / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
