import type { OwnPhoto, Photo } from '../core/concealed.js';
import type { FaceError, FaceErrorCode } from '../errors.js';
import type { Allowance } from './allowance.js';
import type { FieldValue } from './json.js';

/** A body of either kind, its pictures apart from its other fields. None of the fields is checked yet. */
export interface Body {
  readonly fields: ReadonlyMap<string, FieldValue>;
  readonly photos: ReadonlyMap<string, readonly Photo[]>;
}

/** How many photos a field takes. */
export interface PhotoRange {
  readonly atLeast: number;
  readonly atMost: number;
  /** What an empty file is, where the field takes no pictures. */
  readonly emptyIs?: FaceErrorCode;
}

export interface BodyOptions {
  readonly photoLimits: Readonly<Record<string, PhotoRange>>;
  readonly allowance: Allowance;
  /** Takes the bytes of each photo as soon as they are there, also of a body that is refused in the end. */
  readonly own: OwnPhoto;
  /** The greatest body this endpoint takes from a known caller. */
  readonly maxBytes: number;
  /** Called with the field `auth_token` as soon as it has arrived, before the photos after it are taken. */
  onAuthToken(token: string): Promise<unknown>;
  /** The refusal of a text field that is longer than any may be. */
  onTextTooLong(field: string): FaceError;
}

/** One picture of 10 MB in base64, and its fields. */
export const maxJsonBytes = 14 * 1024 * 1024;
