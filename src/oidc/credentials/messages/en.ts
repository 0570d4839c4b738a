import type { CredentialTexts } from './texts.js';

export const en: CredentialTexts = {
  startTitle: (credential) => `${credential}, in your wallet`,
  startText: (from) =>
    `${from === null ? 'Your organisation' : from} gives you a signed proof to carry on your phone. You need a wallet app there.`,
  startSteps: [
    'Say who you are, and show your face.',
    'Tick what is to be in it.',
    'Scan a code with your wallet, and type six digits there.',
  ],
  begin: 'Begin',
  nothing: 'Nothing was issued. You can begin again.',
  offerTitle: (credential) => `${credential}: take it into your wallet`,
  scan: 'Scan this with your wallet app.',
  qr: 'The code to scan with a wallet',
  onThisPhone: 'My wallet is on this phone',
  askForCode: 'My wallet asks for six digits',
  code: 'Type these in your wallet:',
  codeText: 'You have one try. Show them to nobody, and tell them to nobody on the telephone.',
  life: 'It works once, in the next ten minutes. Leave this page open until your wallet is done.',
};
