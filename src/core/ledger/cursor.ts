import { FaceError } from '../../errors.js';

export const toCursor = (place: string): string => Buffer.from(place).toString('base64url');

export function fromCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{13}[!-~]{0,900}$/.test(place)) throw new FaceError('request_malformed', { field: 'cursor' });
  return place;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor: string | null;
}
