import { z } from 'zod';
import { parseJson } from '../core/base/json.js';
import { brandFilePath, previewPath } from '../core/page-link.js';
import { FaceError } from '../errors.js';
import { adminEndpoint, type Endpoint } from '../http/rest/endpoint.js';
import { type Brand, type PictureName, pictureNames, plainBrand } from './brand.js';
import type { Brands } from './brands.js';
import { checkDraft } from './draft.js';
import { paletteOf } from './palette.js';
import { takePicture, takePictures } from './picture.js';
import { brandReply, brandTextsReply, checkedBrandReply } from './replies.js';
import { brandLanguages, textRules } from './texts.js';

const digestText = z.string().regex(/^[0-9a-f]{64}$/);
const digestField = z.union([digestText, z.literal('')]);

/** Forms cannot express `null`, so an empty text stands for it. */
const textField = z
  .string()
  .max(1024)
  .transform((text) => (text === '' ? null : text))
  .prefault('');

const textsField = z
  .string()
  .transform(parseJson)
  .pipe(z.record(z.string(), z.string()))
  .optional()
  .describe('JSON text: custom texts in this language, by key.');

const pictureName = z.enum(pictureNames);

function toBrandReply(digest: string, brand: Brand) {
  const picture = (name: PictureName) => {
    const taken = brand[name];
    if (taken === null) return null;
    return { path: brandFilePath(digest, `${name}.png`), widthPx: taken.widthPx, heightPx: taken.heightPx };
  };
  const texts = brandLanguages.flatMap((language) =>
    Object.entries(brand.texts[language] ?? {}).flatMap(([key, text]) =>
      text === undefined ? [] : [{ language, key, text }],
    ),
  );
  return { ...brand, texts, logo: picture('logo'), logoDark: picture('logoDark'), icon: picture('icon') };
}

async function readInForce(brands: Brands) {
  const [named, versions] = await Promise.all([brands.inForce(), brands.listApplied()]);
  return {
    source: brands.source,
    digest: named?.digest ?? null,
    brand: named === null ? null : toBrandReply(named.digest, named.brand),
    palette: paletteOf(named?.brand ?? plainBrand),
    versions,
  };
}

export function createBrandEndpoints({ brands }: { readonly brands: Brands }): Endpoint[] {
  const common = {
    tag: 'Brand',
    right: 'configure',
  } as const;
  const picture = {
    atLeast: 0,
    atMost: 1,
    about: { description: 'PNG or WebP, at most 1 MB, or SVG, at most 128 kB.', mediaType: 'image/*' },
  };
  const pictures = { logo: picture, logoDark: picture, icon: picture };
  return [
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/brand',
      summary: 'Get the active brand',
      description: 'The brand is shown on the capture page and in e-mails, on every replica.',
      codes: ['state_unavailable'],
      reply: brandReply,
      handle: () => readInForce(brands),
    }),
    adminEndpoint({
      ...common,
      method: 'GET',
      path: '/brand/texts',
      summary: 'List the replaceable texts',
      description: 'Includes the limits of each text.',
      reply: brandTextsReply,
      async handle() {
        const keys = Object.entries(textRules).map(([key, rule]) => ({ key, ...rule }));
        return { languages: brandLanguages, keys };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/brand/check',
      summary: 'Validate a brand',
      description:
        'Returns all problems at once, and every contrast ratio according to WCAG 2.2. If there are no problems, the draft is stored for an hour: `preview` shows it, and it can be published. A missing or empty field has its default.',
      codes: ['state_unavailable'],
      photos: pictures,
      fields: z.strictObject({
        organisation: textField,
        helpUrl: textField.describe('An address that starts with `https://`, `mailto:` or `tel:`.'),
        accent: textField.describe('Color of buttons and links on light screens, such as `#0b5a6e`.'),
        accentDark: textField.describe(
          'The same on dark screens; by default the color nearest to `accent` that is readable there.',
        ),
        ground: textField.describe('Background around the card, on light screens.'),
        groundDark: textField,
        en: textsField,
        de: textsField,
        es: textsField,
        fr: textsField,
        ar: textsField,
        pictures: digestField
          .optional()
          .describe('Brand whose pictures are kept if no file is sent; by default the active brand.'),
        without: z
          .union([z.array(pictureName).max(pictureNames.length), pictureName.transform((name) => [name])])
          .prefault([])
          .describe('Pictures to remove.'),
      }),
      reply: checkedBrandReply,
      async handle({ fields, photos }) {
        const { en, de, es, fr, ar, pictures: from, without, ...rest } = fields;
        const { chosen, contrasts, problems: found } = checkDraft({ ...rest, texts: { en, de, es, fr, ar } });
        const base = await findBase(from, brands);
        const taken = await takePictures(async (name) => {
          const [sent] = photos(name);
          if (without.includes(name)) return null;
          if (sent !== undefined) return sent.use((bytes) => takePicture(name, bytes));
          const picture = base?.[name] ?? null;
          return picture === null ? null : { outcome: 'drawn', picture };
        });
        const problems = [...found, ...taken.problems];
        const brand: Brand = { ...chosen, ...taken.pictures };
        const digest = problems.length > 0 ? null : await brands.keepDraft(brand);
        return {
          digest,
          preview: digest === null ? null : previewPath(digest),
          problems,
          contrasts,
          palette: paletteOf(brand),
        };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/brand/apply',
      isSensitive: true,
      summary: 'Publish a brand',
      description:
        'Publishes a draft or an earlier brand, on every replica within five seconds. An empty digest resets to the default look. If the configuration has `brand`, that brand is active and this call is refused.',
      codes: ['brand_configured', 'not_found', 'state_unavailable'],
      fields: z.strictObject({ brand: digestField.describe('Digest of a brand; empty for the default look.') }),
      reply: brandReply,
      async handle({ fields, administrator }) {
        await brands.apply(fields.brand === '' ? null : fields.brand, administrator.name);
        return readInForce(brands);
      },
    }),
  ];
}

/** Finds the brand whose pictures a draft keeps. */
async function findBase(digest: string | undefined, brands: Brands): Promise<Brand | null> {
  if (digest === undefined) return (await brands.inForce())?.brand ?? null;
  if (digest === '') return null;
  const brand = await brands.find(digest);
  if (brand === null) throw new FaceError('request_malformed', { field: 'pictures' });
  return brand;
}
