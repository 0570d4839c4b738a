import { z } from 'zod';
import { type AuditDetails, event, instant } from '../core/audit-events.js';

const credentialEnds = ['enrolment_ended', 'consent_withdrawn', 'replaced'] as const;
export type CredentialEnd = (typeof credentialEnds)[number];

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
export const openIdDetails = {
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
  organisation_chosen: event(
    'A person chose the organization that they act for at a client, with their roles at that time.',
    { client: z.string(), organisation: z.string(), roles: z.array(z.string()).readonly(), stepUpId: z.string() },
  ),
  counter_told: event('A counter received that this person was present, with the claims they consented to.', {
    client: z.string(),
  }),
  credential_issued: event('A credential was issued to the wallet of a person.', {
    credential: z.string(),
    credentialId: z.string(),
    claims: z.array(z.string()).readonly(),
    tokenId: z.string(),
    expiresAt: instant,
  }),
  credential_ended: event(
    'A credential ended early, for the reason in `why`. `by` is the administrator who ended it.',
    { credential: z.string(), credentialId: z.string(), why: z.enum(credentialEnds), by: z.string().optional() },
  ),
} as const satisfies AuditDetails;

type OpenIdDetails = typeof openIdDetails;

declare module '../core/audit-events.js' {
  interface EventDetails extends OpenIdDetails {}
}
