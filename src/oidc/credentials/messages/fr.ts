import type { CredentialTexts } from './texts.js';

export const fr: CredentialTexts = {
  startTitle: (credential) => `${credential}, dans votre portefeuille`,
  startText: (from) =>
    `${from === null ? 'Votre organisation' : from} vous délivre une attestation signée pour votre téléphone. Une application de portefeuille est nécessaire.`,
  startSteps: [
    'Saisissez votre nom d’utilisateur et effectuez une vérification du visage.',
    'Sélectionnez ce que l’attestation doit contenir.',
    'Scannez un code avec votre portefeuille et saisissez-y six chiffres.',
  ],
  begin: 'Commencer',
  nothing: 'Rien n’a été délivré. Vous pouvez recommencer.',
  offerTitle: (credential) => `Ajouter ${credential} à votre portefeuille`,
  scan: 'Scannez ceci avec votre application de portefeuille.',
  qr: 'Code à scanner avec un portefeuille',
  onThisPhone: 'Mon portefeuille est sur ce téléphone',
  askForCode: 'Mon portefeuille demande six chiffres',
  code: 'Saisissez ce code dans votre portefeuille :',
  codeText: 'Vous avez une seule tentative. Ne montrez le code à personne et ne le lisez pas au téléphone.',
  life: 'Cela fonctionne une fois, dans les dix minutes. Gardez cette page ouverte jusqu’à ce que votre portefeuille ait terminé.',
};
