import type { CredentialTexts } from './texts.js';

export const en: CredentialTexts = {
  startTitle: (credential) => `${credential}, in your wallet`,
  startText: (from) =>
    `${from === null ? 'Your organization' : from} issues you a signed credential for your phone. You need a wallet app.`,
  startSteps: [
    'Enter your username and do a face check.',
    'Select what it should contain.',
    'Scan a code with your wallet and enter six digits there.',
  ],
  begin: 'Start',
  nothing: 'Nothing was issued. You can start again.',
  offerTitle: (credential) => `Add ${credential} to your wallet`,
  scan: 'Scan this with your wallet app.',
  qr: 'Code to scan with a wallet',
  onThisPhone: 'My wallet is on this phone',
  askForCode: 'My wallet asks for six digits',
  code: 'Enter this code in your wallet:',
  codeText: 'You have one attempt. Don’t show the code to anyone or read it out on the phone.',
  life: 'It works once, within ten minutes. Keep this page open until your wallet is done.',
};
