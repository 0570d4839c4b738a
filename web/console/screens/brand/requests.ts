import { z } from 'zod/mini';
import { get, post } from '../../frame/call.js';

export const pictureNames = ['logo', 'logoDark', 'icon'] as const;
export const colourNames = ['accent', 'accentDark', 'ground', 'groundDark'] as const;
export type ColourName = (typeof colourNames)[number];
export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

const text = z.nullable(z.string());
const picture = z.nullable(z.object({ path: z.string() }));
const colours = z.object({ ground: z.string(), accent: z.string() });
const palette = z.object({ light: colours, dark: colours });
export type Palette = z.infer<typeof palette>;

const brandGuard = z.object({
  ...{ organisation: text, helpUrl: text, accent: text, accentDark: text, ground: text, groundDark: text },
  texts: z.array(z.object({ language: z.string(), key: z.string(), text: z.string() })),
  ...{ logo: picture, logoDark: picture, icon: picture },
});
export type Brand = z.infer<typeof brandGuard>;

const inForceGuard = z.object({
  source: z.enum(['configuration', 'administrator']),
  /** `null`: the page's own look. */
  digest: z.nullable(z.string()),
  brand: z.nullable(brandGuard),
  versions: z.array(z.object({ digest: z.string(), at: z.string(), by: z.string(), organisation: text })),
});
export type InForce = z.infer<typeof inForceGuard>;

export const readBrand = get('/v1/brand', inForceGuard);

const rulesGuard = z.object({
  /** Which texts can be replaced, the greatest length of each, and what has to stand in it in braces. */
  keys: z.array(z.object({ key: z.string(), most: z.number(), placeholders: z.array(z.string()) })),
});
export type TextRule = z.infer<typeof rulesGuard>['keys'][number];
export const listTexts = get('/v1/brand/texts', rulesGuard);

const checkedGuard = z.object({
  /** Names the draft; `null` where there are problems. */
  digest: z.nullable(z.string()),
  preview: z.nullable(z.string()),
  problems: z.array(z.object({ field: z.string(), code: z.string(), reason: z.string() })),
  contrasts: z.array(
    z.object({
      scheme: z.enum(schemes),
      colour: z.enum(['accent', 'ground']),
      against: z.string(),
      ratio: z.number(),
      needed: z.number(),
      /** The nearest colour that would do; `null`: it is enough. */
      nearest: z.nullable(z.string()),
    }),
  ),
  palette,
});
export type Checked = z.infer<typeof checkedGuard>;
export type Contrast = Checked['contrasts'][number];

/** @param draft - the fields of the form and the pictures that were chosen */
export const checkBrand = (draft: FormData) => post('/v1/brand/check', checkedGuard, draft);
/** @param brand - the digest of a draft or of a version; empty: the page's own look */
export const applyBrand = (brand: string) => post('/v1/brand/apply', inForceGuard, { brand });

export const previewOf = (digest: string): string => `/face/preview/${digest}`;
