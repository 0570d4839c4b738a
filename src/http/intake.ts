import type { OwnPhoto, Photo } from '../core/concealed.js';
import type { FaceError, FaceErrorCode } from '../errors.js';
import type { Allowance } from './allowance.js';
import type { FieldValue } from './json.js';

export interface Body {
  readonly fields: ReadonlyMap<string, FieldValue>;
  readonly photos: ReadonlyMap<string, readonly Photo[]>;
}

export interface PhotoRange {
  readonly atLeast: number;
  readonly atMost: number;
  readonly emptyIs?: FaceErrorCode;
}

export interface BodyOptions {
  readonly photoLimits: Readonly<Record<string, PhotoRange>>;
  readonly allowance: Allowance;
  /** Takes each photo's bytes on arrival, also of refused bodies. */
  readonly own: OwnPhoto;
  readonly maxBytes: number;
  /** Called on arrival, before later photos are accepted. */
  onAuthToken(token: string): Promise<unknown>;
  onTextTooLong(field: string): FaceError;
}

/** One picture of 10 MB in base64, and its fields. */
export const maxJsonBytes = 14 * 1024 * 1024;
