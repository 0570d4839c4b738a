import type { CampaignWords } from './words.js';

export const fr: CampaignWords = {
  letters: {
    invitation: {
      subject: 'Configurez votre vérification faciale',
      text: `Bonjour {name},

{organisation} vous demande de configurer une vérification faciale pour votre compte {login}. Ensuite, un bref regard vers la caméra pourra confirmer que c’est bien vous.

Cela prend environ une minute, avec la caméra de cet appareil ou de votre téléphone. La page explique d’abord ce qu’il advient de vos images, et rien n’est fait sans votre consentement.`,
    },
    reminder: {
      subject: 'Rappel : configurez votre vérification faciale',
      text: `Bonjour {name},

Votre compte {login} n’a pas encore de vérification faciale. {organisation} vous demande de la configurer au plus tard le {lastDay}. Cela prend environ une minute.

Ce lien remplace celui que vous avez reçu auparavant.`,
    },
  },
  button: 'Configurer la vérification faciale',
  organisation: 'Votre organisation',
  footer: [
    'Ce lien vous est réservé, ne s’ouvre qu’une fois et reste valable jusqu’au {lastDay}. Ne le transmettez pas.',
    'Si vous n’attendiez pas ce message, demandez conseil à l’assistance de votre organisation avant d’ouvrir le lien.',
  ],
};
