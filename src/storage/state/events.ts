import { type AuditDetails, event, type FeatureEvents, instant } from '../../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const storeDetails = {
  store_replaced: event('The state store was found empty or restored.', { heldSince: instant }),
} as const satisfies AuditDetails;

type StoreDetails = typeof storeDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends StoreDetails {}
}

export const storeEvents = { details: storeDetails } as const satisfies FeatureEvents;
