import { z } from 'zod';
import { type AuditDetails, event, type FeatureEvents } from '../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
export const trailDetails = {
  records_removed: event('Retention removed old records. `through` is the last removed record.', {
    through: z.int(),
    digest: z.string(),
  }),
} as const satisfies AuditDetails;

type TrailDetails = typeof trailDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends TrailDetails {}
}

export const trailEvents = { details: trailDetails } as const satisfies FeatureEvents;
