import { z } from 'zod';
import type { AuditDetails, FeatureEvents } from '../../core/audit-events.js';

const key = z.discriminatedUnion('use', [
  z.object({ use: z.literal('sealing'), version: z.int() }),
  z.object({ use: z.enum(['signing', 'oidc']), kid: z.string() }),
]);

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const keyDetails = {
  key_made: key.describe('A key was created.'),
  key_retired: key.describe('A key was retired.'),
} as const satisfies AuditDetails;

type KeyDetails = typeof keyDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends KeyDetails {}
}

export const keyEvents = { details: keyDetails } as const satisfies FeatureEvents;
