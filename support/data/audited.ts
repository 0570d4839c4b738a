import type { AuditEvent } from '../../src/core/audit-events.js';

/** Returns the event of a passed check. */
export const toVerified = (subject: string, tokenId = 't'): AuditEvent => ({
  action: 'verified',
  connection: 'work',
  subject,
  detail: { tokenId },
});
