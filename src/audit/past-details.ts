import type { z } from 'zod';
import { type AuditAction, auditDetails } from '../core/audit-events.js';

const [ofClient, ofEnrolment] = auditDetails.revoked.options;
const [refused] = auditDetails.enrolment_refused.options;

/** At first records of a token told little more than its id. A denial is found in them whatever else is missing. */
const tokenNamed = auditDetails.enrolment_begun.partial().required({ tokenId: true });

/**
 * The guard of each action's detail, as this version or an earlier one wrote it: fields that an earlier one left out may be
 * missing. Whatever else stands in a detail is left out.
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

/** What a record of an action tells, by whichever version. */
export type PastDetail<Action extends AuditAction> = z.output<(typeof pastDetails)[Action]>;
