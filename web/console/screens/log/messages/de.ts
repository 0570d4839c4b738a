import type { OwnWords } from './log-words.js';

export const de: OwnWords = {
  heading: 'Anmeldeprotokoll',
  empty: 'Im Protokoll steht nichts dergleichen.',
  filters: {
    search: 'Suchen',
    hint: 'Der Anfang eines Namens oder Anmeldenamens, eine Kennung, eine Netzadresse oder die Kennung einer Anfrage.',
    since: 'Von',
    until: 'Bis',
  },
  columns: {
    time: 'Zeit',
    person: 'Person',
    application: 'Anwendung',
    what: 'Was geschah',
    outcome: 'Ergebnis',
    why: 'Warum',
    network: 'Netz',
    request: 'Anfrage',
  },
  follow: {
    start: 'Live verfolgen',
    pause: 'Anhalten',
    running: 'Neue Zeilen erscheinen oben, gleich von welchem Tag.',
  },
  csv: {
    save: 'Als CSV speichern',
    fetched: (lines) => `${lines} Zeilen…`,
  },
};
