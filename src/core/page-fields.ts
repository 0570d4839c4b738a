import { z } from 'zod';

/* Fields of lists that are returned in pages. The console loads this file, so it must not import Node modules. */

export const pageFields = {
  limit: z.int().min(1).max(100).default(50),
  cursor: z.string().min(1).max(64).optional().describe('Cursor of the previous reply.'),
};

export const cursorReply = z.string().nullable().describe('Cursor of the next page; `null` if this is the last.');
