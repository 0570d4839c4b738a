import type { CredentialTexts } from './texts.js';

export const de: CredentialTexts = {
  startTitle: (credential) => `${credential} in Ihrer Wallet`,
  startText: (from) =>
    `${from === null ? 'Ihre Organisation' : from} gibt Ihnen einen signierten Nachweis für Ihr Telefon. Sie brauchen dort eine Wallet-App.`,
  startSteps: [
    'Sagen Sie, wer Sie sind, und zeigen Sie Ihr Gesicht.',
    'Kreuzen Sie an, was darin stehen soll.',
    'Scannen Sie einen Code mit Ihrer Wallet und geben Sie dort sechs Ziffern ein.',
  ],
  begin: 'Beginnen',
  nothing: 'Es wurde nichts ausgestellt. Sie können neu beginnen.',
  offerTitle: (credential) => `${credential}: in Ihre Wallet übernehmen`,
  scan: 'Scannen Sie dies mit Ihrer Wallet-App.',
  qr: 'Der Code zum Scannen mit einer Wallet',
  onThisPhone: 'Meine Wallet ist auf diesem Telefon',
  askForCode: 'Meine Wallet fragt nach sechs Ziffern',
  code: 'Geben Sie diese in Ihrer Wallet ein:',
  codeText: 'Sie haben einen Versuch. Zeigen Sie sie niemandem und nennen Sie sie niemandem am Telefon.',
  life: 'Das geht einmal, in den nächsten zehn Minuten. Lassen Sie diese Seite offen, bis Ihre Wallet fertig ist.',
};
