import { z } from 'zod';

export const instantReply = z.iso.datetime().describe('RFC 3339, UTC.');
