import { createHmac, timingSafeEqual } from 'node:crypto';

const shownMs = 60_000;

/** Codes on the screens of places. They change often, so that a photo of a code is soon useless. */
export interface PlaceCodes {
  codeOf(place: string): string;
  /** Returns true for the current code, and for the previous one, which a user may have just scanned. */
  isShown(place: string, code: string): boolean;
}

/** @param secret - key from which all codes are derived; no code is stored */
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
