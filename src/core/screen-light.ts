/*
 * What the screen of a light challenge shows while one picture is taken. Page and server read it: nothing of Node is in here.
 */

/**
 * Six colours whose light differs most in its colour: each primary and each of their pairs, softened, so that none is a
 * saturated red (WCAG 2.2, 2.3.1: red's share of the linear light below .8; here .78).
 * @see https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds
 */
export const screenColours = ['#ff6868', '#68ff68', '#6868ff', '#68ffff', '#ff68ff', '#ffff68'] as const;

/** Where the two halves meet: `across` has them left and right, `down` one above the other. */
export const screenAxes = ['across', 'down'] as const;
export type ScreenAxis = (typeof screenAxes)[number];

export type ScreenColour = (typeof screenColours)[number];

/** Colours that together are white: side by side they tell how a face is shaped (docs/light.md: what was tried in their place). */
export const complements: readonly (readonly [ScreenColour, ScreenColour])[] = [
  ['#ff6868', '#68ffff'],
  ['#68ff68', '#ff68ff'],
  ['#6868ff', '#ffff68'],
];

/** A screen: its left or upper half as somebody before it sees it, and the other. Both alike: one colour all over. */
export type ScreenLight = {
  readonly axis: ScreenAxis;
  readonly first: ScreenColour;
  readonly second: ScreenColour;
};

/** One colour all over. */
export const isPlain = ({ first, second }: { readonly first: string; readonly second: string }): boolean =>
  first === second;

/** The light of a colour, red, green and blue, each 0 to 1, linear. @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
export function toLinear(colour: `#${string}`): readonly [number, number, number] {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}
