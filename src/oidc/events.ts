import { z } from 'zod';
import { type AuditDetails, event, type FeatureEvents, instant } from '../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const openIdDetails = {
  data_consent_given: event(
    'A person let a client receive claims, named in `claims`. `registration` is the digest of the stated purposes.',
    { client: z.string(), claims: z.array(z.string()).readonly(), registration: z.string(), expiresAt: instant },
  ),
  data_consent_withdrawn: event('A consent to share claims ended. `by` is the administrator who ended it.', {
    client: z.string(),
    claims: z.array(z.string()).readonly(),
    by: z.string().optional(),
  }),
  identities_linked: event('An account at the connection `other` was linked as that of the same person.', {
    other: z.string(),
    expiresAt: instant,
  }),
  identities_unlinked: event('A link between accounts ended. `by` is the administrator who ended it.', {
    other: z.string(),
    by: z.string().optional(),
  }),
} as const satisfies AuditDetails;

type OpenIdDetails = typeof openIdDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends OpenIdDetails {}
}

export const openIdEvents = {
  details: openIdDetails,
  log: {
    data_consent_given: ({ client, claims }) => ({ outcome: 'noted', application: client, reasons: claims }),
    data_consent_withdrawn: ({ client, claims, by = null }) => ({
      outcome: 'noted',
      application: client,
      reasons: claims,
      by,
    }),
    identities_linked: ({ other }) => ({ outcome: 'noted', reasons: [other] }),
    identities_unlinked: ({ other, by = null }) => ({ outcome: 'noted', reasons: [other], by }),
  },
} as const satisfies FeatureEvents;
