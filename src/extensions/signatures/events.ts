import { z } from 'zod';
import { event, type FeatureEvents } from '../../core/audit-events.js';
import { toActionFields } from '../../step-up/events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const signatureDetails = {
  document_signed: event(
    'A document was signed after an approval. `document` is its SHA-256, `actionDigest` that of the action.',
    { stepUpId: z.string(), actionDigest: z.string(), document: z.string(), title: z.string().optional() },
  ),
} as const;

type SignatureDetails = typeof signatureDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends SignatureDetails {}
}

export const signatureEvents = {
  details: signatureDetails,
  log: { document_signed: (detail) => ({ outcome: 'noted', ...toActionFields(detail) }) },
  results: ['document_signed'],
} as const satisfies FeatureEvents;
