/** Urgency of each task. `now`: people are refused, or evidence is at risk. */
export const toDoUrgency = {
  trail_unsound: 'now',
  key_unusable: 'now',
  configuration_not_loaded: 'now',
  doctor_failing: 'now',
  hook_not_called: 'now',
  vendor_failing: 'now',
  nobody_enrolled: 'now',
  head_old: 'now',
  help_waiting: 'now',
  approvals_waiting: 'now',
  requests_waiting: 'soon',
  mail_relay_missing: 'soon',
  secret_expiring: 'soon',
  apply_broken_off: 'soon',
  backup_missing: 'soon',
  backup_old: 'soon',
  key_old: 'soon',
  shadow_long: 'soon',
  doctor_old: 'soon',
  mode_switched: 'soon',
} as const satisfies Record<string, 'now' | 'soon'>;
export type ToDoCode = keyof typeof toDoUrgency;

/** Parts of the console in which tasks are done. */
export const places = [
  'connection',
  'doctor',
  'keys',
  'backup',
  'audit',
  'help_desk',
  'approvals',
  'requests',
  'administrators',
  'applications',
] as const;
export type ConsolePlace = (typeof places)[number];
