import type { Translated } from '../../../../shared/languages.js';
export type ApplicationsWords = Translated<typeof en>;

export const en = {
  heading: 'Applications',
  none: 'No applications registered.',
  all: 'All applications',
  register: 'Register an application',
  since: 'Since',
  columns: {
    name: 'Name',
    contact: 'Contact',
    scopes: 'Scopes',
    perMinute: 'Requests a minute',
    perDay: 'Requests a day',
  },
  terms: {
    contactHint: 'Contact person.',
    tenant: 'Tenant',
    tenantHint: 'Can’t be changed later. The ID of a connection serves that connection only.',
    change: 'Change',
    changeHint: 'Applies to existing keys from the next request on.',
    save: 'Save',
  },
  remove: {
    label: 'Remove this application',
    title: (name: string) => `Remove ${name}?`,
    text: 'Its keys are revoked at once, also for running requests.',
  },
  keys: {
    heading: 'Keys',
    none: 'No keys yet.',
    id: 'Key',
    scopes: 'Scopes',
    expires: 'Expires',
    lastUsed: 'Last used',
    never: 'Never',
    actions: 'Actions',
    revoke: 'Revoke',
    revokeTitle: (id: string) => `Revoke ${id}?`,
    revokeText: 'Takes effect at once, also for running requests.',
    days: 'Key expires after (days)',
    issue: 'Issue a key',
    issued: 'New key',
    once: 'Shown only once. Store it where the program reads its secrets.',
  },
  usage: {
    heading: 'Usage',
    title: 'Requests by day, the last 30 days',
    requests: 'Requests',
    refused: 'Refused',
  },
};
