import { z } from 'zod';
import { event, type FeatureEvents } from '../../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const organisationDetails = {
  organisation_chosen: event(
    'A person chose the organization that they act for at a client, with their roles at that time.',
    { client: z.string(), organisation: z.string(), roles: z.array(z.string()).readonly(), stepUpId: z.string() },
  ),
} as const;

type OrganisationDetails = typeof organisationDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends OrganisationDetails {}
}

export const organisationEvents = {
  details: organisationDetails,
  log: {
    organisation_chosen: ({ client, organisation, roles, stepUpId }) => ({
      outcome: 'noted',
      application: client,
      stepUpId,
      reasons: [organisation, ...roles],
    }),
  },
} as const satisfies FeatureEvents;
