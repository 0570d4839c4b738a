import type { PhotoCode } from '../errors.js';

/**
 * All that a person in front of the camera is told would help, one thing at a time: by the page's guidance, by the judge and
 * by the server, of a picture that was of no use. It says nothing of what was held against the pictures. Every language of
 * the page has a text for each.
 */
export const hints = [
  // Where the face is
  'no_face',
  'one_face',
  'come_closer',
  'move_back',
  'centre',
  // Its light
  'more_light',
  'less_light',
  'glare',
  'too_bright',
  // How it moves
  'hold_still',
  'follow',
  // The photo of an identity document
  'reference_none',
  'reference_many',
  'reference_small',
  'reference_unreadable',
  'reference_unlike',
] as const;
export type Hint = (typeof hints)[number];

/** What would help where the camera's pictures were of no use; `null`: nothing that the person could do. */
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

/** What would help where the photo of an identity document was of no use: another one. */
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

/** Hints that ask for another photo of the document, and for nothing else. */
export const isOfReference = (hint: Hint | null): boolean => hint?.startsWith('reference_') === true;
