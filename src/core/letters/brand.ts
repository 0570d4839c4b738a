import { z } from 'zod';

/** What a letter takes from the organisation's own looks. */
export interface LetterBrand {
  /** As people know it; `null` names nobody. */
  readonly organisation: string | null;
  /** Of the button: `#rrggbb`. */
  readonly accent: string;
}

export const accentGuard = z.string().regex(/^#[0-9a-f]{6}$/i, 'expected a colour such as #0b5a6e');

/** Where nobody chose another: the capture page's own. */
export const defaultBrand: LetterBrand = { organisation: null, accent: '#0b5a6e' };

/** Relative luminance of a colour, 0 to 1 (WCAG 2.2). */
function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** White or black, whichever is read better on a colour: the contrast is never below 4.5 to 1. */
export function inkOn(accent: string): '#ffffff' | '#000000' {
  const luminance = luminanceOf(accent);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}
