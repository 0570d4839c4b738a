import type { OwnWords } from './log-words.js';

export const de: OwnWords = {
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
