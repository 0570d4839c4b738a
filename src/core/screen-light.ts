/* Screen content of a light challenge during one picture. Shared with the page: no Node modules in here. */

/**
 * Six screen colors of maximum chromatic difference: each primary and pair, softened so that none is a saturated red
 * (WCAG 2.2, 2.3.1: red's share of the linear light below .8; here .78).
 * @see https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds
 */
export const screenColours = ['#ff6868', '#68ff68', '#6868ff', '#68ffff', '#ff68ff', '#ffff68'] as const;

/** Arrangement of the two halves: `across`: left and right; `down`: top and bottom. */
export const screenAxes = ['across', 'down'] as const;
export type ScreenAxis = (typeof screenAxes)[number];

export type ScreenColour = (typeof screenColours)[number];

/**
 * Pairs of colors that add up to white: side by side they reveal the shape of a face (docs/light.md compares
 * alternatives).
 */
export const complements: readonly (readonly [ScreenColour, ScreenColour])[] = [
  ['#ff6868', '#68ffff'],
  ['#68ff68', '#ff68ff'],
  ['#6868ff', '#ffff68'],
];

/** Screen content: the left or upper half as the viewer sees it, and the other one. Equal halves are one color. */
export type ScreenLight = {
  readonly axis: ScreenAxis;
  readonly first: ScreenColour;
  readonly second: ScreenColour;
};

/** Returns true if both halves have one color. */
export const isPlain = ({ first, second }: { readonly first: string; readonly second: string }): boolean =>
  first === second;

/**
 * Returns the linear light of a color: red, green and blue, each 0 to 1.
 * @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
 */
export function toLinear(colour: `#${string}`): readonly [number, number, number] {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}
