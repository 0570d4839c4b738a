import { toLinear } from './screen-light.js';

export type Colour = `#${string}`;

const pattern = /^#[0-9a-f]{6}$/;

const isColour = (text: string): text is Colour => pattern.test(text);

export function parseColour(text: string): Colour | null {
  const lower = text.toLowerCase();
  return isColour(lower) ? lower : null;
}

type Channels = readonly [red: number, green: number, blue: number];

const channelsOf = (colour: Colour): Channels => {
  const number = Number.parseInt(colour.slice(1), 16);
  return [number >> 16, (number >> 8) & 0xff, number & 0xff];
};

const toColour = (channels: Channels): Colour =>
  `#${channels.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;

/**
 * Returns the relative luminance, from 0 (black) to 1 (white).
 * @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
 */
export function luminanceOf(colour: Colour): number {
  const [red, green, blue] = toLinear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns the contrast ratio of two colors, from 1 to 21. @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrastOf(one: Colour, other: Colour): number {
  const a = luminanceOf(one);
  const b = luminanceOf(other);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

export function mix(one: Colour, other: Colour, share: number): Colour {
  const a = channelsOf(one);
  const b = channelsOf(other);
  const at = (index: 0 | 1 | 2): number => a[index] * (1 - share) + b[index] * share;
  return toColour([at(0), at(1), at(2)]);
}

/** Returns white or black, whichever has more contrast with the accent color. The contrast is at least 4.5 to 1. */
export function inkOn(accent: Colour): '#ffffff' | '#000000' {
  const luminance = luminanceOf(accent);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}
