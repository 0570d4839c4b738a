import type { LogWords } from './en.js';

export const de: LogWords = {
  heading: 'Anmeldeprotokoll',
  empty: 'Keine passenden Einträge.',
  filters: {
    search: 'Suchen',
    hint: 'Name, Benutzername, ID, Netzadresse oder Anfrage-ID',
    event: 'Ereignis',
    since: 'Von',
    until: 'Bis',
  },
  follow: {
    start: 'Live verfolgen',
    pause: 'Anhalten',
    running: 'Neue Einträge erscheinen oben.',
  },
};
