import type { OwnWords } from './log-words.js';

export const de: OwnWords = {
  heading: 'Anmeldeprotokoll',
  empty: 'Keine übereinstimmenden Einträge.',
  filters: {
    search: 'Suchen',
    hint: 'Name, Benutzername, ID, Netzwerkadresse oder Anfrage-ID',
    since: 'Von',
    until: 'Bis',
  },
  columns: {
    time: 'Zeit',
    person: 'Person',
    application: 'Anwendung',
    what: 'Ereignis',
    outcome: 'Ergebnis',
    why: 'Grund',
    network: 'Netzwerk',
    request: 'Anfrage',
  },
  follow: {
    start: 'Live verfolgen',
    pause: 'Anhalten',
    running: 'Neue Einträge erscheinen oben.',
  },
  csv: {
    save: 'Als CSV speichern',
    fetched: (lines) => `${lines} Zeilen …`,
  },
};
