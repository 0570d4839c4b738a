import { z } from 'zod';
import { type Colour, parseColour } from '../core/colour.js';
import { parseEmail } from '../core/email-address.js';
import type { EmailBrand } from '../core/ports/delivery.js';
import { digestOf } from '../core/secrets.js';
import { paletteOf } from './palette.js';
import { isPrintable, type TextKey, textRules } from './texts.js';

export const pictureNames = ['logo', 'logoDark', 'icon'] as const;
export type PictureName = (typeof pictureNames)[number];

export const plainBrand: Brand = {
  organisation: null,
  helpUrl: null,
  accent: null,
  accentDark: null,
  ground: null,
  groundDark: null,
  texts: {},
  logo: null,
  logoDark: null,
  icon: null,
};

export const maxOrganisationCharacters = 100;

const maxLinkCharacters = 1024;

export function isHelpLink(text: string): boolean {
  if (text.length > maxLinkCharacters || !isPrintable(text) || /\s/.test(text)) return false;
  if (/^tel:[^:/?#]/.test(text)) return true;
  if (text.startsWith('mailto:')) return parseEmail(text) !== null;
  return text.startsWith('https://') && URL.canParse(text) && new URL(text).username === '';
}

const colourGuard = z
  .string()
  .transform((text, issues): Colour => {
    const colour = parseColour(text);
    if (colour !== null) return colour;
    issues.addIssue('expected a colour such as #0b5a6e');
    return z.NEVER;
  })
  .nullable();

/** A PNG file in base64. */
export const pictureGuard = z.object({ png: z.base64(), widthPx: z.int(), heightPx: z.int() });
export type BrandPicture = Readonly<z.output<typeof pictureGuard>>;

const textKeys = Object.keys(textRules).filter((key): key is TextKey => key in textRules);
const textsGuard = z.partialRecord(z.enum(textKeys), z.string().optional());

export const brandGuard = z.object({
  organisation: z.string().nullable(),
  helpUrl: z.string().nullable(),
  accent: colourGuard,
  accentDark: colourGuard,
  ground: colourGuard,
  groundDark: colourGuard,
  texts: z.object({
    en: textsGuard.optional(),
    de: textsGuard.optional(),
    es: textsGuard.optional(),
    fr: textsGuard.optional(),
    ar: textsGuard.optional(),
  }),
  /** Logo for light backgrounds. Also used on dark ones if `logoDark` is `null`. */
  logo: pictureGuard.nullable(),
  logoDark: pictureGuard.nullable(),
  icon: pictureGuard.nullable(),
});
/** Look of the capture page and of e-mails. A field is `null` for the default. */
export type Brand = Readonly<z.output<typeof brandGuard>>;

/** Returns the SHA-256 digest of a brand, in hexadecimal. */
export const digestOfBrand = (brand: Brand): string =>
  digestOf(JSON.stringify(brandGuard.parse(brand))).toString('hex');

/**
 * Returns the brand for e-mails.
 * @param organisation - overrides the name in the brand
 */
export const toEmailBrand = (brand: Brand | null, organisation: string | null): EmailBrand => ({
  organisation: organisation ?? brand?.organisation ?? null,
  accent: paletteOf(brand ?? plainBrand).light.accent,
  helpUrl: brand?.helpUrl ?? null,
});
