import type { OwnPhoto, Photo } from '../core/secrets.js';
import type { FaceError, FaceErrorCode } from '../errors.js';
import type { FieldValue } from './json.js';
import type { RequestBudget } from './request-budget.js';

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
  readonly allowance: RequestBudget;
  /** Takes ownership of each photo's bytes on arrival, so that bytes of refused bodies are wiped too. */
  readonly own: OwnPhoto;
  readonly maxBytes: number;
  /** Called when the token arrives, before photos are accepted. */
  onAuthToken(token: string): Promise<unknown>;
  onTextTooLong(field: string): FaceError;
}

/** Enough for a picture of 10 MB in base64 and its fields. */
export const maxJsonBytes = 14 * 1024 * 1024;
