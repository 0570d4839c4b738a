import { z } from 'zod';
import { event, type FeatureEvents } from '../../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const counterDetails = {
  counter_told: event('A counter received that this person was present, with the claims they consented to.', {
    client: z.string(),
  }),
} as const;

type CounterDetails = typeof counterDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends CounterDetails {}
}

export const counterEvents = {
  details: counterDetails,
  log: { counter_told: ({ client }) => ({ outcome: 'noted', application: client }) },
} as const satisfies FeatureEvents;
