import { z } from 'zod';
import { event, type FeatureEvents } from '../../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const rosterDetails = {
  roster_searched: event(
    'A client searched a face in a roster. `tokenId` is the match, `code` the reason for a search that failed.',
    {
      tokens: z.int(),
      outcome: z.enum(['identified', 'nobody', 'ambiguous', 'refused']),
      tokenId: z.string().nullable(),
      code: z.string().nullable(),
    },
  ),
} as const;

type RosterDetails = typeof rosterDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends RosterDetails {}
}

export const rosterEvents = { details: rosterDetails, relaxed: ['roster_searched'] } as const satisfies FeatureEvents;
