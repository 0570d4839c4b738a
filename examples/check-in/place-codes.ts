import { createHmac, timingSafeEqual } from 'node:crypto';

const shownMs = 60_000;

/** A photo of one is soon useless. */
export interface PlaceCodes {
  codeOf(place: string): string;
  /** Or the previous code, which may have just been scanned. */
  isShown(place: string, code: string): boolean;
}

/**
 * Creates the codes.
 * @param secret - all codes derive from it; none is stored
 */
export function createPlaceCodes(secret: Uint8Array, now: () => number): PlaceCodes {
  const codeAt = (place: string, turn: number): string =>
    createHmac('sha256', secret).update(`${turn} ${place}`).digest('base64url').slice(0, 16);
  const turn = (): number => Math.floor(now() / shownMs);
  return {
    codeOf: (place) => codeAt(place, turn()),
    isShown: (place, code) =>
      [turn(), turn() - 1].some((each) => {
        const expected = Buffer.from(codeAt(place, each));
        const given = Buffer.from(code);
        return given.length === expected.length && timingSafeEqual(given, expected);
      }),
  };
}
