import { z } from 'zod';

/** An instant in replies. */
export const instantReply = z.iso.datetime().describe('RFC 3339, UTC.');
