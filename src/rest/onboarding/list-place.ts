import { z } from 'zod';
import { epochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import type { ListPlace } from './requests.js';

const placeGuard = z.tuple([z.int().nonnegative().transform(epochMs), z.string().regex(/^[0-9a-f]{24}$/)]);

export const toCursor = ({ createdAt, id }: ListPlace): string =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url');

/** @throws `request_malformed` unless this server issued the cursor */
export function fromCursor(cursor: string): ListPlace {
  try {
    const [createdAt, id] = placeGuard.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { createdAt, id };
  } catch (cause) {
    throw new FaceError('request_malformed', { field: 'cursor' }, { cause });
  }
}
