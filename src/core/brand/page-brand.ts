import * as z from 'zod/mini';

/*
 * Brand data from the page's head to its script, which shares this guard. The page loads this file: no Node modules in
 * here, and of zod only what the page has already.
 */

export const brandMetaName = 'facestep-brand';

const texts = z.optional(z.record(z.string(), z.optional(z.string())));

export const brandOfPage = z.object({
  organisation: z.nullable(z.string()),
  helpUrl: z.nullable(z.string()),
  texts: z.object({ en: texts, de: texts, es: texts, fr: texts, ar: texts }),
  /** `dark`: for dark screens. */
  logo: z.nullable(z.object({ path: z.string(), dark: z.nullable(z.string()), widthPx: z.int(), heightPx: z.int() })),
});

export type BrandOfPage = z.output<typeof brandOfPage>;
