import type { ToDoWords } from './to-do-words.js';

export const en = {
  heading: 'What would you like to do?',
  find: {
    label: 'Find a person',
    hint: 'The name they sign in by, an e-mail address, or an id.',
    submit: 'Find',
  },
  ways: 'Where to',
  toDo: {
    heading: 'What needs doing',
    nothing: 'Nothing needs doing.',
    urgency: { now: 'Now:', soon: 'Soon:' },
    codes: {
      trail_unsound: 'The audit trail is not sound. Look at what the verification found.',
      key_unusable: 'A key cannot be used.',
      doctor_failing: 'A check of the doctor fails.',
      nobody_enrolled: 'Nobody is enrolled, and everybody is refused.',
      head_old: 'Audit records have waited long for a signature.',
      apply_broken_off: 'Setting it up was broken off. Apply it again.',
      backup_missing: 'No backup is known of.',
      backup_old: 'The last backup is old.',
      key_old: 'A key is old. Rotate it.',
      shadow_long: 'It has been in shadow mode for long.',
      doctor_old: 'The doctor has not examined it lately.',
      mode_switched: 'Its mode was switched by hand, over the configuration.',
    } satisfies ToDoWords,
  },
  doctor: {
    heading: 'Doctor',
    lights: { ok: 'Well', warn: 'Look at it', fail: 'Failing', none: 'Not examined lately' },
  },
  figures: {
    heading: 'Connections',
    none: 'No connection is configured.',
    enrolled: 'Enrolled',
    lockedOut: 'Locked out now',
    chart: (connection: string) => `Face checks at ${connection}, the last 7 days`,
    checks: 'Checks',
    refused: 'Refused',
    count: 'How many could be?',
    of: (users: string) => `of ${users} people`,
    ofAtLeast: (users: string) => `of at least ${users} people`,
    untold: 'The provider does not say how many could be.',
  },
  about: {
    home: '',
    people: 'Who is enrolled, and one person: why refused, invite, unlock, end, export or erase.',
    log: 'What was decided, of whom, and why. Search, follow live, save.',
    applications: 'Which programs call this server, their keys and what they used.',
    administrators: 'Who may use this console and the API, and in which role.',
  },
};
