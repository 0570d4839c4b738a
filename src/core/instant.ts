import { z } from 'zod';
import { type EpochMs, toIso } from './units.js';

/** Time in a reply. A handler returns milliseconds since 1970 or RFC 3339, and the caller receives RFC 3339. */
export const instantReply = z
  .preprocess((time: EpochMs | string) => (typeof time === 'number' ? toIso(time) : time), z.iso.datetime())
  .describe('RFC 3339, UTC.');
