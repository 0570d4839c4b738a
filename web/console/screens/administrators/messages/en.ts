export const en = {
  heading: 'Administrators',
  intro:
    'Each has a key of their own, for the API, the command line and emergencies. Who signs in with the company account is not listed: groups decide.',
  none: 'Nobody but the first owner.',
  columns: { name: 'Name', role: 'Role', added: 'Added', expires: 'Key ends', actions: 'Actions' },
  always: 'From the start',
  never: 'Never',
  stays: 'Cannot be removed',
  remove: {
    label: 'Remove',
    title: (name: string) => `Remove ${name}?`,
    text: 'Their key is refused from now on, and sessions that were begun with it end. What they did stays in the audit trail.',
  },
  add: {
    heading: 'Add an administrator',
    name: 'Name',
    nameHint: 'Stands in the audit trail. Letters, digits, and . _ @ -',
    role: 'Role',
    roleHints: {
      owner: 'everything',
      operator: 'keys, erasing, helping people',
      auditor: 'reading',
      'help-desk': 'helping people',
    },
    days: 'Days until the key ends',
    daysHint: 'Leave it empty for a key that is good until it is removed.',
    submit: 'Add',
    keyOf: (name: string) => `Key of ${name}`,
    once: 'It is shown this once. Hand it over by a way that nobody else reads.',
  },
};
