import { z } from 'zod';

const text = z.string().min(1).max(1024).nullable().default(null);
const file = z.string().min(1).max(4096).nullable().default(null);
const texts = z.record(z.string().max(100), z.string().max(2000)).optional();

/**
 * How the organisation looks to people: docs/brand.md. What the colours, texts and pictures are held to is no matter of this
 * guard: the same holds for what an administrator hands in.
 */
export const brandConfigGuard = z.strictObject({
  organisation: text,
  helpUrl: text,
  /** `#rrggbb`. */
  accent: text,
  accentDark: text,
  ground: text,
  groundDark: text,
  /** Paths of PNG, WebP or SVG files. */
  logo: file,
  logoDark: file,
  icon: file,
  /** By language, then by key. */
  texts: z.strictObject({ en: texts, de: texts, es: texts, fr: texts, ar: texts }).prefault({}),
});

export type BrandConfig = z.output<typeof brandConfigGuard>;
