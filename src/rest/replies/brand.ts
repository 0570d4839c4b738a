import { z } from 'zod';
import { schemes } from '../../core/brand/palette.js';
import { brandProblemCodes } from '../../core/brand/problem-codes.js';
import { brandLanguages } from '../../core/brand/texts.js';
import { instantReply } from './instant.js';

const schemeReply = z.object({
  ground: z.string(),
  accent: z.string(),
  accentInk: z.string().describe('Text on the accent.'),
  accentSoft: z.string().describe('Behind text and signs.'),
});
const paletteReply = z.object({ light: schemeReply, dark: schemeReply });

const pictureReply = z
  .object({ path: z.string(), widthPx: z.int(), heightPx: z.int() })
  .nullable()
  .describe('A PNG, rendered from the uploaded picture.');

const colourReply = z.string().nullable();

export const brandReply = z.object({
  source: z.enum(['configuration', 'administrator']).describe('Who decides: the configuration, where it has `brand`.'),
  digest: z.string().nullable().describe('Names what is in force; `null`: the page’s own look.'),
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
  palette: paletteReply.describe('As it is shown: what was not chosen is ours.'),
  versions: z
    .array(
      z.object({
        digest: z.string(),
        at: instantReply,
        by: z.string(),
        organisation: z.string().nullable(),
      }),
    )
    .describe('The last ten that administrators put in force, the newest first. Going back is applying one of them.'),
});
export type BrandReply = z.output<typeof brandReply>;

export const brandTextsReply = z.object({
  languages: z.array(z.enum(brandLanguages)),
  keys: z.array(
    z.object({
      key: z.string(),
      most: z.int().describe('Greatest length, in characters.'),
      placeholders: z.array(z.string()).describe('Each has to stand in it, in braces.'),
    }),
  ),
});
export type BrandTextsReply = z.output<typeof brandTextsReply>;

export const checkedBrandReply = z.object({
  digest: z.string().nullable().describe('Names the draft; `null` where there are problems.'),
  preview: z
    .string()
    .nullable()
    .describe('The page with it, for a frame of this origin. Takes `screen`, `lang` and `scheme` as query.'),
  problems: z.array(
    z.object({
      field: z.string(),
      code: z.enum(brandProblemCodes),
      reason: z.string().describe('For people, in English.'),
    }),
  ),
  contrasts: z.array(
    z.object({
      scheme: z.enum(schemes),
      colour: z.enum(['accent', 'ground']),
      against: z.string(),
      ratio: z.number(),
      needed: z.number(),
      nearest: z.string().nullable().describe('The nearest colour that would do; `null`: it is enough.'),
    }),
  ),
  palette: paletteReply,
});
export type CheckedBrandReply = z.output<typeof checkedBrandReply>;
