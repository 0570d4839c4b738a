import { z } from 'zod';
import { type AuditDetails, event, type FeatureEvents } from '../core/audit-events.js';

const application = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()).readonly(),
  perMinute: z.number(),
  perDay: z.number(),
  contact: z.string(),
  by: z.string(),
});

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const apiClientDetails = {
  client_token_issued: event('A client token was issued. `application` is the application whose key it is.', {
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()).readonly(),
    application: z.string().nullable(),
    by: z.string(),
    /** Hosted API that it is compatible with. Absent for none, and in records of earlier versions. */
    compat: z.string().optional(),
    /** Calls that refuse copies of earlier photos. Earlier versions did not record it. */
    replay: z.string().optional(),
  }),
  client_token_revoked: event('A client token was revoked.', {
    id: z.string(),
    application: z.string().nullable(),
    by: z.string(),
  }),
  application_registered: application.describe('An application was registered.'),
  application_changed: application.describe('An application was changed.'),
  application_removed: event('An application was removed with its keys.', {
    id: z.string(),
    name: z.string(),
    by: z.string(),
  }),
  administrator_added: event('An administrator was added.', {
    name: z.string(),
    role: z.string(),
    /** Id of the administrator's API key. Earlier versions did not record it. */
    id: z.string().optional(),
    by: z.string(),
  }),
  administrator_removed: event('An administrator was removed.', { name: z.string(), by: z.string() }),
} as const satisfies AuditDetails;

type ApiClientDetails = typeof apiClientDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends ApiClientDetails {}
}

export const apiClientEvents = {
  details: apiClientDetails,
} as const satisfies FeatureEvents;
