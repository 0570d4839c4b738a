import type { CredentialTexts } from './texts.js';

export const de: CredentialTexts = {
  startTitle: (credential) => `${credential} in Ihrer Wallet`,
  startText: (from) =>
    `${from === null ? 'Ihre Organisation' : from} stellt Ihnen einen signierten Nachweis für Ihr Smartphone aus. Sie benötigen eine Wallet-App.`,
  startSteps: [
    'Geben Sie Ihren Benutzernamen ein und führen Sie eine Gesichtsprüfung durch.',
    'Wählen Sie aus, was der Nachweis enthalten soll.',
    'Scannen Sie einen Code mit Ihrer Wallet und geben Sie dort sechs Ziffern ein.',
  ],
  begin: 'Starten',
  nothing: 'Es wurde nichts ausgestellt. Sie können erneut starten.',
  offerTitle: (credential) => `${credential} zu Ihrer Wallet hinzufügen`,
  scan: 'Scannen Sie dies mit Ihrer Wallet-App.',
  qr: 'Code zum Scannen mit einer Wallet',
  onThisPhone: 'Meine Wallet ist auf diesem Smartphone',
  askForCode: 'Meine Wallet fragt nach sechs Ziffern',
  code: 'Geben Sie diesen Code in Ihrer Wallet ein:',
  codeText: 'Sie haben einen Versuch. Zeigen Sie den Code niemandem und lesen Sie ihn nicht am Telefon vor.',
  life: 'Das funktioniert einmal, innerhalb von zehn Minuten. Lassen Sie diese Seite geöffnet, bis Ihre Wallet fertig ist.',
};
