import { FaceError } from '../../errors.js';

/** A place in a list, as callers hold it: nothing they need to understand. */
export const toCursor = (place: string): string => Buffer.from(place).toString('base64url');

/** @throws FaceError `request_malformed` */
export function fromCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{13}[!-~]{0,900}$/.test(place)) throw new FaceError('request_malformed', { field: 'cursor' });
  return place;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next one begins; `null`: this is the last. */
  readonly cursor: string | null;
}
