import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

export const de: Translated<typeof en> = {
  heading: 'Was möchten Sie tun?',
  about: {
    home: '',
    person: 'Einladen, entsperren, eine Registrierung beenden, exportieren oder löschen.',
    applications: 'Welche Programme diesen Server aufrufen, ihre Schlüssel und was sie verbraucht haben.',
    requests:
      'Entwickler, die eine Anwendung beantragen: genehmigen, nachfragen, ablehnen. Und die Bedingungen, denen sie zustimmen.',
    mine: 'Eine Anwendung beantragen, ihren Schlüssel abholen, sehen, was sie verbraucht hat und warum sie abgewiesen wurde.',
    administrators: 'Wer diese Konsole und die API benutzen darf, und in welcher Rolle.',
  },
};
