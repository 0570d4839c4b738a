import type { CampaignWords } from './words.js';

export const fr: CampaignWords = {
  letters: {
    invitation: {
      subject: 'Configurez votre vérification du visage',
      text: `Bonjour {name},

{organisation} vous demande de configurer une vérification du visage pour votre compte {login}. Ensuite, un bref regard vers la caméra pourra confirmer que c’est bien vous.

Cela prend environ une minute, avec la caméra de cet appareil ou de votre téléphone. La page explique d’abord ce qu’il advient de vos images, et rien n’est fait sans votre consentement.`,
    },
    reminder: {
      subject: 'Rappel : configurez votre vérification du visage',
      text: `Bonjour {name},

Votre compte {login} n’a pas encore de vérification du visage. {organisation} vous demande de la configurer au plus tard le {lastDay}. Cela prend environ une minute.

Ce lien remplace celui que vous avez reçu auparavant.`,
    },
  },
  button: 'Configurer la vérification du visage',
  organisation: 'Votre organisation',
  footer: [
    'Ce lien vous est réservé, ne s’ouvre qu’une fois et reste valable jusqu’au {lastDay}. Ne le transférez pas.',
    'Si vous n’attendiez pas cet e-mail, contactez votre service d’assistance avant de l’ouvrir.',
  ],
};
