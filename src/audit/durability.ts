import type { AuditAction } from '../core/audit-events.js';

/**
 * Actions that are synced to disk within a second, because they are frequent. All others, such as those about stored
 * personal data and permissions, are synced before the caller gets an answer.
 */
const relaxed = new Set<AuditAction>([
  'enrolment_refused',
  'verified',
  'verification_refused',
  'locked_out',
  'step_up_started',
  'action_declined',
  'consent_relied_on',
  'own_page_opened',
  'known_places_forgotten',
  'liveness_judged',
  'handed_off',
  'hand_off_refused',
  'step_up_abandoned',
  'hook_decided',
  'code_sent',
  'another_way_refused',
  'help_asked',
  'help_taken',
  'receipt_issued',
  'receipt_redeemed',
  'console_signed_out',
  'new_place_seen',
  'invitation_sent',
  'doctor_asked',
  'trail_verified',
]);

/** Adds the actions of an extension. */
export function relaxDurability(actions: readonly AuditAction[]): void {
  for (const action of actions) relaxed.add(action);
}

export const isDurable = (action: AuditAction): boolean => !relaxed.has(action);
