import { type Colour, luminanceOf } from '../colour.js';

export interface LetterBrand {
  readonly organisation: string | null;
  readonly accent: Colour;
}

export const defaultBrand: LetterBrand = { organisation: null, accent: '#0b5a6e' };

/** Returns white or black, whichever has more contrast with the accent color. The contrast is at least 4.5 to 1. */
export function inkOn(accent: Colour): '#ffffff' | '#000000' {
  const luminance = luminanceOf(accent);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}
