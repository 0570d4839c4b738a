import * as z from 'zod/mini';

/*
 * What the page's head tells its script of a brand. The server is held to this guard, and the page reads by it. The page loads
 * this file: so nothing of Node is in here, and of zod what the page has anyway.
 */

/** The name of the `meta` element that holds it, as JSON. */
export const brandMetaName = 'facestep-brand';

const texts = z.optional(z.record(z.string(), z.optional(z.string())));

export const brandOfPage = z.object({
  organisation: z.nullable(z.string()),
  helpUrl: z.nullable(z.string()),
  texts: z.object({ en: texts, de: texts, es: texts, fr: texts, ar: texts }),
  /** `dark`: on dark screens, in its place. */
  logo: z.nullable(z.object({ path: z.string(), dark: z.nullable(z.string()), widthPx: z.int(), heightPx: z.int() })),
});

/** A brand as the page knows it. */
export type BrandOfPage = z.output<typeof brandOfPage>;
