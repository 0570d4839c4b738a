import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

export const de: Translated<typeof en> = {
  heading: 'Administratoren',
  intro:
    'Jeder hat einen eigenen Schlüssel für die API, die Befehlszeile und Notfälle. Wer sich mit dem Firmenkonto anmeldet, steht nicht hier: Das entscheiden Gruppen.',
  none: 'Niemand außer dem ersten Inhaber.',
  columns: { name: 'Name', role: 'Rolle', added: 'Hinzugefügt', expires: 'Schlüssel endet', actions: 'Aktionen' },
  always: 'Von Anfang an',
  never: 'Nie',
  stays: 'Nicht entfernbar',
  remove: {
    label: 'Entfernen',
    title: (name) => `${name} entfernen?`,
    text: 'Der Schlüssel wird ab sofort abgewiesen, und Sitzungen, die damit begonnen wurden, enden. Was getan wurde, bleibt im Prüfprotokoll.',
  },
  add: {
    heading: 'Administrator hinzufügen',
    name: 'Name',
    nameHint: 'Steht im Prüfprotokoll. Buchstaben, Ziffern und . _ @ -',
    role: 'Rolle',
    roleHints: {
      owner: 'alles',
      operator: 'Schlüssel, Löschen, Personen helfen',
      auditor: 'Lesen',
      'help-desk': 'Personen helfen',
    },
    days: 'Tage bis zum Ende des Schlüssels',
    daysHint: 'Leer lassen für einen Schlüssel, der bis zum Entfernen gilt.',
    submit: 'Hinzufügen',
    keyOf: (name) => `Schlüssel von ${name}`,
    once: 'Er wird nur dieses eine Mal gezeigt. Übergeben Sie ihn auf einem Weg, den sonst niemand liest.',
  },
};
