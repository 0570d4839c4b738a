import { z } from 'zod';
import { event, type FeatureEvents, instant } from '../../core/audit-events.js';

const credentialEnds = ['enrolment_ended', 'consent_withdrawn', 'replaced'] as const;
export type CredentialEnd = (typeof credentialEnds)[number];

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const credentialDetails = {
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
} as const;

type CredentialDetails = typeof credentialDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends CredentialDetails {}
}

export const credentialEvents = {
  details: credentialDetails,
  log: {
    credential_issued: ({ credential, claims }) => ({ outcome: 'noted', application: credential, reasons: claims }),
    credential_ended: ({ credential, why, by = null }) => ({
      outcome: 'noted',
      application: credential,
      reasons: [why],
      by,
    }),
  },
} as const satisfies FeatureEvents;
