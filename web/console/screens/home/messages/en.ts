import type { ToDoCode } from '../../../../../src/core/to-do-codes.js';
import type { Translated } from '../../../../shared/languages.js';

/** @param count - number of open requests */
type ToDoWords = Readonly<Record<ToDoCode, string | ((count: string) => string)>>;

export type HomeWords = Translated<typeof en>;

export const en = {
  heading: 'Home',
  find: { label: 'Find a person', hint: 'Name, username, email or ID', submit: 'Find' },
  toDo: {
    heading: 'Needs attention',
    nothing: 'Nothing needs attention.',
    urgency: { now: 'Now:', soon: 'Soon:' },
    codes: {
      trail_unsound: 'The audit trail failed verification. Review the result.',
      key_unusable: 'A key cannot be used.',
      doctor_failing: 'A health check is failing.',
      nobody_enrolled: 'No one is enrolled, so everyone is refused.',
      head_old: 'Audit records are unsigned for too long.',
      help_waiting: (count: string) => `Help requests: ${count}`,
      approvals_waiting: (count: string) => `Bypass codes to approve: ${count}`,
      requests_waiting: (count: string) => `Application requests: ${count}`,
      secret_expiring: 'A key expires within two weeks. Issue a new one.',
      apply_broken_off: 'Provider setup was interrupted. Run it again.',
      backup_missing: 'No backup yet. Run “facestep backup”.',
      backup_old: 'The last backup is old.',
      key_old: 'A key is old. Rotate it.',
      shadow_long: 'In shadow mode for a long time.',
      doctor_old: 'Not checked this week.',
      mode_switched: 'The mode was switched manually and differs from the configuration.',
    } satisfies ToDoWords,
  },
  doctor: { lights: { ok: 'Healthy', warn: 'Warning', fail: 'Failing', none: 'Not checked this week' } },
  figures: {
    none: 'No connection is configured.',
    enrolled: 'Enrolled',
    enrolledOf: (enrolled: string, users: string) => `${enrolled} of ${users} enrolled`,
    enrolledOnly: (enrolled: string) => `${enrolled} enrolled`,
    untold: 'Run a health check to show the total.',
    lockedOut: 'Locked out now',
    success: 'Success rate',
    median: 'Median time',
    chart: 'Face checks per day, last 7 days',
    checks: 'Checks',
    refusals: 'Refusals by reason',
    noRefusals: 'No refusals in the last 7 days.',
    toLog: 'Show in the log',
  },
  mine: 'Request an application, get its key, see usage and refusals.',
};
