import type { DoorTexts } from './texts.js';

export const de: DoorTexts = {
  name: 'Deutsch',
  title: 'Ihre eigene Seite',
  text: 'Sehen Sie, was von Ihnen gespeichert ist und wann Ihr Gesicht geprüft wurde, und beenden Sie, was Sie nicht mehr wollen. Zeigen Sie zuerst, dass Sie es sind.',
  whose: 'Wo haben Sie Ihr Konto?',
  faceTitle: 'Mit Ihrem Gesicht',
  userName: 'Benutzername',
  faceCheck: 'Weiter zur Gesichtsprüfung',
  signInTitle: 'Mit Ihrer Anmeldung',
  signInText: 'Wenn Sie Ihr Gesicht nicht zeigen können oder wollen.',
  signIn: (organisation) => (organisation === null ? 'Anmelden' : `Bei ${organisation} anmelden`),
  refused: {
    face: 'Die Gesichtsprüfung wurde nicht bestanden. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.',
    over: 'Das hat zu lange gedauert oder wurde in einem anderen Browser begonnen. Bitte beginnen Sie neu.',
    'sign-in': 'Die Anmeldung wurde nicht abgeschlossen. Bitte versuchen Sie es noch einmal.',
    unknown: 'Sie sind angemeldet, aber mit einem Konto, das hier keine Seite hat.',
    down: 'Etwas, das gebraucht wird, antwortet nicht. Bitte versuchen Sie es gleich noch einmal.',
    later: 'Es waren zu viele Versuche. Bitte warten Sie ein paar Minuten.',
  },
  languages: 'Sprache',
};
