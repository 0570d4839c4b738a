import type { CredentialTexts } from './texts.js';

export const fr: CredentialTexts = {
  startTitle: (credential) => `${credential}, dans votre portefeuille`,
  startText: (from) =>
    `${from === null ? 'Votre organisation' : from} vous donne une attestation signée à garder sur votre téléphone. Il vous y faut une application de portefeuille.`,
  startSteps: [
    'Dites qui vous êtes et montrez votre visage.',
    'Cochez ce qui doit y figurer.',
    'Scannez un code avec votre portefeuille et saisissez-y six chiffres.',
  ],
  begin: 'Commencer',
  nothing: 'Rien n’a été délivré. Vous pouvez recommencer.',
  offerTitle: (credential) => `${credential} : à mettre dans votre portefeuille`,
  scan: 'Scannez ceci avec votre application de portefeuille.',
  qr: 'Le code à scanner avec un portefeuille',
  onThisPhone: 'Mon portefeuille est sur ce téléphone',
  askForCode: 'Mon portefeuille demande six chiffres',
  code: 'Saisissez-les dans votre portefeuille :',
  codeText: 'Vous avez un essai. Ne les montrez à personne et ne les dites pas au téléphone.',
  life: 'Cela marche une fois, dans les dix minutes. Laissez cette page ouverte jusqu’à ce que votre portefeuille ait fini.',
};
