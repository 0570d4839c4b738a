import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a place shows one code. */
const shownMs = 60_000;

/** What a place's screen shows, so that whoever checks in stands before it: a code that was photographed is of no use soon after. */
export interface PlaceCodes {
  /** What to show now. */
  codeOf(place: string): string;
  /** Whether it is shown now, or was the one before: somebody may have scanned it then. */
  isShown(place: string, code: string): boolean;
}

/** @param secret - known to nobody else: codes follow from it, and none is kept */
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
