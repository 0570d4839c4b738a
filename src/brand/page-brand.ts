import * as z from 'zod/mini';

/*
 * Guard of the brand data in the page's head. The page bundles this file, so it must not import Node modules, or
 * additional parts of zod.
 */

export const brandMetaName = 'facestep-brand';

const texts = z.optional(z.record(z.string(), z.optional(z.string())));

export const brandOfPage = z.object({
  organisation: z.nullable(z.string()),
  helpUrl: z.nullable(z.string()),
  texts: z.object({ en: texts, de: texts, es: texts, fr: texts, ar: texts }),
  logo: z.nullable(z.object({ path: z.string(), dark: z.nullable(z.string()), widthPx: z.int(), heightPx: z.int() })),
});

export type BrandOfPage = z.output<typeof brandOfPage>;
