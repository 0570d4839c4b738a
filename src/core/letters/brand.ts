import { type Colour, luminanceOf } from '../brand/colour.js';

/** What a letter takes from the organisation's own looks. */
export interface LetterBrand {
  /** As people know it; `null` names nobody. */
  readonly organisation: string | null;
  /** Of the button. */
  readonly accent: Colour;
}

/** Where nobody chose another: the capture page's own. */
export const defaultBrand: LetterBrand = { organisation: null, accent: '#0b5a6e' };

/** White or black, whichever is read better on a colour: the contrast is never below 4.5 to 1. */
export function inkOn(accent: Colour): '#ffffff' | '#000000' {
  const luminance = luminanceOf(accent);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}
