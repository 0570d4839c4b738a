import type { AuditEvent } from '../audit-events.js';
import type { SubjectRef } from '../connection.js';
import type { NoticeKind } from '../step-up/page-protocol.js';

export interface Notice {
  readonly kind: NoticeKind;
  readonly who: SubjectRef;
}

export function noticeOf(event: AuditEvent): Notice | null {
  const { connection, subject } = event;
  const kind = subject === '' || connection === '' ? null : kindOf(event);
  return kind === null ? null : { kind, who: { connection, subject } };
}

function kindOf(event: AuditEvent): NoticeKind | null {
  switch (event.action) {
    case 'enrolled':
    case 'enrolment_recovered':
      // The server renews tokens itself, so users are not notified of renewals.
      return event.detail.kind === 'enrolment' ? 'enrolled' : null;
    case 'new_place_seen':
      return 'new_place';
    case 'verification_refused':
      return 'refused';
    case 'locked_out':
      return 'locked';
    case 'consent_withdrawn':
      return 'ended';
    case 'revoked':
      return event.detail.tokenId === null || event.detail.client !== undefined ? null : 'ended';
    default:
      return null;
  }
}
