import type { Translated } from '../../../../shared/languages.js';
export type AdministratorsWords = Translated<typeof en>;

export const en = {
  heading: 'Administrators',
  intro:
    'Each has a key for the API, the command line and emergencies. Users who sign in with a company account are not listed: their groups decide.',
  none: 'Only the first owner.',
  columns: { name: 'Name', role: 'Role', added: 'Added', expires: 'Key expires', actions: 'Actions' },
  always: 'From the start',
  never: 'Never',
  stays: 'Cannot be removed',
  remove: {
    label: 'Remove',
    title: (name: string) => `Remove ${name}?`,
    text: 'The key is revoked and its sessions end. Past actions stay in the audit trail.',
  },
  add: {
    heading: 'Add an administrator',
    name: 'Name',
    nameHint: 'Shown in the audit trail. Letters, digits, and . _ @ -',
    role: 'Role',
    roleHints: {
      owner: 'everything',
      operator: 'keys, erasing, helping people',
      auditor: 'reading',
      'help-desk': 'helping people',
    },
    days: 'Key expires after (days)',
    daysHint: 'Empty for no expiry.',
    submit: 'Add',
    keyOf: (name: string) => `Key of ${name}`,
    once: 'Shown only once. Send it over a private channel.',
  },
};
