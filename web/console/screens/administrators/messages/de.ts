import type { AdministratorsWords } from './en.js';

export const de: AdministratorsWords = {
  heading: 'Administratoren',
  intro:
    'Jeder hat einen Schlüssel für die API, die Befehlszeile und Notfälle. Benutzer, die sich mit einem Firmenkonto anmelden, sind nicht aufgeführt: Ihre Gruppen entscheiden.',
  none: 'Nur der erste Besitzer.',
  columns: { name: 'Name', role: 'Rolle', added: 'Hinzugefügt', expires: 'Schlüssel läuft ab', actions: 'Aktionen' },
  always: 'Von Anfang an',
  never: 'Nie',
  stays: 'Kann nicht entfernt werden',
  remove: {
    label: 'Entfernen',
    title: (name) => `${name} entfernen?`,
    text: 'Der Schlüssel wird widerrufen und seine Sitzungen werden beendet. Frühere Aktionen bleiben im Audit-Protokoll.',
  },
  add: {
    heading: 'Administrator hinzufügen',
    name: 'Name',
    nameHint: 'Wird im Audit-Protokoll angezeigt. Buchstaben, Ziffern und . _ @ -',
    role: 'Rolle',
    roleHints: {
      owner: 'alles',
      operator: 'Schlüssel, Löschen, Personen helfen',
      auditor: 'Lesen',
      'help-desk': 'Personen helfen',
    },
    days: 'Schlüssel läuft ab nach (Tage)',
    daysHint: 'Leer lassen für kein Ablaufdatum.',
    submit: 'Hinzufügen',
    keyOf: (name) => `Schlüssel von ${name}`,
    once: 'Wird nur einmal angezeigt. Senden Sie ihn über einen vertraulichen Kanal.',
  },
};
