import { z } from 'zod';
import { event, type FeatureEvents } from '../../core/audit-events.js';
import { signalNames } from './signal.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const signalDetails = {
  signal_received: event('A transmitter reported a security event about a person.', {
    event: z.enum(signalNames),
    transmitter: z.string(),
    jti: z.string(),
  }),
} as const;

type SignalDetails = typeof signalDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends SignalDetails {}
}

export const signalEvents = {
  details: signalDetails,
  log: { signal_received: ({ event: name }) => ({ outcome: 'noted', reasons: [name] }) },
} as const satisfies FeatureEvents;
