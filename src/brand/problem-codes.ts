export const brandProblemCodes = [
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
export type BrandProblemCode = (typeof brandProblemCodes)[number];
