import { z } from 'zod';
import { instantReply } from '../core/instant.js';
import { schemes } from './palette.js';
import { brandLanguages } from './texts.js';

const brandProblemCodes = [
  'text_unknown',
  'text_empty',
  'text_long',
  'text_unprintable',
  'placeholder_missing',
  'placeholder_unknown',
  'colour_malformed',
  'contrast_low',
  'link_malformed',
  'picture_unreadable',
  'picture_too_large',
  'picture_unsafe',
] as const;

const schemeReply = z.object({
  ground: z.string(),
  accent: z.string(),
  accentInk: z.string().describe('Text on the accent color.'),
  accentSoft: z.string().describe('Background of text and icons.'),
});
const paletteReply = z.object({ light: schemeReply, dark: schemeReply });

const pictureReply = z
  .object({ path: z.string(), widthPx: z.int(), heightPx: z.int() })
  .nullable()
  .describe('A PNG, rendered from the uploaded picture.');

const colourReply = z.string().nullable();

export const brandReply = z.object({
  source: z
    .enum(['configuration', 'administrator'])
    .describe('Source of the brand: the configuration, if it has `brand`.'),
  digest: z.string().nullable().describe('Id of the active brand; `null` for the default look.'),
  brand: z
    .object({
      organisation: z.string().nullable(),
      helpUrl: z.string().nullable(),
      accent: colourReply,
      accentDark: colourReply,
      ground: colourReply,
      groundDark: colourReply,
      texts: z.array(z.object({ language: z.enum(brandLanguages), key: z.string(), text: z.string() })),
      logo: pictureReply,
      logoDark: pictureReply,
      icon: pictureReply,
    })
    .nullable(),
  palette: paletteReply.describe('The displayed values. Defaults replace values that were not set.'),
  versions: z
    .array(
      z.object({
        digest: z.string(),
        at: instantReply,
        by: z.string(),
        organisation: z.string().nullable(),
      }),
    )
    .describe('The last ten brands that administrators published, newest first. To roll back, apply one of them.'),
});
export type BrandReply = z.output<typeof brandReply>;

export const brandTextsReply = z.object({
  languages: z.array(z.enum(brandLanguages)),
  keys: z.array(
    z.object({
      key: z.string(),
      most: z.int().describe('Maximum length, in characters.'),
      placeholders: z.array(z.string()).describe('Placeholders that the text must contain, in braces.'),
    }),
  ),
});

const problemReply = z.object({
  field: z.string(),
  code: z.enum(brandProblemCodes),
  reason: z.string().describe('Message for people, in English.'),
});
export type BrandProblem = z.output<typeof problemReply>;

export const checkedBrandReply = z.object({
  digest: z.string().nullable().describe('Id of the draft; `null` if there are problems.'),
  preview: z
    .string()
    .nullable()
    .describe(
      'Page that shows the draft, for a frame of this origin. Takes `screen`, `lang` and `scheme` as query parameters.',
    ),
  problems: z.array(problemReply),
  contrasts: z.array(
    z.object({
      scheme: z.enum(schemes),
      colour: z.enum(['accent', 'ground']),
      against: z.string(),
      ratio: z.number(),
      needed: z.number(),
      nearest: z
        .string()
        .nullable()
        .describe('The nearest color with enough contrast; `null` if the contrast is enough.'),
    }),
  ),
  palette: paletteReply,
});
export type CheckedBrandReply = z.output<typeof checkedBrandReply>;
