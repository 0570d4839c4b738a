import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

export const de: Translated<typeof en> = {
  heading: 'Was möchten Sie tun?',
  about: {
    home: '',
    person: 'Einladen, entsperren, eine Registrierung beenden, exportieren oder löschen.',
    helpDesk: 'Feststellen, wer anruft, Ersatzcodes ausstellen, Bitten um Hilfe abarbeiten.',
    applications: 'Welche Programme diesen Server aufrufen, ihre Schlüssel und was sie verbraucht haben.',
    administrators: 'Wer diese Konsole und die API benutzen darf, und in welcher Rolle.',
  },
};
