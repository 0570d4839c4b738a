import { z } from 'zod';

const text = z.string().min(1).max(1024).nullable().default(null);
const file = z.string().min(1).max(4096).nullable().default(null);
const texts = z.record(z.string().max(100), z.string().max(2000)).optional();

/** Setting `brand` (docs/brand.md). Its colors, texts and pictures are validated like those from the console. */
export const brandConfigGuard = z.strictObject({
  organisation: text.describe('Name of the organization.'),
  helpUrl: text.describe('Address of the help link.'),
  accent: text.describe('Accent color, as `#rrggbb`.'),
  accentDark: text.describe('Accent color in dark mode.'),
  ground: text.describe('Background color, as `#rrggbb`.'),
  groundDark: text.describe('Background color in dark mode.'),
  logo: file.describe('Path of the logo: a PNG, WebP or SVG file.'),
  logoDark: file.describe('Path of the logo in dark mode.'),
  icon: file.describe('Path of the icon.'),
  texts: z
    .strictObject({ en: texts, de: texts, es: texts, fr: texts, ar: texts })
    .prefault({})
    .describe('Texts that replace those of the pages, by language and key. See docs/brand.md.'),
});

export type BrandConfig = z.output<typeof brandConfigGuard>;
