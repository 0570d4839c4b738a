import type { OwnPhoto, Photo } from '../core/concealed.js';
import type { FaceError, FaceErrorCode } from '../errors.js';
import type { Allowance } from './allowance.js';
import type { FieldValue } from './json.js';

/** A body of either type, with pictures separate from other, unvalidated fields. */
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
  /** Takes ownership of each photo's bytes on arrival, also for refused bodies. */
  readonly own: OwnPhoto;
  readonly maxBytes: number;
  /** Called with `auth_token` on arrival, before later photos are accepted. */
  onAuthToken(token: string): Promise<unknown>;
  onTextTooLong(field: string): FaceError;
}

/** One picture of 10 MB in base64, and its fields. */
export const maxJsonBytes = 14 * 1024 * 1024;
