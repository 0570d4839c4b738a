import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

export const fr: Translated<typeof en> = {
  heading: 'Que souhaitez-vous faire ?',
  about: {
    home: '',
    person: 'Inviter, débloquer, mettre fin à un enrôlement, exporter ou effacer.',
    helpDesk: 'Savoir qui appelle, donner des codes de secours, répondre aux demandes d’aide.',
    applications: 'Quels programmes appellent ce serveur, leurs clés et ce qu’ils ont utilisé.',
    administrators: 'Qui peut utiliser cette console et l’API, et dans quel rôle.',
  },
};
