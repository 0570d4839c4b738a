import type { BrandReply, BrandTextsReply, CheckedBrandReply } from '../../../../src/http/rest/replies/brand.js';
import { get, post } from '../../frame/call.js';

export const pictureNames = ['logo', 'logoDark', 'icon'] as const;
export const colourNames = ['accent', 'accentDark', 'ground', 'groundDark'] as const;
export type ColourName = (typeof colourNames)[number];
export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

export type Palette = CheckedBrandReply['palette'];
export type InForce = BrandReply;
export type Brand = NonNullable<InForce['brand']>;

export const readBrand = get<BrandReply>('/v1/brand');

export type TextRule = BrandTextsReply['keys'][number];
export const listTexts = get<BrandTextsReply>('/v1/brand/texts');

export type Checked = CheckedBrandReply;
export type Contrast = Checked['contrasts'][number];

export const checkBrand = (draft: FormData) => post<CheckedBrandReply>('/v1/brand/check', draft);
/** @param brand - digest of a draft or version, or empty for the default look */
export const applyBrand = (brand: string) => post<BrandReply>('/v1/brand/apply', { brand });

export const previewOf = (digest: string): string => `/face/preview/${digest}`;
