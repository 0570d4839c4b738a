import type { DoorTexts } from './texts.js';

export const de: DoorTexts = {
  name: 'Deutsch',
  title: 'Ihre Gesichtsprüfung',
  text: 'Sehen Sie Ihre gespeicherten Daten und alle Gesichtsprüfungen, und beenden Sie, was Sie nicht möchten. Bestätigen Sie zuerst, dass Sie es sind.',
  whose: 'Wo befindet sich Ihr Konto?',
  faceTitle: 'Mit Ihrem Gesicht',
  userName: 'Benutzername',
  faceCheck: 'Weiter zur Gesichtsprüfung',
  signInTitle: 'Mit Ihrer Anmeldung',
  signInText: 'Wenn Sie Ihr Gesicht nicht verwenden können oder möchten.',
  signIn: (organisation) => (organisation === null ? 'Anmelden' : `Bei ${organisation} anmelden`),
  refused: {
    face: 'Die Gesichtsprüfung ist fehlgeschlagen. Versuchen Sie es erneut oder verwenden Sie eine andere Methode.',
    over: 'Das hat zu lange gedauert oder wurde in einem anderen Browser gestartet. Bitte starten Sie erneut.',
    'sign-in': 'Die Anmeldung wurde nicht abgeschlossen. Bitte versuchen Sie es erneut.',
    unknown: 'Sie sind mit einem Konto angemeldet, für das es hier keine Seite gibt.',
    down: 'Ein erforderlicher Dienst antwortet nicht. Bitte versuchen Sie es gleich noch einmal.',
    later: 'Zu viele Versuche. Versuchen Sie es in einigen Minuten erneut.',
  },
  languages: 'Sprache',
};
