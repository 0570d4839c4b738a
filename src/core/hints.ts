import type { PhotoCode } from '../errors.js';

/** Hints for a person in front of the camera. They do not reveal how well the face matches. */
export const hints = [
  // Position of the face
  'no_face',
  'one_face',
  'come_closer',
  'move_back',
  'centre',
  // Light
  'more_light',
  'less_light',
  'glare',
  'too_bright',
  // Movement
  'hold_still',
  'follow',
  // Comparison with the organization's photo
  'company_photo',
  // Photo of an identity document
  'reference_none',
  'reference_many',
  'reference_small',
  'reference_unreadable',
  'reference_unlike',
  // Digital document
  'document_invalid',
  'document_untrusted',
  'document_expired',
  'document_revoked',
  'document_unchecked',
  'document_of_another',
  'document_portrait',
  'document_unlike',
] as const;
export type Hint = (typeof hints)[number];

/** Hint for an unusable picture. `null` if the person cannot correct the problem. */
export const hintOfFrames: Readonly<Record<PhotoCode, Hint | null>> = {
  face_none: 'no_face',
  face_many: 'one_face',
  face_too_small: 'come_closer',
  face_unclear: 'hold_still',
  photo_missing: null,
  photo_single: null,
  photo_too_many: null,
  photo_too_few: null,
  photo_invalid: null,
  photo_too_large: null,
  photo_too_small: null,
  photo_animated: null,
};

export const hintOfReference: Readonly<Record<PhotoCode, Hint>> = {
  face_none: 'reference_none',
  face_many: 'reference_many',
  face_too_small: 'reference_small',
  face_unclear: 'reference_unreadable',
  photo_missing: 'reference_none',
  photo_single: 'reference_none',
  photo_too_many: 'reference_many',
  photo_too_few: 'reference_none',
  photo_invalid: 'reference_unreadable',
  photo_too_large: 'reference_unreadable',
  photo_too_small: 'reference_small',
  photo_animated: 'reference_unreadable',
};

/** Returns true if the person must present a digital document again. */
export const isDocumentHint = (hint: Hint | null): boolean => hint?.startsWith('document_') === true;

/** Returns true if the person must take another photo of the document. */
export const isReferenceHint = (hint: Hint | null): boolean => hint?.startsWith('reference_') === true;
