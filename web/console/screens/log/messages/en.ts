import type { Translated } from '../../../../shared/languages.js';
export type LogWords = Translated<typeof en>;

export const en = {
  heading: 'Sign-in log',
  empty: 'No entries match.',
  filters: {
    search: 'Search',
    hint: 'Name, username, ID, network address or request ID',
    event: 'Event',
    since: 'From',
    until: 'Until',
  },
  follow: {
    start: 'Follow live',
    pause: 'Pause',
    running: 'New entries appear at the top.',
  },
};
