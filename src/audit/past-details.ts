import type { z } from 'zod';
import { type AuditAction, auditDetails } from '../core/audit-events.js';

const [ofClient, ofEnrolment] = auditDetails.revoked.options;
const [refused] = auditDetails.enrolment_refused.options;

/** Records of early versions contain little more than the token's id. */
const tokenNamed = auditDetails.enrolment_begun.partial().required({ tokenId: true });

/**
 * Guards for records written by this or earlier versions. Fields that an earlier version did not write are optional;
 * unknown fields are dropped.
 */
export const pastDetails = {
  ...auditDetails,
  enrolled: tokenNamed,
  enrolment_refused: refused.partial().required({ code: true }),
  enrolment_recovered: tokenNamed,
  renewed: tokenNamed,
  revoked: ofClient.partial().extend(ofEnrolment.pick({ tokenId: true, by: true }).shape),
  step_up_started: auditDetails.step_up_started.partial({ purpose: true }),
  configuration_loaded: auditDetails.configuration_loaded.partial({ version: true }),
  client_token_issued: auditDetails.client_token_issued.partial({ application: true, by: true }),
  client_token_revoked: auditDetails.client_token_revoked.partial({ application: true, by: true }),
} as const satisfies { readonly [Action in AuditAction]: z.ZodType };

export type PastDetail<Action extends AuditAction> = z.output<(typeof pastDetails)[Action]>;
