/* Screen content during one picture. The page bundles this file, so it must not import Node modules. */

/**
 * Six screen colors. None is a saturated red, which WCAG 2.2 (2.3.1) restricts for flashes: red's share of the linear
 * light is 0.78, and must be below 0.8.
 * @see https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds
 */
export const screenColours = ['#ff6868', '#68ff68', '#6868ff', '#68ffff', '#ff68ff', '#ffff68'] as const;

export const screenAxes = ['across', 'down'] as const;
export type ScreenAxis = (typeof screenAxes)[number];

/** How a policy uses screen light: not at all, where it protects, or always. */
export type LightUse = 'none' | 'offered' | 'demanded';

/**
 * Returns true if a challenge uses light on a screen of this arrangement. Light that is only offered is used where it was
 * measured to protect: side by side, the attack that passes most often passes at most a third as often as without light.
 * One above the other, as on phones, bent prints pass as often as without it (docs/light.md).
 */
export const usesLight = (use: LightUse, axis: ScreenAxis): boolean =>
  use === 'demanded' || (use === 'offered' && axis === 'across');

export type ScreenColour = (typeof screenColours)[number];

/** Pairs of colors that add up to white. Side by side, they reveal the shape of a face (docs/light.md). */
export const complements: readonly (readonly [ScreenColour, ScreenColour])[] = [
  ['#ff6868', '#68ffff'],
  ['#68ff68', '#ff68ff'],
  ['#6868ff', '#ffff68'],
];

/** Colors of a split screen. `first` is on the left or upper half as the viewer sees it, `second` on the other half. */
export type ScreenLight = {
  readonly axis: ScreenAxis;
  readonly first: ScreenColour;
  readonly second: ScreenColour;
};

export const isPlain = ({ first, second }: { readonly first: string; readonly second: string }): boolean =>
  first === second;

/**
 * Returns linear red, green and blue, each from 0 to 1.
 * @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
 */
export function toLinear(colour: `#${string}`): readonly [number, number, number] {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}
