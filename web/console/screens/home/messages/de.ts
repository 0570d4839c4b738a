import type { HomeWords } from './home-words.js';

export const de: HomeWords = {
  heading: 'Was möchten Sie tun?',
  find: {
    label: 'Eine Person suchen',
    hint: 'Name, Anmeldename oder E-Mail-Adresse, ganz oder der Anfang; oder eine Kennung.',
    submit: 'Suchen',
  },
  ways: 'Wohin',
  toDo: {
    heading: 'Was zu tun ist',
    nothing: 'Es ist nichts zu tun.',
    urgency: { now: 'Jetzt:', soon: 'Bald:' },
    codes: {
      trail_unsound: 'Das Prüfprotokoll ist nicht unversehrt. Sehen Sie nach, was die Prüfung fand.',
      key_unusable: 'Ein Schlüssel ist nicht verwendbar.',
      doctor_failing: 'Eine Prüfung des Doktors schlägt fehl.',
      nobody_enrolled: 'Niemand ist registriert, und alle werden abgelehnt.',
      head_old: 'Einträge des Prüfprotokolls warten lange auf eine Signatur.',
      apply_broken_off: 'Die Einrichtung wurde abgebrochen. Wenden Sie sie noch einmal an.',
      backup_missing: 'Es ist keine Sicherung bekannt.',
      backup_old: 'Die letzte Sicherung ist alt.',
      key_old: 'Ein Schlüssel ist alt. Wechseln Sie ihn.',
      shadow_long: 'Sie ist schon lange im Schattenbetrieb.',
      doctor_old: 'Der Doktor hat sie länger nicht untersucht.',
      mode_switched: 'Ihr Betrieb wurde von Hand umgestellt, entgegen der Konfiguration.',
    },
  },
  doctor: {
    heading: 'Doktor',
    lights: { ok: 'Gut', warn: 'Ansehen', fail: 'Fehler', none: 'Länger nicht untersucht' },
  },
  figures: {
    heading: 'Verbindungen',
    none: 'Es ist keine Verbindung eingerichtet.',
    enrolled: 'Registriert',
    lockedOut: 'Jetzt gesperrt',
    chart: (connection) => `Gesichtsprüfungen bei ${connection}, letzte 7 Tage`,
    checks: 'Prüfungen',
    refused: 'Abgelehnt',
    count: 'Wie viele könnten es sein?',
    of: (users) => `von ${users} Personen`,
    ofAtLeast: (users) => `von mindestens ${users} Personen`,
    untold: 'Der Anbieter sagt nicht, wie viele es sein könnten.',
  },
  about: {
    home: '',
    people:
      'Wer registriert ist, und eine Person: warum abgelehnt, einladen, entsperren, beenden, exportieren oder löschen.',
    log: 'Was über wen entschieden wurde und warum. Suchen, live verfolgen, speichern.',
    connections: 'Wie jeder Identitätsanbieter eingerichtet ist, ob alles in Ordnung ist und wen er abweisen würde.',
    operations: 'Schlüssel wechseln, das Alter der letzten Sicherung sehen, das Audit-Protokoll prüfen.',
    helpDesk: 'Feststellen, wer anruft, Ersatzcodes ausstellen, Bitten um Hilfe abarbeiten.',
    campaigns: 'Viele Personen zur Registrierung einladen und verfolgen, wie weit sie sind.',
    brand: 'Logo, Farben und Worte der Seite, die Personen sehen.',
    applications: 'Welche Programme diesen Server aufrufen, ihre Schlüssel und was sie verbraucht haben.',
    requests:
      'Entwickler, die eine Anwendung beantragen: genehmigen, nachfragen, ablehnen. Und die Bedingungen, denen sie zustimmen.',
    mine: 'Eine Anwendung beantragen, ihren Schlüssel abholen, sehen, was sie verbraucht hat und warum sie abgewiesen wurde.',
    administrators: 'Wer diese Konsole und die API benutzen darf, und in welcher Rolle.',
  },
};
